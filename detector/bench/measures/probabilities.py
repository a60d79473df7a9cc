"""Scores made probabilities by a fit on one set, and how far they are off on another.

Isotonic regression (R. E. Barlow et al. 1972; B. Zadrozny and C. Elkan 2002, KDD), because it
depends on the order of scores alone: no detector gains or loses by the scale that it happens to
speak in. In the fit and in both measures each class weighs one half, so that the sets' shares of
AI texts, which their makers chose, count for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.bench.measures.figure import Figure, refused
from detector.bench.measures.resample import REPLICATES, draws, percentiles
from detector.bench.measures.sample import Sample, Scores
from detector.bench.measures.support import FEWEST_FOR_PROBABILITIES, lack_of_texts

BINS: Final = 10
FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class Curve:
    """A rising line from score to probability: straight between its points, level beyond them."""

    scores: Scores
    probabilities: Scores

    def __call__(self, scores: Scores) -> Scores:
        return np.interp(scores, self.scores, self.probabilities)


def isotonic(scores: Scores, outcomes: Scores, weights: Scores) -> Curve:
    """Fit the rising line with the least squared error (pool adjacent violators).

    outcomes: 1.0 for an AI text, 0.0 for a human one. Texts of one score count as one point.
    """
    points, number = np.unique(scores, return_inverse=True)
    weight = np.bincount(number, weights=weights)
    level = np.bincount(number, weights=weights * outcomes) / weight
    blocks: list[tuple[float, float, int]] = []  # level, weight, points
    for at, heavy in zip(level.tolist(), weight.tolist(), strict=True):
        block = (at, heavy, 1)
        while blocks and blocks[-1][0] >= block[0]:
            before = blocks.pop()
            mass = before[1] + block[1]
            value = (before[0] * before[1] + block[0] * block[1]) / mass
            block = (value, mass, before[2] + block[2])
        blocks.append(block)
    return Curve(points, np.repeat([b[0] for b in blocks], [b[2] for b in blocks]))


def fit(of: Sample) -> Curve:
    """Fit the line on a calibration set, each class weighing one half."""
    scores, outcomes = np.concatenate([of.humans, of.machines]), _outcomes(of)
    return isotonic(scores, outcomes, _halves(of))


def crossed(of: Sample, seed: int) -> tuple[Scores, Scores]:
    """Give probabilities of a set's own humans and machines, each from a fit without its fold.

    Five folds of groups, drawn by the seed: texts of one group are never on both sides.
    """
    codes, number = np.unique(
        np.concatenate([of.human_groups, of.machine_groups]), return_inverse=True
    )
    fold = np.random.default_rng(seed).permutation(len(codes))[number] % FOLDS
    scores, outcomes, weights = (
        np.concatenate([of.humans, of.machines]),
        _outcomes(of),
        _halves(of),
    )
    out = np.full(len(scores), 0.5)
    for one in range(FOLDS):
        inside, outside = fold == one, fold != one
        if outside.any():
            out[inside] = isotonic(scores[outside], outcomes[outside], weights[outside])(
                scores[inside]
            )
    return out[: len(of.humans)], out[len(of.humans) :]


def judge(
    of: Sample, humans: Scores, machines: Scores, seed: int, replicates: int = REPLICATES
) -> tuple[Figure, Figure]:
    """Give the expected calibration error and the Brier score of a sample's probabilities.

    humans, machines: the probabilities, in the order of `of`. The intervals are bootstrapped over
    the sample's groups for the line as it is: how that would vary with its own set is not in it.
    """
    lack = lack_of_texts(len(of.humans), len(of.machines), FEWEST_FOR_PROBABILITIES)
    if lack:
        return refused(lack, of.n), refused(lack, of.n)
    errors, briers = _replicates(of, humans, machines, seed, replicates)
    gap, score = calibration_error(humans, machines), brier(humans, machines)
    low, high = percentiles(errors)
    # Noise can only add to this error, so replicates lie above it; turned round, they correct that.
    turned = (max(0.0, 2 * gap - high), max(gap, 2 * gap - low))
    return Figure(gap, min(gap, turned[0]), turned[1], of.n), Figure(
        score, *percentiles(briers), of.n
    )


def calibration_error(humans: Scores, machines: Scores) -> float:
    """Give the expected calibration error over ten bins of equal width, classes weighing the same.

    The weighted mean of |share of AI texts - mean probability| over the bins (C. Guo et al. 2017,
    ICML).
    """
    return float(_gaps(_binned(humans) / len(humans), _binned(machines) / len(machines)))


def brier(humans: Scores, machines: Scores) -> float:
    """Give the Brier score, classes weighing the same: the mean squared error of probabilities."""
    return float(np.mean(humans**2) + np.mean((1 - machines) ** 2)) / 2


def reliability(humans: Scores, machines: Scores) -> list[tuple[float, float, int]]:
    """Give of each bin in use its mean probability, its share of AI texts, and how many texts."""
    own = _binned(humans) / len(humans), _binned(machines) / len(machines)
    counts = _binned(humans)[0] + _binned(machines)[0]
    both = own[0] + own[1]
    return [
        (float(both[1, b] / both[0, b]), float(own[1][0, b] / both[0, b]), int(counts[b]))
        for b in range(BINS)
        if counts[b]
    ]


def _binned(probabilities: Scores) -> Scores:
    """Of each bin how many texts, and the sum of their probabilities: (2, BINS)."""
    bins = _bins(probabilities)
    return np.stack(
        [np.bincount(bins, w, minlength=BINS) for w in (np.ones(len(bins)), probabilities)]
    )


def _gaps(humans: Scores, machines: Scores) -> Scores:
    """The error from the two classes' bins (..., 2, BINS), each summing to one over its texts."""
    both = humans + machines
    gaps: Scores = np.abs(machines[..., 0, :] - both[..., 1, :]).sum(axis=-1) / 2
    return gaps


def _bins(probabilities: Scores) -> NDArray[np.int64]:
    return np.minimum((probabilities * BINS).astype(np.int64), BINS - 1)


def _replicates(
    of: Sample, humans: Scores, machines: Scores, seed: int, replicates: int
) -> tuple[Scores, Scores]:
    spread = [_spread(humans, humans**2), _spread(machines, (1 - machines) ** 2)]
    errors, briers = [], []
    for drawn in draws(of, seed, replicates):
        binned, squares = [], []
        for counts, table in zip(drawn, spread, strict=True):
            sums = counts.astype(np.float64) @ table / counts.sum(axis=1)[:, None]
            binned.append(sums[:, :-1].reshape(-1, 2, BINS))
            squares.append(sums[:, -1])
        errors.append(_gaps(binned[0], binned[1]))
        briers.append((squares[0] + squares[1]) / 2)
    return np.concatenate(errors), np.concatenate(briers)


def _spread(probabilities: Scores, squares: Scores) -> Scores:
    """One row a text, so that a product with counts sums bins and squared errors at once."""
    one = np.zeros((len(probabilities), BINS))
    one[np.arange(len(one)), _bins(probabilities)] = 1
    return np.concatenate([one, one * probabilities[:, None], squares[:, None]], axis=1)


def _outcomes(of: Sample) -> Scores:
    return np.concatenate([np.zeros(len(of.humans)), np.ones(len(of.machines))])


def _halves(of: Sample) -> Scores:
    sides = [np.full(n, 0.5 / max(n, 1)) for n in (len(of.humans), len(of.machines))]
    return np.concatenate(sides)
