"""Detectors side by side on the labelled sets of ../shared/data/dev: scores and the report.

    python -m benchmarks.bench.dev                   # what an ordinary CPU does in minutes
    python -m benchmarks.bench.dev --lm cuda         # the language models too, on an accelerator
    python -m benchmarks.bench.dev --lm cpu@bfloat16 --limit 400 --out sample/

Everything goes through `detector bench` as a user would type it, and what the folder has already is
not done again: the two groups of detectors may run on different machines. The packages of other
authors are installed by hand (docs/detectors.md); one that is not there is a row that says so.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = Path("../shared/data/dev")
RESULTS = Path("benchmarks/results/bench-dev")
# In the order of what they cost. llm_detector.v1 takes two seconds a text: not on 37,000 of them.
ON_CPU = (
    "hashed_ngram.v2",
    "compression.v1",
    "stylometry.v1",
    "aifingerprint.v1",
    "zippy.v1",
    "minilm.v1",
    "lmscan.v1",
)
OVER_A_MODEL = (
    "likelihood.v1",
    "rank.v1",
    "log_rank.v1",
    "gltr.v1",
    "lrr.v1",
    "entropy.v1",
    "fast_detectgpt.v1",
    "binoculars_one_model.v1",
)


def detector(*arguments: str) -> int:
    """Type a command of this software; give its exit code."""
    print("detector", shlex.join(arguments), flush=True)
    command = [sys.executable, "-m", "detector", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main() -> int:
    """Run the benchmark; 3 if a detector or a set failed."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of labelled Parquet files")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for scores and report")
    parser.add_argument("--lm", metavar="DEVICE", help="run the language models, on this device")
    parser.add_argument("--limit", type=int, metavar="N", help="texts of a set")
    wanted = parser.parse_args()
    limit = ["--limit", str(wanted.limit)] if wanted.limit else []
    files = [str(file) for file in sorted((ROOT / wanted.data).glob("*.parquet"))]
    sets = [f"--data={Path(wanted.data, Path(file).name)}" for file in files]
    if not sets:
        parser.error(f"no Parquet files in {wanted.data}")
    groups = [(ON_CPU, [])]
    if wanted.lm:
        groups.append((OVER_A_MODEL, ["--device", wanted.lm, "--batch", "512"]))
    scores, worst = wanted.out / "scores", 0
    for names, options in groups:
        chosen = [f"--detector={name}" for name in names]
        code = detector("bench", "run", *sets, *chosen, *options, *limit, "--out", str(scores))
        worst = max(worst, code)
        if code not in (0, 3):
            return code
    return max(worst, detector("bench", "report", str(scores), "--out", str(wanted.out / "report")))


if __name__ == "__main__":
    sys.exit(main())
