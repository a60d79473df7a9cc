"""How fast archives are read: our reader beside inflating alone, FastWARC and warcio.

    python benchmarks/speed/read.py ARCHIVE.warc.gz [--rounds 5]

Every reader takes every block of a gzip-member-per-record archive, in one process pinned to one
core; rounds are interleaved; the numbers are medians of CPU seconds of this process. Prints a table
and writes benchmarks/results/read.json. Trust the ratios, not the digits.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import fastwarc.warc
import warcio.archiveiterator
from isal import isal_zlib

from detector.read import BODY_CAP, decode_capture, open_source, read_steps
from detector.records import ArchiveRecord

RESULT = Path(__file__).parents[1] / "results" / "read.json"
CAP = BODY_CAP + (64 << 10)


def inflate(path: Path) -> int:
    """Inflate the members one after another and parse nothing: the limit."""
    view = memoryview(path.read_bytes())
    count = at = 0
    while at < len(view):
        member = isal_zlib.decompressobj(wbits=31)
        while not member.eof:
            member.decompress(view[at : at + (128 << 10)])
            at += min(128 << 10, len(view) - at)
        at -= len(member.unused_data)
        count += 1
    return count


def ours(path: Path) -> int:
    """Walk the archive."""
    with open_source(str(path)) as source:
        return sum(1 for _ in read_steps(source, block_cap=CAP))


def ours_decoded(path: Path) -> int:
    """Walk the archive and free each page of its HTTP head and codings."""
    count = 0
    with open_source(str(path)) as source:
        for step in read_steps(source, block_cap=CAP):
            if isinstance(step.item, ArchiveRecord):
                decode_capture(step.item)
            count += 1
    return count


def by_fastwarc(path: Path) -> int:
    """FastWARC, HTTP heads left alone."""
    count = 0
    with path.open("rb") as file:
        for record in fastwarc.warc.ArchiveIterator(file, parse_http=False):
            record.reader.read()
            count += 1
    return count


def by_warcio(path: Path) -> int:
    """warcio, HTTP heads left alone."""
    count = 0
    with path.open("rb") as file:
        for record in warcio.archiveiterator.ArchiveIterator(file, no_record_parse=True):
            record.raw_stream.read()
            count += 1
    return count


READERS: dict[str, Callable[[Path], int]] = {
    "inflate alone (isal)": inflate,
    "FastWARC": by_fastwarc,
    "detector.read": ours,
    "detector.read, pages decoded": ours_decoded,
    "warcio": by_warcio,
}


def measure(path: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Median CPU seconds and rates of each reader."""
    taken: dict[str, list[float]] = {name: [] for name in READERS}
    counts: dict[str, int] = {}
    for _ in range(rounds):
        for name, reader in READERS.items():
            began = time.process_time()
            counts[name] = reader(path)
            taken[name].append(time.process_time() - began)
    if len(set(counts.values())) != 1:
        raise SystemExit(f"the readers count differently: {counts}")
    median = {name: statistics.median(seconds) for name, seconds in taken.items()}
    return {
        name: {
            "cpu_seconds": round(seconds, 4),
            "records_per_second": round(counts[name] / seconds),
            "of_fastwarc": round(median["FastWARC"] / seconds, 3),
        }
        for name, seconds in median.items()
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    results = measure(arguments.archive, arguments.rounds)
    for name, row in results.items():
        rate, share = row["records_per_second"], row["of_fastwarc"]
        print(f"{name:30} {rate:>8,} records/s {share:>6} of FastWARC")
    report = {
        "command": f"python benchmarks/speed/read.py {Path(sys.argv[1]).name}",
        "archive": {"name": arguments.archive.name, "bytes": arguments.archive.stat().st_size},
        "rounds": arguments.rounds,
        "machine": {"cpus": os.cpu_count(), "arch": platform.machine()},
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("isal", "FastWARC", "warcio")},
        },
        "results": results,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
