"""Shares of texts with exact intervals, also where texts come in groups.

C. J. Clopper and E. S. Pearson 1934, Biometrika 26, 404-413, for independent texts. Where texts
come in groups, the number of texts is divided by the design effect first: E. L. Korn and
B. I. Graubard 1998, "Confidence intervals for proportions with small expected number of positive
counts estimated from survey data", Survey Methodology 24, 193-201.
"""

from __future__ import annotations

import math

import numpy as np

from detector.bench.measures.figure import CONFIDENCE, Figure, refused
from detector.bench.measures.sample import Chosen, Groups
from detector.bench.measures.support import FEWEST


def share(flags: Chosen, groups: Groups, kind: str = "", fewest: int = FEWEST) -> Figure:
    """Give the share of texts that are flagged; refused below `fewest` texts of this kind."""
    if len(flags) < fewest:
        one = "" if len(flags) == 1 else "s"
        return refused(
            f"{len(flags):,} {kind} text{one}, and it takes {fewest}".replace("  ", " "), len(flags)
        )
    low, high = interval(flags, groups)
    return Figure(float(flags.mean()), low, high, len(flags))


def interval(flags: Chosen, groups: Groups) -> tuple[float, float]:
    """Give the two-sided 95 % interval of the share of flagged texts."""
    n = effective(flags, groups)
    return clopper_pearson(float(flags.mean()) * n, n)


def effective(flags: Chosen, groups: Groups) -> float:
    """Give how many independent texts would say as much as these do, at most their number.

    The share's variance between groups is set against that of independent texts. Where no text
    is flagged, or every one, nothing tells how alike the texts of a group are: each group then
    counts once.
    """
    n, p = len(flags), float(flags.mean())
    codes, number = np.unique(groups, return_inverse=True)
    if len(codes) == n:
        return float(n)
    if p in (0.0, 1.0):
        return float(len(codes))
    residues = np.bincount(number, weights=flags - p)
    variance = len(codes) / max(len(codes) - 1, 1) * float(residues @ residues) / n**2
    return min(float(n), p * (1 - p) / max(variance, 1e-300))


def clopper_pearson(hits: float, trials: float) -> tuple[float, float]:
    """Give the exact two-sided 95 % interval of a rate; neither count needs to be whole.

    >>> tuple(round(end, 4) for end in clopper_pearson(8, 400)), clopper_pearson(0, 0)
    ((0.0087, 0.039), (0.0, 1.0))
    """
    if trials <= 0:
        return 0.0, 1.0
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if hits <= 0 else _beta_quantile(tail, hits, trials - hits + 1)
    high = 1.0 if hits >= trials else _beta_quantile(1 - tail, hits + 1, trials - hits)
    return low, high


def _beta_quantile(chance: float, a: float, b: float) -> float:
    """The point below which a beta distribution has this chance, by halving."""
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if incomplete_beta(a, b, middle) < chance:
            low = middle
        else:
            high = middle


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Give the regularised incomplete beta function I_x(a, b) (DLMF 8.17.22, Lentz's method)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x <= (a + 1) / (a + b + 2):
        return _front(a, b, x) * _fraction(a, b, x) / a
    return 1 - _front(a, b, x) * _fraction(b, a, 1 - x) / b  # where it converges slowly from below


def _front(a: float, b: float, x: float) -> float:
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(scale + a * math.log(x) + b * math.log1p(-x))


def _fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 / _apart(1 - (a + b) * x / (a + 1), tiny)
    total = d
    # About the square root of the larger count of steps suffices; the cap is far above it.
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _apart(1 + term * d, tiny)
            c = _apart(1 + term / c, tiny)
            total *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return total


def _apart(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny
