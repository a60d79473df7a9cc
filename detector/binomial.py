"""Exact binomial bounds: what a count says about a rate.

C. J. Clopper and E. S. Pearson 1934, "The use of confidence or fiducial limits illustrated in the
case of the binomial", Biometrika 26, 404-413. They hold for every number of texts and every rate;
no normal approximation is made.
"""

from __future__ import annotations

import math
from typing import Final

CONFIDENCE: Final = 0.95


def upper_bound(hits: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Give the one-sided upper bound of a rate of which `hits` in `trials` were seen.

    The largest rate at which so few hits still have a chance of 1 - confidence.

    >>> round(upper_bound(0, 100), 5), round(upper_bound(5, 500), 5), upper_bound(3, 3)
    (0.02951, 0.02091, 1.0)
    """
    if not 0 <= hits <= trials or trials < 1:
        raise ValueError(f"{hits} hits in {trials} trials")
    return _upper(hits, trials, confidence)


def interval(hits: float, trials: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Give the two-sided interval of a rate; without trials it is all of [0, 1].

    Neither count needs to be whole, as where texts hang together and count for fewer.

    >>> tuple(round(end, 4) for end in interval(8, 400)), interval(0, 0)
    ((0.0087, 0.039), (0.0, 1.0))
    """
    if trials <= 0:
        return 0.0, 1.0
    each = (1 + confidence) / 2
    low = 0.0 if hits <= 0 else _beta_quantile(1 - each, hits, trials - hits + 1)
    return low, _upper(hits, trials, each)


def _upper(hits: float, trials: float, confidence: float) -> float:
    return 1.0 if hits >= trials else _beta_quantile(confidence, hits + 1, trials - hits)


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
