"""Measure indexes of known texts: size, speed, their cost to a scan, and what they find.

    python -m benchmarks.index [--only scale|scan] [--documents 1000000] [--archive ARCHIVE]

scale: an index of made-up documents, without and with signatures: bytes a document, time to open,
lookups a second, memory, time to add a thousand. scan: the cost of lookups within a scan, with the
index of `scale`; and end to end on an archive whose authors are known (see `end_to_end`), which is
skipped where that archive is absent. Writes benchmarks/results/index.json and .md; with --only, the
other half of the results stays as it was.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.index import end_to_end
from benchmarks.index.tables import page
from benchmarks.speed.machine import machine, versions
from benchmarks.speed.tree import run_tree

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT.parent / "shared" / "web" / "labelled.warc.gz"
RESULTS = ROOT / "benchmarks" / "results"
PACKAGES = ("numpy", "numba", "polars", "resiliparse", "xxhash")


def step(module: str, *arguments: str | Path) -> dict[str, Any]:
    """Run a step in a process of its own; gives what it printed."""
    command = [sys.executable, "-m", f"benchmarks.index.{module}", *map(str, arguments)]
    cost = run_tree(command)
    print(shlex.join(command[2:]), cost.out.strip(), file=sys.stderr)
    found: dict[str, Any] = json.loads(cost.out)
    return found


def scale(count: int, folder: Path) -> dict[str, Any]:
    """Build, look up and add to indexes of so many documents."""
    found: dict[str, Any] = {"documents": count}
    for name in ("build", "build-signed"):
        path = folder / f"{name}.idx"
        of = {"build": step("scale", name, path, str(count))}
        of["look_up"] = step("scale", "look-up", path)
        of["add"] = step("scale", "add", path)
        found[name] = of
    return found


def scan(archive: Path, index: Path, count: int, folder: Path) -> dict[str, Any]:
    """The cost of lookups, and what is found end to end."""
    if not archive.exists():
        return {"skipped": f"there is no {archive.name}: name an archive with its truth"}
    if not index.exists():
        step("scale", "build-signed", index, str(count))
    return {
        "cost": step("scan_cost", archive, index),
        "end_to_end": end_to_end.measure(archive, folder),
    }


def main() -> None:
    """Measure, write the results, print the page."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.index",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", choices=["scale", "scan"])
    parser.add_argument("--documents", type=int, default=1_000_000, help="of the made-up index")
    parser.add_argument("--archive", type=Path, default=ARCHIVE)
    given = parser.parse_args()
    stored = RESULTS / "index.json"
    found = json.loads(stored.read_text(encoding="utf-8")) if stored.exists() else {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.only != "scan":
            found.setdefault("scale", {})[str(given.documents)] = scale(given.documents, folder)
        if given.only != "scale":
            index = folder / "build-signed.idx"
            found["scan"] = scan(given.archive, index, given.documents, folder)
    found["machine"] = {**machine(), **versions(*PACKAGES)}
    found["command"] = "python -m benchmarks.index"
    stored.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    text = page(found)
    (RESULTS / "index.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
