"""How far the estimated Jaccard similarity is off, against theory: sqrt(J (1 - J) / 128)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.clusters.made import SHINGLE, VOCABULARY, Words, text
from detector.fingerprint import fingerprint

GOALS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
SHINGLES = 300
WITHIN = 0.05


def measure(pairs: int = 4000) -> dict[str, Any]:
    """Root-mean-square error over so many pairs of each similarity."""
    draw = np.random.default_rng(3)
    rows = [_row(goal, pairs, draw) for goal in GOALS]
    pooled = math.sqrt(sum(row["ratio"] ** 2 for row in rows) / len(rows))
    worst = max(abs(row["ratio"] - 1) for row in rows)
    return {
        "pairs_of_each": pairs,
        "rows": rows,
        "pooled_ratio": round(pooled, 4),
        "largest_deviation_of_one": round(worst, 4),
        "target": {"within": WITHIN, "met": abs(pooled - 1) <= WITHIN and worst <= WITHIN},
    }


def _row(goal: float, pairs: int, draw: np.random.Generator) -> dict[str, float]:
    common = round(2 * SHINGLES * goal / (1 + goal))
    known = common / (2 * SHINGLES - common)
    errors = np.empty(pairs)
    for n in range(pairs):
        start = draw.integers(0, len(VOCABULARY), common + SHINGLE - 1)
        one, two = (_signature(start, SHINGLES - common, draw) for _ in range(2))
        errors[n] = (one == two).mean() - known
    theory = math.sqrt(known * (1 - known) / 128)
    rms = math.sqrt((errors**2).mean())
    return {
        "jaccard": round(known, 4),
        "bias": round(float(errors.mean()), 5),
        "rms": round(rms, 5),
        "theory": round(theory, 5),
        "ratio": round(rms / theory, 4),
    }


def _signature(start: Words, more: int, draw: np.random.Generator) -> npt.NDArray[np.uint32]:
    """Of a text of these words and so many others."""
    words = np.concatenate([start, draw.integers(0, len(VOCABULARY), more)])
    return np.frombuffer(fingerprint(text(words), "en").signature, "<u4")
