"""How far an estimate of the share of AI texts is off, when the share is known.

Adjusted classify and count (G. Forman 2008, "Quantifying counts and costs via classification",
Data Mining and Knowledge Discovery 17, 164-206): the share of texts that a frozen threshold flags,
corrected by the rates that the calibration set shows, (flagged - FPR) / (TPR - FPR), cut to [0, 1].
"""

from __future__ import annotations

from typing import Final

import numpy as np

from detector.bench.measures.figure import Figure, refused
from detector.bench.measures.resample import REPLICATES, draws, percentiles
from detector.bench.measures.sample import Sample, Scores
from detector.bench.measures.support import FEWEST_FOR_PROBABILITIES, lack_of_texts
from detector.bench.measures.transfer import Frozen

BAG: Final = 1000  # texts of which the share is estimated
BAGS: Final = 200  # such estimates behind each mean
LEAST_APART: Final = 0.05  # of both rates on the calibration set: below, the correction explodes


def prevalence_error(
    frozen: Frozen,
    calibration: Sample,
    test: Sample,
    share: float,
    seed: int,
    replicates: int = REPLICATES,
) -> tuple[Figure, Figure]:
    """Give the mean absolute and the mean signed error of the estimated share of AI texts.

    share: the true one, of bags of 1,000 texts drawn with replacement from the test set. The rates
    of the correction are the calibration set's. The interval is bootstrapped over the groups of
    the test set.
    """
    lack = _lack(frozen, calibration)
    lack = lack or lack_of_texts(len(test.humans), len(test.machines), FEWEST_FOR_PROBABILITIES)
    if lack or frozen.cut is None:
        return refused(lack, test.n), refused(lack, test.n)
    humans, machines = test.humans > frozen.cut, test.machines > frozen.cut
    rates = [np.array([[humans.mean(), machines.mean()]])]
    for drawn in draws(test, seed, replicates):
        flagged = [drawn[0] @ humans, drawn[1] @ machines]
        totals = [drawn[0].sum(axis=1), drawn[1].sum(axis=1)]
        rates.append(np.stack(flagged, axis=1) / np.stack(totals, axis=1))
    known = _rates(frozen.cut, calibration)
    off = _errors(np.concatenate(rates), share, known, np.random.default_rng(seed))
    return _figure(np.abs(off).mean(axis=1), test.n), _figure(off.mean(axis=1), test.n)


def _rates(cut: float, of: Sample) -> tuple[float, float]:
    return float((of.humans > cut).mean()), float((of.machines > cut).mean())


def _lack(frozen: Frozen, calibration: Sample) -> str:
    """Why the calibration set's rates cannot serve; "" when they can."""
    if frozen.cut is None:
        return f"no threshold: the calibration set has {frozen.refused}"
    lack = lack_of_texts(
        len(calibration.humans), len(calibration.machines), FEWEST_FOR_PROBABILITIES
    )
    if lack:
        return f"no rates: the calibration set has {lack}"
    fpr, tpr = _rates(frozen.cut, calibration)
    if tpr - fpr >= LEAST_APART:
        return ""
    return (
        f"on the calibration set {tpr:.1%} of the AI texts and {fpr:.1%} of the human ones are"
        " flagged: too close for a correction"
    )


def _errors(
    rates: Scores, share: float, known: tuple[float, float], rng: np.random.Generator
) -> Scores:
    """Estimated minus true share: (rows of rates, BAGS)."""
    machines = round(share * BAG)
    size = (len(rates), BAGS)
    flagged = rng.binomial(BAG - machines, rates[:, :1], size) + rng.binomial(
        machines, rates[:, 1:], size
    )
    estimate = (flagged / BAG - known[0]) / (known[1] - known[0])
    off: Scores = np.clip(estimate, 0, 1) - machines / BAG
    return off


def _figure(means: Scores, n: int) -> Figure:
    """The first row is the sample itself, the others are its replicates."""
    low, high = percentiles(means[1:])
    value = float(means[0])
    return Figure(value, min(low, value), max(high, value), n)
