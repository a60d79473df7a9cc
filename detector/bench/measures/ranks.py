"""How scores order texts: AUROC, the ROC's points, and thresholds at a false-positive rate."""

from __future__ import annotations

import math

import numpy as np

from detector.bench.measures.sample import Scores


def auroc(humans: Scores, machines: Scores) -> float:
    """Give the chance that a machine text scores above a human one, ties counting half.

    The Mann-Whitney statistic over mid-ranks, which is the area below the ROC; NaN when a class is
    empty. (J. A. Hanley and B. J. McNeil 1982, Radiology 143, 29-36.)

    >>> auroc(np.array([0.1, 0.2]), np.array([0.2, 0.3]))
    0.875
    """
    if not len(humans) or not len(machines):
        return math.nan
    ordered = np.sort(humans)
    below = np.searchsorted(ordered, machines, "left")
    upto = np.searchsorted(ordered, machines, "right")
    return float((below + upto).mean() / 2 / len(ordered))


def roc(humans: Scores, machines: Scores) -> tuple[Scores, Scores, Scores]:
    """Give the ROC's points: false-positive rates, true-positive rates, thresholds, falling.

    A text counts as positive when its score is at least the threshold; the first threshold is
    infinite. A rate of an empty class is NaN.
    """
    cuts = np.unique(np.concatenate([humans, machines]))[::-1]
    thresholds = np.concatenate([[np.inf], cuts])
    return _at_least(humans, thresholds), _at_least(machines, thresholds), thresholds


def _at_least(scores: Scores, thresholds: Scores) -> Scores:
    if not len(scores):
        return np.full(len(thresholds), np.nan)
    return 1 - np.searchsorted(np.sort(scores), thresholds, "left") / len(scores)


def allowed(humans: int, fpr: float) -> int:
    """Give how many of so many human texts may lie above a threshold at a false-positive rate.

    >>> allowed(500, 0.01), allowed(599, 0.01), allowed(3, 0.05)
    (5, 5, 0)
    """
    return math.floor(fpr * humans + 1e-9)


def threshold(humans: Scores, fpr: float) -> float:
    """Give the lowest of the humans' scores that at most a share `fpr` of them exceeds.

    A text is flagged when its score is strictly above. ValueError without humans.

    >>> threshold(np.arange(100.0), 0.05)
    94.0
    """
    if not len(humans):
        raise ValueError("a threshold at a false-positive rate needs human texts: there are none")
    place = len(humans) - 1 - allowed(len(humans), fpr)
    return float(np.partition(humans, place)[place]) if place >= 0 else -math.inf


def tpr_at(humans: Scores, machines: Scores, fpr: float) -> float:
    """Give the share of machine texts above the humans' own threshold; NaN for an empty class."""
    if not len(humans) or not len(machines):
        return math.nan
    return float((machines > threshold(humans, fpr)).mean())
