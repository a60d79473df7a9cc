"""Measure filtering: its cost beside a plain read, its memory, and what is left after it.

    python -m benchmarks.filter [--archive ARCHIVE] [--rounds 5] [--times 16]

ARCHIVE holds responses with a gzip member for each record; the default is ../shared/web's. Writes
benchmarks/results/filter.json and .md.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.filter import end_to_end
from benchmarks.filter.archives import CAPTURES, variants
from benchmarks.filter.told import page
from benchmarks.speed.machine import machine, versions
from benchmarks.speed.tree import run_tree
from detector.write.labels import open_labels

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT.parent / "shared" / "web" / "labelled.warc.gz"
RESULTS = ROOT / "benchmarks" / "results"


def step(*arguments: str | Path) -> str:
    """Run a step in a process of its own; gives what it printed."""
    command = [sys.executable, "-m", "benchmarks.filter.steps", *map(str, arguments)]
    cost = run_tree(command)
    print(shlex.join(command[2:]), cost.out.strip(), file=sys.stderr)
    return cost.out


def cpu(paths: dict[str, Path], folder: Path, rounds: int) -> dict[str, Any]:
    """Of each way to store the pages, the seconds of all readers."""
    found = {}
    for number, (title, path) in enumerate(paths.items()):
        labels = folder / f"labels-{number}"
        step("label", path, labels)
        found[title] = json.loads(step("cpu", path, labels, str(rounds)))
    return found


def memory(path: Path, folder: Path, largest: int) -> list[dict[str, Any]]:
    """The peak over one archive and over longer ones."""
    found = []
    for times in (1, 4, largest):
        long, labels = folder / f"{times}-times.warc.gz", folder / f"labels-{times}-times"
        with long.open("wb") as file:
            file.writelines(path.read_bytes() for _ in range(times))
        step("label", long, labels)
        peak = int(step("once", labels)) / 1024
        records = open_labels(labels).books.records
        found.append({"bytes": long.stat().st_size, "records": records, "peak": peak})
        long.unlink()
    return found


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--archive", type=Path, default=ARCHIVE)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=16, help="length of the longest archive")
    given = parser.parse_args()
    if not given.archive.exists():
        raise SystemExit(f"there is no {given.archive}: name an archive with --archive")
    with tempfile.TemporaryDirectory(prefix="filter-") as name:
        folder = Path(name)
        paths = variants(given.archive, folder)
        found = {
            "command": shlex.join(["python", "-m", "benchmarks.filter", *sys.argv[1:]]),
            "machine": machine(),
            "versions": versions("fastwarc", "isal", "polars"),
            "archive": given.archive.name,
            "cpu": cpu(paths, folder, given.rounds),
            "memory": memory(paths[CAPTURES], folder, given.times),
            "end_to_end": end_to_end.measure(given.archive, folder),
        }
    (RESULTS / "filter.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (RESULTS / "filter.md").write_text(page(found), encoding="utf-8")
    print(page(found))


if __name__ == "__main__":
    main()
