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
    fpr, tpr, lack = _rates(frozen, calibration)
    lack = lack or lack_of_texts(len(test.humans), len(test.machines), FEWEST_FOR_PROBABILITIES)
    if lack:
        return refused(lack, test.n), refused(lack, test.n)
    rates = [np.array([[(s > frozen.cut).mean() for s in (test.humans, test.machines)]])]
    for humans, machines in draws(test, seed, replicates):
        flagged = humans @ (test.humans > frozen.cut), machines @ (test.machines > frozen.cut)
        rates.append(
            np.stack([flagged[0] / humans.sum(axis=1), flagged[1] / machines.sum(axis=1)], axis=1)
        )
    off = _errors(np.concatenate(rates), share, (fpr, tpr), np.random.default_rng(seed))
    return _figure(np.abs(off).mean(axis=1), test.n), _figure(off.mean(axis=1), test.n)


def _rates(frozen: Frozen, calibration: Sample) -> tuple[float, float, str]:
    """The calibration set's rates at its threshold, or why they cannot serve."""
    if frozen.cut is None:
        return 0, 0, f"no threshold: the calibration set has {frozen.refused}"
    humans, machines = calibration.humans, calibration.machines
    lack = lack_of_texts(len(humans), len(machines), FEWEST_FOR_PROBABILITIES)
    if lack:
        return 0, 0, f"no rates: the calibration set has {lack}"
    fpr, tpr = float((humans > frozen.cut).mean()), float((machines > frozen.cut).mean())
    if tpr - fpr < LEAST_APART:
        return (
            fpr,
            tpr,
            (
                f"on the calibration set {tpr:.1%} of the AI texts and {fpr:.1%} of the human ones are"
                " flagged: too close for a correction"
            ),
        )
    return fpr, tpr, ""


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
