"""What the texts of a crawl may be like: random mixes of the sources that rates are known of.

Rates differ between sources far more than their counts are uncertain: of two sets of machine text
one is found three times as often as the other. A crawl is therefore taken for a mix of a few
sources in unknown proportions: Dirichlet weights (the Bayesian bootstrap of Rubin 1981, Ann. Stat.
9, 130-134, over sources), with fewer effective sources than are known, and within each source the
posterior of its counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.label.rates import Rates

# Texts that a source must have in a band to stand for one there.
FEWEST_TEXTS: Final = 20
SHIFT: Final = 0.7
_SPARE: Final = 1e-6  # weight of a mix of the other sources, for a band that the chosen ones lack


@dataclass(frozen=True)
class Mixes:
    """Random mixes: the share of texts in each bin of scores, float64[draws, bands, bins].

    human_mean, machine_mean: of all sources, by their sizes, float64[bands, bins].
    """

    human: NDArray[np.float64]
    machine: NDArray[np.float64]
    human_mean: NDArray[np.float64]
    machine_mean: NDArray[np.float64]


def draw_mixes(
    rates: Rates, draws: int, sources: float, seed: int, *, without: Sequence[str] = ()
) -> Mixes:
    """Draw mixes of so many effective sources (1: of one alone); the same seed gives the same.

    without: sources that are left out, for simulations.
    """
    rng = np.random.default_rng(seed)
    people = np.array([source not in without for source, _ in rates.human])
    machines = np.array([source not in without for source in rates.machine])
    human = [band.human[people] for band in rates.bands]
    machine = [band.machine[machines] for band in rates.bands]
    return Mixes(
        _mixed(human, draws, sources, rng),
        _mixed(machine, draws, sources, rng),
        _means(human),
        _means(machine),
    )


def _means(bands: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    pooled = np.stack([counts.sum(0) for counts in bands]).astype(np.float64)
    means: NDArray[np.float64] = pooled / pooled.sum(1, keepdims=True)
    return means


def _mixed(
    bands: Sequence[NDArray[np.int64]], draws: int, sources: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    sizes = np.sum([counts.sum(1) for counts in bands], axis=0).astype(np.float64)
    weights = _weights(sizes, draws, sources, rng)
    shifts = rng.normal(0, SHIFT, (draws, len(sizes)))
    mixed = []
    for counts, mean in zip(bands, _means(bands), strict=True):
        there = counts.sum(1) >= FEWEST_TEXTS
        if not there.any():
            there = counts.sum(1) > 0
        spare = _weights(sizes * there, draws, sources, rng)
        weight = weights * there + _SPARE * spare
        weight /= weight.sum(1, keepdims=True)
        shares = rng.standard_gamma(counts + mean, (draws, *counts.shape))
        shares = _shifted(shares / shares.sum(2, keepdims=True), shifts)
        mixed.append(np.einsum("ds,dsb->db", weight, shares))
    return np.stack(mixed, 1)


def _shifted(shares: NDArray[np.float64], shifts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add a shift to the log odds of scoring above each edge: [draws, sources, bins]."""
    beyond = np.cumsum(shares[..., :0:-1], -1)[..., ::-1]
    odds = np.exp(shifts)[..., None] * beyond / np.maximum(1 - beyond, 1e-300)
    moved = odds / (1 + odds)
    ends = np.ones((*shares.shape[:2], 1)), np.zeros((*shares.shape[:2], 1))
    return -np.diff(np.concatenate([ends[0], moved, ends[1]], -1), axis=-1)


def _weights(
    sizes: NDArray[np.float64], draws: int, sources: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Weights of sources, float64[draws, sources]: Dirichlet around their sizes."""
    base = sizes / sizes.sum()
    if sources <= 1:
        chosen: NDArray[np.float64] = np.eye(len(base))[rng.choice(len(base), draws, p=base)]
        return chosen
    drawn = rng.standard_gamma(base * (sources - 1), (draws, len(base)))
    total = drawn.sum(1, keepdims=True)
    weights: NDArray[np.float64] = np.where(total > 0, drawn / np.maximum(total, 1e-300), base)
    return weights
