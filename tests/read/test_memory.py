"""Reading takes the same memory whatever the size of an archive, a member or a record."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from isal import isal_zlib

from tests.fixtures.archives import http, page, warc

READ = """
import resource, sys
from detector.read import open_source, read_steps
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before, count, size = peak(), 0, 0
with open_source(sys.argv[1]) as source:
    for step in read_steps(source, block_cap=(8 << 20) + 65536):
        count += 1
        size += step.item.block_length
print(count, size, peak() - before)
"""


def read_in_a_fresh_process(path: Path) -> tuple[int, int, int]:
    """Records, bytes of their blocks, and by how many MiB the process grew while reading."""
    command = [sys.executable, "-c", READ, str(path)]
    run = subprocess.run(command, capture_output=True, check=True, text=True)
    count, size, grown = map(int, run.stdout.split())
    return count, size, grown // (1 << 20 if sys.platform == "darwin" else 1 << 10)


def write_single_member(path: Path, parts: Iterator[bytes]) -> None:
    packer = isal_zlib.compressobj(0, wbits=31)
    with path.open("wb") as file:
        for part in parts:
            file.write(packer.compress(part))
        file.write(packer.flush())


def many_records(size: int) -> tuple[int, Iterator[bytes]]:
    """As many records of some 700 KB as give about `size` bytes; their number comes first."""
    record = warc(0, http(b"".join(page(number) for number in range(700))))
    count = size // len(record)
    return count, (record for _ in range(count))


@pytest.mark.parametrize(
    "size", [200 << 20, pytest.param(2 << 30, marks=pytest.mark.long)], ids=["200M", "2G"]
)
def test_one_large_member_of_many_records(tmp_path: Path, size: int) -> None:
    count, parts = many_records(size)
    write_single_member(tmp_path / "large.warc.gz", parts)
    found, _, grown = read_in_a_fresh_process(tmp_path / "large.warc.gz")
    assert found == count
    assert grown < 40


@pytest.mark.parametrize("kind", ["response", "metadata"])
def test_one_large_record(tmp_path: Path, kind: str) -> None:
    """The kept beginning of a block of 200 MB takes its cap, a few times over; the rest nothing."""
    size = 200 << 20
    head = warc(0, b"", kind=kind, length=str(size))[:-4]
    piece = page(0) * 1000
    full, rest = divmod(size, len(piece))
    parts = [head, *([piece] * full), piece[:rest], b"\r\n\r\n"]
    write_single_member(tmp_path / "large.warc.gz", iter(parts))
    found, read, grown = read_in_a_fresh_process(tmp_path / "large.warc.gz")
    assert (found, read) == (1, size)
    assert grown < 60
