"""Bootstrap replicates: how often each text was drawn, groups together, from a stated seed.

B. Efron and R. J. Tibshirani 1993, "An Introduction to the Bootstrap", chapters 6 and 13. Groups,
not texts, are drawn with replacement, within three strata: groups of human texts only, of machine
texts only, and of both. So every replicate keeps both classes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.bench.measures.figure import CONFIDENCE
from detector.bench.measures.sample import Sample, Scores

REPLICATES: Final = 500
REPLICATES_OF_SLICES: Final = 200
_CELLS: Final = 4_000_000  # counts held at a time, whatever the number of texts

Counts = NDArray[np.int32]


def seed_of(*names: str) -> int:
    """Give a seed that depends on names alone, so that any one figure can be made again.

    >>> seed_of("dev") == seed_of("dev"), seed_of("a", "b") == seed_of("ab")
    (True, False)
    """
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return int.from_bytes(digest[:8], "little")


def draws(of: Sample, seed: int, replicates: int = REPLICATES) -> Iterator[tuple[Counts, Counts]]:
    """Give, in blocks of replicates, how often each human and each machine text was drawn."""
    rng = np.random.default_rng(seed)
    both = np.concatenate([of.human_groups, of.machine_groups])
    codes, number = np.unique(both, return_inverse=True)
    humans, machines = number[: len(of.humans)], number[len(of.humans) :]
    kinds = np.zeros(len(codes), np.int64)
    kinds[humans] |= 1
    kinds[machines] |= 2
    strata = [members for kind in (1, 2, 3) if len(members := np.flatnonzero(kinds == kind))]
    block = max(1, _CELLS // max(len(both), 1))
    for start in range(0, replicates, block):
        counts = np.zeros((min(block, replicates - start), len(codes)), np.int32)
        for members in strata:
            counts[:, members] = _drawn(rng, len(counts), len(members))
        yield counts[:, humans], counts[:, machines]


def _drawn(rng: np.random.Generator, rows: int, n: int) -> NDArray[np.int64]:
    picks = rng.integers(n, size=(rows, n)) + np.arange(rows)[:, None] * n
    return np.bincount(picks.ravel(), minlength=rows * n).reshape(rows, n)


def percentiles(values: Scores) -> tuple[float, float]:
    """Give the percentile interval of a statistic's replicates."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
