"""What a measure answers: a value with its interval, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """A value between `low` and `high` at 95 % confidence, from `n` texts; or `refused`.

    value, low, high: None where the measure is refused; low and high alone are None where the
    value is a plain count or time without an interval. refused: the reason, "" if there is a value.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    refused: str = ""


def refused(reason: str, n: int = 0) -> Figure:
    """Give no value, and say why."""
    return Figure(None, None, None, n, reason)


def within(figure: Figure, low: float, high: float) -> Figure:
    """Widen an interval until it holds another one too."""
    if figure.low is None or figure.high is None:
        return figure
    return replace(figure, low=min(figure.low, low), high=max(figure.high, high))


def mean(figures: Sequence[Figure]) -> Figure:
    """Give the plain mean of figures from independent texts, with its interval.

    The distances to the ends are added in squares (MOVER: G. Y. Zou and A. Donner 2008,
    "Construction of confidence limits about effect measures", Statistics in Medicine 27,
    1693-1702), which keeps intervals lopsided where their parts are, and never empty.

    >>> found = mean([Figure(0.5, 0.4, 0.6, 10), Figure(0.7, 0.6, 0.9, 30)])
    >>> round(found.low, 3), found.value, round(found.high, 3), found.n
    (0.529, 0.6, 0.712, 40)
    """
    reason = next((one.refused for one in figures if one.value is None), "")
    n = sum(one.n for one in figures)
    if reason or not figures:
        return refused(reason or "there is nothing to take the mean of", n)
    value = sum(one.value or 0.0 for one in figures) / len(figures)
    below = math.hypot(*(_distance(one.value, one.low) for one in figures)) / len(figures)
    above = math.hypot(*(_distance(one.value, one.high) for one in figures)) / len(figures)
    return Figure(value, value - below, value + above, n)


def _distance(value: float | None, end: float | None) -> float:
    return 0.0 if value is None or end is None else abs(value - end)
