"""Whole scans as a user runs them, measured from outside."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.speed import archives
from benchmarks.speed.tree import Cost, run_tree


def scan(archive: Path, workers: int) -> Cost:
    """Scan into a folder that is thrown away; interpreter start and loading of models included."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "labels")
        command = ["-m", "detector", "scan", str(archive), "--out", out, "--workers", str(workers)]
        return run_tree([sys.executable, *command])


def compare_workers(archive: Path, rounds: int) -> dict[str, float]:
    """Wall seconds with one worker and with two, on all cores; medians of interleaved rounds.

    The start of a scan (loading models, which no second worker makes shorter) is measured by scans
    of an empty archive, and the comparison made with it and without.
    """
    walls: dict[tuple[str, int], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.warc.gz"
        archives.empty(empty)
        for _ in range(rounds):
            for name, path in (("whole", archive), ("start", empty)):
                for workers in (1, 2):
                    walls.setdefault((name, workers), []).append(scan(path, workers).wall)
    wall = {key: statistics.median(seconds) for key, seconds in walls.items()}
    one, two = wall["whole", 1], wall["whole", 2]
    return {
        "one_wall_s": one,
        "two_wall_s": two,
        "start_wall_s": wall["start", 2],
        "times_as_fast": one / two,
        "times_as_fast_once_started": (one - wall["start", 1]) / (two - wall["start", 2]),
    }


def peaks(archive: Path, gigabytes: float, workers: int = 2) -> dict[str, float]:
    """The most megabytes that any process of a scan holds, archive by archive."""
    found = {archive.name: scan(archive, workers).peak}
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.warc.gz"
        archives.hostile(made)
        found["hostile pages at the body's cap"] = scan(made, workers).peak
        if gigabytes > 0:
            made.unlink()
            archives.giant(1 << 30, made)
            found["one record of 1 GiB"] = scan(made, workers).peak
            archives.repeated(archive, int(gigabytes * 1e9), made)
            found[f"an archive of {gigabytes:g} GB"] = scan(made, workers).peak
    return found
