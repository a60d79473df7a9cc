"""Calibration: how human texts score, by language and length, and what a score is worth.

The p-value of a score is split-conformal (Vovk, Gammerman and Shafer 2005; Papadopoulos et al.
2002): (1 + the calibration texts that score at least as high) / (n + 1). For a new human text that
is exchangeable with the calibration texts, the chance of p <= a is at most a.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from detector.errors import ModelError


@dataclass(frozen=True, slots=True)
class Band:
    """How human texts of one language and one range of lengths score.

    words: [min_words, max_words), max_words None for no upper end. n: human texts. sources: the
    sources they come from. tail: the highest scores, ascending. body: every `step`-th of the
    sorted scores, from the lowest. slope, intercept: the log odds of machine text at equal base
    rates are slope * score + intercept.
    """

    language: str
    min_words: int
    max_words: int | None
    n: int
    sources: int
    step: int
    body: tuple[float, ...]
    tail: tuple[float, ...]
    slope: float
    intercept: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A detector's calibration; base_rate: the share of machine text that probabilities assume."""

    detector: str
    base_rate: float
    bands: tuple[Band, ...]


def find_band(calibration: Calibration, language: str, words: int) -> Band | None:
    """Give the band of a text, None where no human texts of its kind stand behind a statement."""
    for band in calibration.bands:
        if (
            band.language == language
            and band.min_words <= words
            and (band.max_words is None or words < band.max_words)
        ):
            return band
    return None


def p_value(band: Band, score: float) -> float:
    """Give the conformal p-value: exact in the tail, never too small elsewhere.

    >>> band = Band("en", 40, None, 9, 1, 2, (0.0, 2.0, 4.0, 6.0, 8.0), (7.0, 8.0), 1.0, 0.0)
    >>> p_value(band, 9.0), p_value(band, 8.0), p_value(band, 3.0)
    (0.1, 0.2, 0.7)
    """
    if band.tail and score >= band.tail[0]:
        beyond = len(band.tail) - bisect_left(band.tail, score)
    else:
        # `below` entries of the body are under the score, so at least this many texts are.
        below = bisect_left(band.body, score)
        beyond = band.n if below == 0 else band.n - ((below - 1) * band.step + 1)
        beyond = max(beyond, len(band.tail))
    return (1 + beyond) / (band.n + 1)


def probability(calibration: Calibration, band: Band, score: float) -> float:
    """Give the probability of machine text at the calibration's base rate (Platt 1999)."""
    prior = math.log(calibration.base_rate / (1 - calibration.base_rate))
    odds = band.slope * score + band.intercept + prior
    return 1 / (1 + math.exp(-max(-700.0, min(700.0, odds))))


def read_calibration(stored: Mapping[str, Any]) -> Calibration:
    """Read a calibration as a model file stores it; ModelError when it makes no sense."""
    try:
        bands = tuple(_read_band(entry) for entry in stored["bands"])
        return Calibration(str(stored["detector"]), _share(stored["base_rate"]), bands)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"the model's calibration makes no sense ({type(error).__name__}: {str(error)[:60]}):"
            " make the model again with `detector fit`"
        ) from error


def _share(value: Any) -> float:
    share = float(value)
    if not 0 < share < 1:
        raise ValueError(f"a base rate of {share}, not in (0, 1)")
    return share


def _read_band(entry: Mapping[str, Any]) -> Band:
    most = entry["max_words"]
    band = Band(
        language=str(entry["language"]),
        min_words=int(entry["min_words"]),
        max_words=None if most is None else int(most),
        n=int(entry["n"]),
        sources=int(entry["sources"]),
        step=int(entry["step"]),
        body=tuple(float(score) for score in entry["body"]),
        tail=tuple(float(score) for score in entry["tail"]),
        slope=float(entry["slope"]),
        intercept=float(entry["intercept"]),
    )
    scores = (*band.body, *band.tail, band.slope, band.intercept)
    if not all(map(math.isfinite, scores)):
        raise ValueError("a number that is not finite")
    if list(band.body) != sorted(band.body) or list(band.tail) != sorted(band.tail):
        raise ValueError("scores out of order")
    fits = band.step >= 1 and 0 < len(band.body) <= (band.n - 1) // band.step + 1
    if not fits or not 0 < len(band.tail) <= band.n:
        raise ValueError(f"counts that do not fit {band.n} texts")
    return band
