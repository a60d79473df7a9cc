"""Which groups hold more machine text than false positives explain, at a false-discovery rate.

The p-value of a group is the chance that so many of its texts, or more, are above the cut although
all are human: a binomial tail, averaged over what the false-positive rate of its kind of writing
may be. Over many groups, Benjamini and Hochberg's procedure (1995, J. R. Stat. Soc. B 57, 289-300)
bounds the share of those named wrongly.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

_STEPS: Final = 10_000
_SMALL: Final = 1e-300
_CLOSE: Final = 1e-12

Array = NDArray[np.float64]


def excess_p_values(flagged: NDArray[np.int64], texts: NDArray[np.int64], fpr: Array) -> Array:
    """Give the p-value of each group; flagged, texts: [groups]; fpr: [groups, draws].

    >>> round(float(excess_p_values(np.array([3]), np.array([10]), np.array([[0.01]]))[0]), 6)
    0.000114
    """
    p: Array = binomial_tails(flagged[:, None], texts[:, None], fpr).mean(1)
    return p


def adjusted(p_values: Array) -> Array:
    """Give the q-values: the smallest false-discovery rate at which each group is named.

    >>> adjusted(np.array([0.04, 0.01, 0.5])).round(3).tolist()
    [0.06, 0.03, 0.5]
    """
    order = np.argsort(p_values)
    scaled = p_values[order] * len(order) / np.arange(1, len(order) + 1)
    q = np.empty_like(scaled)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


def binomial_tails(hits: NDArray[np.int64], trials: NDArray[np.int64], rate: Array) -> Array:
    """Give the chance of `hits` or more in `trials`: I_rate(hits, trials - hits + 1).

    By the continued fraction of the incomplete beta function (W. H. Press et al., Numerical
    Recipes, 3rd ed., 6.4), taken from the side on which it converges fast.
    """
    hits, trials, rate = np.broadcast_arrays(hits, trials, np.clip(rate, _SMALL, 1 - 1e-16))
    a, b = np.maximum(hits, 1).astype(np.float64), (trials - hits + 1).astype(np.float64)
    far = rate > (a + 1) / (a + b + 2)
    x = np.where(far, 1 - rate, rate)
    c, d = np.where(far, b, a), np.where(far, a, b)
    log_gamma = np.vectorize(math.lgamma, otypes=[np.float64])
    # The Gamma terms depend on the counts alone, and these are few.
    pairs, which = np.unique(np.stack([a.ravel(), b.ravel()]), axis=1, return_inverse=True)
    constants = log_gamma(pairs.sum(0)) - log_gamma(pairs[0]) - log_gamma(pairs[1])
    front = np.exp(constants[which.ravel()].reshape(a.shape) + c * np.log(x) + d * np.log1p(-x))
    tail = front * _fraction(c, d, x) / c
    tail = np.clip(np.where(far, 1 - tail, tail), 0.0, 1.0)
    chances: Array = np.where(hits <= 0, 1.0, tail)
    return chances


def _fraction(a: Array, b: Array, x: Array) -> Array:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    c = np.ones_like(x)
    d = 1 / _safe(1 - (a + b) * x / (a + 1))
    h = d.copy()
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _safe(1 + even * d)
        c = _safe(1 + even / c)
        h *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _safe(1 + odd * d)
        c = _safe(1 + odd / c)
        step = d * c
        h *= step
        if (np.abs(step - 1) < _CLOSE).all():
            break
    return h


def _safe(values: Array) -> Array:
    return np.where(np.abs(values) < _SMALL, _SMALL, values)
