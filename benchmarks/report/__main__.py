"""Measure the report of a large scan: CPU time, memory, size of the page, first paint.

    python -m benchmarks.report [--documents 1000000] [--archive ARCHIVE]

The scan is made from that of a small archive (`made`): the archive whose authors are known, or the
sample crawl of `scripts/make_crawl.py` where that is absent. First paint is Chromium's own, from
disk, in a new browser each time; it is left out where there is no browser. Writes
benchmarks/results/report.json and .md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.report.made import replicate
from benchmarks.report.paint import first_paints
from benchmarks.speed.machine import machine, versions
from benchmarks.speed.tree import run_tree

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT.parent / "shared" / "web" / "labelled.warc.gz"
RESULTS = ROOT / "benchmarks" / "results"
PACKAGES = ("polars", "numpy", "playwright")
LIMITS = {"cpu": 60.0, "peak": 1000.0, "page": 5e6, "paint": 2000.0}


def scanned(archive: Path, folder: Path) -> tuple[Path, str]:
    """A finished scan of a small archive, and what that is."""
    if not archive.exists():
        run_tree([sys.executable, str(ROOT / "scripts" / "make_crawl.py"), str(folder / "crawl")])
        archive = folder / "crawl"
    labels = folder / "labels"
    command = [sys.executable, "-m", "detector", "scan", str(archive), "--out", str(labels)]
    run_tree([*command, "--quiet"])
    return labels, archive.name


def report(labels: Path, out: Path) -> dict[str, Any]:
    """Write a report in a process of its own, and open it."""
    command = [sys.executable, "-m", "detector", "report", str(labels), "--out", str(out)]
    cost = run_tree([*command, "--quiet", "--json"])
    told = json.loads(cost.out)
    paints = first_paints(out / "index.html")
    return {
        "documents": told["documents"],
        "cpu": round(cost.cpu, 2),
        "peak": round(cost.peak),
        "page": told["size"],
        "sampled": told["sampled"],
        "without_text": told["without_text"],
        "paint": None if paints is None else round(statistics.median(paints)),
        "paints": paints,
    }


def page(found: dict[str, Any]) -> str:
    """Write benchmarks/results/report.md."""
    lines = [
        "# Reports of large scans",
        "",
        f"Made by `{found['command']}`. Scans made from that of {found['base']}: its rows again and"
        " again, with other addresses, dates and scores; hosts by the hundred thousand; 200 sampled"
        " texts read again from the archive. CPU time and peak memory of the whole command, start"
        " included; first paint in headless Chromium from disk, median of five new browsers.",
        "",
        "| documents | CPU | peak | page | first paint |",
        "|--:|--:|--:|--:|--:|",
    ]
    for one in found["reports"]:
        paint = "not measured" if one["paint"] is None else f"{one['paint']} ms"
        lines.append(
            f"| {one['documents']:,} | {one['cpu']:.1f} s | {one['peak']:,} MB"
            f" | {one['page'] / 1e6:.2f} MB | {paint} |"
        )
    limits = "60 s, 1 GB, 5 MB and 2 s are promised for a million documents."
    about = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    return "\n".join([*lines, "", limits, "", f"Measured on: {about}.", ""])


def main() -> None:
    """Measure, write the results, and fail where a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--documents", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--archive", type=Path, default=ARCHIVE)
    given = parser.parse_args()
    found: dict[str, Any] = {"command": "python -m benchmarks.report", "reports": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base, found["base"] = scanned(given.archive, folder)
        for count in given.documents:
            labels = folder / f"labels-{count}"
            replicate(base, labels, count)
            found["reports"].append(report(labels, folder / f"report-{count}"))
            shutil.rmtree(labels)
    found["machine"] = {**machine(), **versions(*PACKAGES)}
    (RESULTS / "report.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = page(found)
    (RESULTS / "report.md").write_text(text, encoding="utf-8")
    print(text)
    broken = [
        f"{name} of {one['documents']:,} documents: {one[name]}"
        for one in found["reports"]
        for name, limit in LIMITS.items()
        if one[name] is not None and one[name] > limit
    ]
    if broken:
        sys.exit("beyond what is promised: " + "; ".join(broken))


if __name__ == "__main__":
    main()
