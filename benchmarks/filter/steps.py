"""Steps that are measured in processes of their own: `python -m benchmarks.filter.steps STEP ...`.

label ARCHIVE LABELS: a scan that keeps one page in three, by a draw on its address, and reads no
text. cpu ARCHIVE LABELS ROUNDS: CPU seconds of a plain read, of a filtering, and of its parts;
prints JSON. once LABELS: one filtering; prints the most resident memory in KiB.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import fastwarc.warc

from detector import filter_warcs
from detector.read import open_source, read_steps
from detector.records import ArchiveRecord, Label
from tests.pipeline.made_labels import write_labels


def third(record: ArchiveRecord) -> Label:
    """One page in three stays."""
    stays = zlib.crc32((record.url or "").encode("utf-8", "replace")) % 3 == 0
    return Label.NO_EVIDENCE if stays else Label.LIKELY_AI


def by_fastwarc(path: Path) -> None:
    """FastWARC over all records and blocks, HTTP heads left alone."""
    with path.open("rb") as file:
        for record in fastwarc.warc.ArchiveIterator(
            file, record_types=fastwarc.warc.WarcRecordType.any_type, parse_http=False
        ):
            record.reader.read()


def by_us(path: Path) -> None:
    """Our reader over all records, no block kept beyond its record."""
    with open_source(str(path)) as source:
        for _ in read_steps(source, block_cap=0):
            pass


def cpu(path: Path, labels: Path, rounds: int) -> dict[str, float | int]:
    """Medians of interleaved rounds after one that is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        outs = (Path(folder) / str(number) for number in range(rounds + 1))
        jobs: dict[str, Callable[[], object]] = {
            "fastwarc": lambda: by_fastwarc(path),
            "ours": lambda: by_us(path),
            "filter": lambda: filter_warcs(labels, next(outs), drop=["likely-ai"]),
        }
        seconds: dict[str, list[float]] = {name: [] for name in jobs}
        for number in range(rounds + 1):
            for name, job in jobs.items():
                began = time.process_time()
                job()
                if number:
                    seconds[name].append(time.process_time() - began)
        found = filter_warcs(labels, Path(folder) / "1", drop=["likely-ai"])
    return {
        **{name: statistics.median(times) for name, times in seconds.items()},
        "records": found.records,
        "kept": found.kept,
        "bytes_in": found.bytes_in,
        "bytes_out": found.bytes_out,
        "rewritten": found.rewritten,
    }


def main() -> None:
    """Do one step."""
    step, *rest = sys.argv[1:]
    if step == "label":
        write_labels(Path(rest[1]), [rest[0]], third, part=2000)
    elif step == "cpu":
        print(json.dumps(cpu(Path(rest[0]), Path(rest[1]), int(rest[2]))))
    else:
        with tempfile.TemporaryDirectory() as folder:
            filter_warcs(rest[0], Path(folder) / "out", drop=["likely-ai"])
        # The kernel's count for a parent would hold what the parent itself had when it forked.
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))


if __name__ == "__main__":
    main()
