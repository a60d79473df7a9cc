"""What `detector bench run` adds to the time of a detector, and how much memory texts take in it.

    python -m benchmarks.bench.overhead

Three parts, each in a process of its own and in CPU time: making a set ready, which is done once
for all detectors (reading, normalising, counting words, fingerprints); the passes of detectors
(what the harness spends on them beyond their own time); and memory, as texts become more.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.speed.machine import machine, versions

ROOT = Path(__file__).parents[2]
WORDS_A_TEXT = 220  # detectrl, fast_detect_gpt and glimpse have 140 to 230 in the mean
TEXTS = 10_000
MANY = 160_000


class Cost:
    """A detector that computes for a given time on each text."""

    languages = frozenset({"en"})
    min_words = 1

    def __init__(self, milliseconds: float) -> None:
        self.name = f"cost-{milliseconds:g}ms.v1"
        self._seconds = milliseconds / 1000

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the lengths of texts, slowly."""
        end = time.process_time() + self._seconds * len(texts)
        while time.process_time() < end:
            pass
        return np.array([len(text) for text in texts], np.float32)


class Nothing(Cost):
    """A detector that costs nothing: what is left is the harness."""

    def __init__(self) -> None:
        super().__init__(0)


class OneMillisecond(Cost):
    """What a linear model or a compressor takes for a text of this length."""

    def __init__(self) -> None:
        super().__init__(1)


def write_texts(path: Path, count: int) -> Path:
    """Make labelled texts of random words, the same every time."""
    rng = random.Random(0)
    letters = "abcdefghijklmnopqrstuvwxyz"
    known = ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(20_000)]
    texts = [" ".join(rng.choices(known, k=WORDS_A_TEXT)) + ".\n" for _ in range(count)]
    labels = ["ai" if n % 2 else "human" for n in range(count)]
    ids = [f"t{n}" for n in range(count)]
    frame = pl.DataFrame({"doc_id": ids, "text": texts, "label": labels})
    frame.write_parquet(path, row_group_size=4096)
    return path


def measure(data: Path, detector: str) -> dict[str, Any]:
    """Run one detector over a set in this process and say where the CPU time went."""
    from detector.bench import measure as usage
    from detector.pipeline import bench, bench_pass

    spent = {"ready": 0.0, "passes": 0.0}
    peaks = []

    def timed(name: str, function: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return function(*given, **named)
            finally:
                peaks.append(usage.peak_rss())
                spent[name] += time.process_time() - start

        return call

    bench.prepare_sets = timed("ready", bench.prepare_sets)  # type: ignore[assignment]
    bench_pass.Pass.run = timed("passes", bench_pass.Pass.run)  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as out:
        done = bench.bench_run(str(data), detector, Path(out) / "results")
        [info] = done.runs
        if not done.sound or info.cpu_seconds is None:
            sys.exit(f"{info.detector}: {info.message}")
    return {
        "detector": info.detector,
        "texts": info.texts,
        "own": info.cpu_seconds,
        "pass": spent["passes"] - info.cpu_seconds,
        "ready": spent["ready"],
        "peak_mb": max(peaks) / 1e6,
    }


def apart(data: Path, detector: str) -> dict[str, Any]:
    """`measure` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bench.overhead", "--one", str(data), detector]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The rows of a table of costs."""
    lines = [
        "| detector | texts | its own CPU s | the pass adds | making ready, once a set | peak MB |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        added = f"{row['pass']:.2f} s"
        if row["own"] > 0.05:
            added += f" ({row['pass'] / row['own']:.1%})"
        lines.append(
            f"| {row['detector']} | {row['texts']:,} | {row['own']:.2f} | {added} |"
            f" {row['ready']:.2f} s | {row['peak_mb']:.0f} |"
        )
    return lines


def main() -> None:
    """Measure everything and write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2, metavar=("DATA", "DETECTOR"))
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(Path(given.one[0]), given.one[1])))
        return
    here = f"{Path(__file__).relative_to(ROOT)}"
    with tempfile.TemporaryDirectory() as folder:
        few = write_texts(Path(folder) / "few.parquet", TEXTS)
        many = write_texts(Path(folder) / "many.parquet", MANY)
        named = [f"{here}:Nothing", "hashed_ngram.v2", f"{here}:OneMillisecond"]
        rows = [apart(few, name) for name in named]
        rows += [apart(many, f"{here}:Nothing")]
    value = {
        "command": "python -m benchmarks.bench.overhead",
        "versions": versions("contamination-detector", "numpy", "polars"),
        "machine": machine(),
        "words_a_text": WORDS_A_TEXT,
        "rows": rows,
    }
    (given.out / "bench-overhead.json").write_text(json.dumps(value, indent=1) + "\n")
    grown = (rows[-1]["peak_mb"] - rows[0]["peak_mb"]) * 1e6 / (MANY - TEXTS)
    slow = max(row["pass"] for row in rows if row["texts"] == TEXTS)
    lines = [
        "# What `detector bench run` costs itself",
        "",
        f"`{value['command']}`; texts of {WORDS_A_TEXT} words (1.4 KB), batches of 64, on"
        f" {machine()['processor']}, CPU seconds.",
        "",
        *table(rows),
        "",
        f"Each further text takes {grown:.0f} bytes of memory, for its row, id and fingerprint; the"
        f" {MANY:,} texts themselves have {MANY * WORDS_A_TEXT * 6.5 / 1e6:.0f} MB. A pass adds"
        " reading batches back, checking the scores, the journal of finished batches, scoring 12"
        f" texts again and writing the results: {1e6 * slow / TEXTS:.0f} microseconds a text,"
        f" under 5 % for a detector that takes {1e3 * slow / TEXTS / 0.05:.2f} ms a text or more.",
    ]
    (given.out / "bench-overhead.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
