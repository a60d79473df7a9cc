"""The pages of one archive, stored in other ways."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING or sys.version_info < (3, 14):
    from backports import zstd
else:
    from compression import zstd

from detector.read import open_source, read_steps
from detector.records import ArchiveRecord

GZIP: Final = "gzip, a member for each record"
CAPTURES: Final = "the same, each page with request and metadata"
PLAIN: Final = "not compressed"
ZSTD: Final = "Zstandard, a frame for each record"
ONE: Final = "one gzip member for all: written anew"


def packed(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)


def whole_records(archive: Path) -> Iterator[tuple[ArchiveRecord, bytes]]:
    """Each record of an archive of a gzip member for each, and its bytes inflated."""
    data = archive.read_bytes()
    with open_source(str(archive)) as source:
        for step in read_steps(source, block_cap=0):
            if not isinstance(step.item, ArchiveRecord) or step.item.locator.inner is not None:
                raise SystemExit(
                    f"{archive}: a sound archive of a member for each record is wanted"
                )
            place = step.item.locator
            yield step.item, gzip.decompress(data[place.offset : place.offset + place.length])


def made(record: ArchiveRecord, kind: str, block: bytes, *fields: str) -> bytes:
    """A record about another, with an identifier of its own."""
    name = f"{(record.record_id or '<>')[:-1]}-{kind}>"
    date = next(value for key, value in record.headers if key == "WARC-Date")
    lines = ["WARC/1.0", f"WARC-Type: {kind}", f"WARC-Record-ID: {name}", f"WARC-Date: {date}"]
    lines += [f"WARC-Target-URI: {record.url}", *fields, f"Content-Length: {len(block)}"]
    return "\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n"


def with_captures(archive: Path) -> Iterator[bytes]:
    """Members as Common Crawl has them: request, response, metadata."""
    for record, data in whole_records(archive):
        if record.type != "response":
            yield packed(data)
            continue
        asked = "GET / HTTP/1.1\r\nUser-Agent: made\r\nAccept: text/html\r\n\r\n"
        yield packed(made(record, "request", asked.encode() * 3, "Content-Type: application/http"))
        yield packed(data)
        link = f"WARC-Concurrent-To: {record.record_id}"
        yield packed(made(record, "metadata", b"fetchTimeMs: 250\r\n" * 8, link))


def variants(archive: Path, folder: Path) -> dict[str, Path]:
    """The archive stored in each way."""
    makers: dict[str, tuple[str, Callable[[], Iterator[bytes]]]] = {
        CAPTURES: ("captures.warc.gz", lambda: with_captures(archive)),
        PLAIN: ("plain.warc", lambda: (data for _, data in whole_records(archive))),
        ZSTD: (
            "frames.warc.zst",
            lambda: (zstd.compress(data, 3) for _, data in whole_records(archive)),
        ),
        ONE: (
            "one.warc.gz",
            lambda: iter([packed(b"".join(data for _, data in whole_records(archive)))]),
        ),
    }
    paths = {GZIP: archive}
    for title, (name, make) in makers.items():
        paths[title] = folder / name
        with paths[title].open("wb") as file:
            file.writelines(make())
    return paths
