"""What all quality benchmarks are asked, and how they write down what they found."""

from __future__ import annotations

import argparse
import json
import platform
import shlex
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.quality.judge import Judge
from benchmarks.quality.measures import FPR
from detector.cli.options import Budget

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Asked:
    """What a benchmark is asked: the folder of texts, the judge, where the results go."""

    data: Path
    out: Path
    judge: Judge
    budget: float | None
    command: str

    def files(self) -> list[Path]:
        """The files of labelled texts; ends the program where there are none."""
        files = sorted(self.data.glob("*.parquet"))
        if not files:
            sys.exit(f"no *.parquet file in {str(self.data)!r}: name a folder of labelled texts")
        return files


def asked(module: str, description: str) -> Asked:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "dev")
    parser.add_argument("--model", type=Path, help="a model file instead of the shipped one")
    parser.add_argument("--fpr", type=float, default=FPR)
    parser.add_argument("--budget", help="also ask the deep tier: all, or a share such as 5%%")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    given = parser.parse_args()
    budget = None if given.budget is None else Budget().convert(given.budget, None, None)
    judge = Judge(given.model, given.fpr, budget)
    command = shlex.join(["python", "-m", module, *sys.argv[1:]])
    return Asked(given.data, given.out, judge, budget, command)


def about(asked: Asked, started: float) -> dict[str, str | float]:
    """What the numbers were measured with and on; started: the process's CPU time then."""
    names = ["numpy", "numba", "polars"]
    names += [] if asked.budget is None else ["onnxruntime", "tokenizers"]
    return {
        "command": asked.command,
        "model": ", ".join(f"{name} {digest}" for name, digest in asked.judge.digests.items()),
        "policy": asked.judge.policy.digest,
        "fpr": asked.judge.policy.fpr,
        **surroundings(*names),
        "CPU seconds": round(time.process_time() - started, 1),
    }


def write(asked: Asked, name: str, content: Mapping[str, Any], page: str) -> None:
    """Write a JSON file and a Markdown page; what used the deep tier has a name of its own."""
    name += "" if asked.budget is None else f"-deep-{100 * asked.budget:g}"
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")
    (asked.out / f"{name}.md").write_text(page)
    print(f"written: {asked.out}/{name}.json and .md")


def facts(about: Mapping[str, str | float]) -> str:
    """The same as a list in Markdown."""
    return "\n".join(f"* {name}: {value}" for name, value in about.items())


def surroundings(*packages: str) -> dict[str, str]:
    """The machine and the versions that a result was made with."""
    versions = [f"{name} {metadata.version(name)}" for name in packages]
    return {
        "machine": f"{processor()}, {platform.system()} {platform.machine()}",
        "versions": ", ".join([f"Python {platform.python_version()}", *versions]),
    }


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "unknown")
