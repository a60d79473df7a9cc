"""Exact binomial bounds: what a count of false positives says about their rate.

C. J. Clopper and E. S. Pearson 1934, "The use of confidence or fiducial limits illustrated in the
case of the binomial", Biometrika 26, 404-413. They hold for every number of texts and every rate;
no normal approximation is made.
"""

from __future__ import annotations

import math
from typing import Final

CONFIDENCE: Final = 0.95
_NEGLIGIBLE: Final = 1e-18  # of the sum so far, below what a double can tell


def upper_bound(hits: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Give the one-sided upper bound of a rate of which `hits` in `trials` were seen.

    The largest rate at which so few hits still have a chance of 1 - confidence.

    >>> round(upper_bound(0, 100), 5), round(upper_bound(5, 500), 5), upper_bound(3, 3)
    (0.02951, 0.02091, 1.0)
    """
    if not 0 <= hits <= trials or trials < 1:
        raise ValueError(f"{hits} hits in {trials} trials")
    if hits == trials:
        return 1.0
    low, high = hits / trials, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return high
        if _at_most(hits, trials, middle) > 1 - confidence:
            low = middle
        else:
            high = middle


def interval(hits: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Give the two-sided interval of a rate; without trials it is all of [0, 1].

    >>> tuple(round(end, 4) for end in interval(8, 400)), interval(0, 0)
    ((0.0087, 0.039), (0.0, 1.0))
    """
    if trials == 0:
        return 0.0, 1.0
    each = (1 + confidence) / 2
    return 1 - upper_bound(trials - hits, trials, each), upper_bound(hits, trials, each)


def _at_most(hits: int, trials: int, rate: float) -> float:
    """The chance of at most so many hits at a rate of at least hits / trials.

    Terms are added from the largest, which there is the last, downwards: about the square root of
    `trials` of them count.
    """
    if rate >= 1:
        return 0.0
    term = math.exp(
        math.lgamma(trials + 1)
        - math.lgamma(hits + 1)
        - math.lgamma(trials - hits + 1)
        + hits * math.log(rate)
        + (trials - hits) * math.log1p(-rate)
    )
    total, odds = term, (1 - rate) / rate
    for count in range(hits, 0, -1):
        term *= count / (trials - count + 1) * odds
        total += term
        if term < total * _NEGLIGIBLE:
            break
    return total
