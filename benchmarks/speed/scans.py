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
    """Wall seconds with one worker and with two, on all cores; medians of interleaved rounds."""
    walls: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers, wall in walls.items():
            wall.append(scan(archive, workers).wall)
    one, two = (statistics.median(walls[workers]) for workers in (1, 2))
    return {"one_wall_s": one, "two_wall_s": two, "times_as_fast": one / two}


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
