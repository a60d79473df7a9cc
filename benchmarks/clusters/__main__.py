"""Measure clustering into benchmarks/results/clusters.json and clusters.md.

    python -m benchmarks.clusters [--only PART] [--largest 10000000]

PART: signatures, planted, scale, peers, reread or text. `peers`, and a row of `scale`, install
datatrove and text-dedup into environments of their own under benchmarks/.peers, 2 GB together.

What is not measured again keeps its last result.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.clusters import peers, planted, real, reread, scale, signatures
from benchmarks.clusters.told import TELLERS, page
from benchmarks.speed.machine import machine, versions

RESULTS = Path(__file__).parents[1] / "results"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=list(TELLERS))
    parser.add_argument("--largest", type=int, default=10_000_000, help="signatures of `scale`")
    given = parser.parse_args()
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "signatures": signatures.measure,
        "planted": planted.measure,
        "scale": lambda: scale.measure(given.largest),
        "peers": peers.measure,
        "reread": reread.measure,
        "text": real.measure,
    }
    path = RESULTS / "clusters.json"
    result: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    for name, measure in parts.items():
        if given.only in (None, name):
            result[name] = {
                "command": shlex.join(["python", "-m", "benchmarks.clusters", *sys.argv[1:]]),
                "machine": machine(),
                "versions": versions("numpy", "numba", "polars", "datasketch"),
                **measure(),
            }
            path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
            (RESULTS / "clusters.md").write_text(page(result), encoding="utf-8")
    print(page(result))


if __name__ == "__main__":
    main()
