"""What becomes of a threshold that was frozen on one set, on the texts of another."""

from __future__ import annotations

import math
from dataclasses import dataclass

from detector.bench.measures.figure import Figure, refused
from detector.bench.measures.proportions import share
from detector.bench.measures.ranks import threshold
from detector.bench.measures.sample import Groups, Sample, Scores
from detector.bench.measures.support import lack_of_humans


@dataclass(frozen=True, slots=True)
class Frozen:
    """A threshold chosen at a false-positive rate on the human texts of a calibration set.

    cut: None when `refused` says why there is none.
    """

    level: float
    cut: float | None
    refused: str = ""


def freeze(humans: Scores, level: float) -> Frozen:
    """Choose the threshold at a false-positive rate; refused on too few human texts.

    >>> import numpy as np
    >>> freeze(np.arange(100.0), 0.05).cut
    94.0
    >>> freeze(np.arange(99.0), 0.05).refused
    '99 human texts, and a false-positive rate of 5 % takes 100'
    """
    lack = lack_of_humans(len(humans), level)
    return Frozen(level, None, lack) if lack else Frozen(level, threshold(humans, level))


def rate(frozen: Frozen, scores: Scores, groups: Groups, kind: str) -> Figure:
    """Give the share of texts above a frozen threshold; `kind` names the texts ("human", "AI").

    Exact interval, given the threshold: how that would vary with the calibration set is not in it.
    """
    if frozen.cut is None:
        return refused(f"no threshold: the calibration set has {frozen.refused}", len(scores))
    return share(scores > frozen.cut, groups, kind)


def error(false_positives: Figure, true_positives: Figure) -> Figure:
    """Give the error among the answered texts: the mean of both classes' shares of wrong answers.

    Each class counts one half, whatever the set's mix. The interval joins both exact ones (MOVER).

    >>> error(Figure(0.02, 0.01, 0.05, 500), Figure(0.7, 0.6, 0.8, 80)).value
    0.16
    """
    n = false_positives.n + true_positives.n
    fpr, tpr = false_positives, true_positives
    if fpr.value is None or tpr.value is None:
        return refused(fpr.refused or tpr.refused, n)
    assert fpr.low is not None
    assert fpr.high is not None
    assert tpr.low is not None
    assert tpr.high is not None
    value = (fpr.value + 1 - tpr.value) / 2
    below = math.hypot(fpr.value - fpr.low, tpr.high - tpr.value) / 2
    above = math.hypot(fpr.high - fpr.value, tpr.value - tpr.low) / 2
    return Figure(round(value, 12), value - below, value + above, n)


def sides(frozen: Frozen, of: Sample) -> tuple[Figure, Figure]:
    """Give the false-positive and the true-positive rate of a sample at a frozen threshold."""
    return (
        rate(frozen, of.humans, of.human_groups, "human"),
        rate(frozen, of.machines, of.machine_groups, "AI"),
    )
