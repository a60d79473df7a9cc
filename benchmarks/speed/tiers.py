"""What each tier costs: milliseconds a text and a window, a scan with and without, and its memory.

    python -m benchmarks.speed.tiers [ARCHIVE] [--rounds 3] [--before CHECKOUT]

Texts of 600 words are cut from those of the drift canary. CPU time on one pinned core, medians of
interleaved rounds; whole scans count every process they start. --before names a checkout of another
version, whose default scan is measured beside. Writes benchmarks/results/tiers.json and .md.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.speed.machine import machine, versions
from benchmarks.speed.tree import Cost, pinned, run_tree

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT.parent / "shared" / "web" / "labelled.warc.gz"
RESULTS = ROOT / "benchmarks" / "results"
WORDS = 600


def texts(words: int, count: int) -> list[str]:
    """Different stretches of the canary texts, one after the other, of so many words."""
    from detector.pipeline.canary import load_canary

    whole = " ".join(load_canary().texts.values()).split()
    return [" ".join((whole * 2)[at * 37 % len(whole) :][:words]) for at in range(count)]


def milliseconds(score: Callable[[Sequence[str]], object], made: Sequence[str]) -> float:
    """CPU milliseconds a text, the median of seven passes."""
    score(made)
    found = []
    for _ in range(7):
        started = time.process_time()
        score(made)
        found.append(1000 * (time.process_time() - started) / len(made))
    return statistics.median(found)


def scan(archive: Path, checkout: Path, *options: str) -> Cost:
    """Scan with the code of a checkout, with one worker."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "detector", "scan", str(archive), "--quiet"]
        out = ["--out", str(Path(folder) / "labels"), "--workers", "1", *options]
        return run_tree(["env", "-C", str(checkout), *command, *out])


def scans(archive: Path, rounds: int, before: Path | None) -> dict[str, float]:
    """Whole scans, interleaved; run before this process grows: its children start as large."""
    kinds: dict[str, tuple[Path, tuple[str, ...]]] = {
        "default": (ROOT, ()),
        "budget 1 ms": (ROOT, ("--budget", "1ms")),
    }
    if before is not None:
        kinds["default, before"] = (before, ())
    costs: dict[str, list[Cost]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind, (checkout, options) in kinds.items():
            costs[kind].append(scan(archive, checkout, *options))
    found = {}
    for kind, runs in costs.items():
        found[f"scan, {kind}: CPU seconds"] = statistics.median(run.cpu for run in runs)
        found[f"scan, {kind}: most MB of a process"] = max(run.peak for run in runs)
    if before is not None:
        now, then = (found[f"scan, {k}: CPU seconds"] for k in ("default", "default, before"))
        found["default scan, times its cost before"] = now / then
    return found


def tiers() -> dict[str, float]:
    """The two detectors by themselves."""
    from detector.pipeline.deep import shipped_deep_model
    from detector.score import default_panel
    from detector.score.detectors.minilm import WINDOW_WORDS, MiniLM

    [fast] = [one for one in default_panel().detectors if one.name.startswith("hashed_ngram")]
    deep = MiniLM(shipped_deep_model())
    return {
        f"fast tier, ms a text of {WORDS} words": milliseconds(fast.score, texts(WORDS, 200)),
        f"deep tier, ms a text of {WORDS} words": milliseconds(deep.score, texts(WORDS, 8)),
        f"deep tier, ms a window of {WINDOW_WORDS} words": milliseconds(
            deep.score, texts(WINDOW_WORDS, 16)
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("archive", nargs="?", type=Path, default=ARCHIVE)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", type=Path)
    options = parser.parse_args()
    with pinned():
        found = {**scans(options.archive.resolve(), options.rounds, options.before), **tiers()}
    about = {
        "command": "python -m benchmarks.speed.tiers " + " ".join(sys.argv[1:]),
        "machine": machine(),
        "versions": versions("numba", "numpy", "onnxruntime", "tokenizers"),
    }
    rows = "\n".join(f"| {name} | {value:,.3g} |" for name, value in found.items())
    page = f"# What each tier costs\n\n{about_lines(about)}\n\n| | |\n|---|--:|\n{rows}\n"
    print(page)
    (RESULTS / "tiers.json").write_text(json.dumps({"about": about, **found}, indent=1) + "\n")
    (RESULTS / "tiers.md").write_text(page)


def about_lines(about: dict[str, Any]) -> str:
    return "\n".join(f"* {name}: {value}" for name, value in about.items())


if __name__ == "__main__":
    main()
