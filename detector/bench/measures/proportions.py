"""Shares of texts with exact intervals, also where texts come in groups.

C. J. Clopper and E. S. Pearson 1934, Biometrika 26, 404-413, for independent texts. Where texts
come in groups, the number of texts is divided by the design effect first: E. L. Korn and
B. I. Graubard 1998, "Confidence intervals for proportions with small expected number of positive
counts estimated from survey data", Survey Methodology 24, 193-201.
"""

from __future__ import annotations

import numpy as np

from detector.bench.measures.figure import Figure, refused
from detector.bench.measures.sample import Chosen, Groups
from detector.bench.measures.support import FEWEST
from detector.binomial import interval as exact_interval


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
    return exact_interval(float(flags.mean()) * n, n)


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
