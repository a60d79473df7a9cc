"""Two measures of how well scores tell machine texts from human ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FPR = 0.01
Scores = NDArray[np.float64]


def auroc(humans: Scores, machines: Scores) -> float:
    """The chance that a machine text scores above a human one, ties counting half."""
    ordered = np.sort(humans)
    below = np.searchsorted(ordered, machines, "left")
    upto = np.searchsorted(ordered, machines, "right")
    return float((below + upto).mean() / 2 / len(ordered))


def tpr_at_own(humans: Scores, machines: Scores, fpr: float = FPR) -> float:
    """The share of machine texts above a threshold that at most `fpr` of the humans exceed."""
    allowed = int(fpr * len(humans))
    threshold = np.sort(humans)[len(humans) - 1 - allowed]
    return float((machines > threshold).mean())
