"""Refitting: the cut points of a calibration from other human texts, and how far off it was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from detector.binomial import interval, upper_bound
from detector.label.calibration import Band, Calibration, p_value
from detector.label.policy import UNCERTAIN_TIMES
from detector.label.support import fewest_texts, supports
from detector.label.threshold import cut_point, describe_kind

BODY: Final = 200  # scores that stand for all below the tail
SHORTEST_TAIL: Final = 500


@dataclass(slots=True)
class HumanScores:
    """How human texts of one band scored, in the order met, and the sources they are from."""

    scores: list[float]
    sources: set[str]


@dataclass(frozen=True, slots=True)
class BandCheck:
    """What other human texts say about one band at a false-positive rate.

    texts, sources: how many there are, and of how many hosts. flagged: so many of them the old
    numbers call `likely-ai`; rate: their share; low, high: its two-sided 95 % interval (Clopper and
    Pearson). These are None where there are no texts or the old numbers do not support the rate.
    old_cut, new_cut: scores above them are called `likely-ai`, None where there is no contract.
    refitted: whether there were enough texts for numbers of its own. bound: then the one-sided
    95 % bound of the new cut's false-positive rate.
    """

    language: str
    min_words: int
    max_words: int | None
    texts: int
    sources: int
    flagged: int | None
    rate: float | None
    low: float | None
    high: float | None
    old_cut: float | None
    new_cut: float | None
    refitted: bool
    bound: float | None

    @property
    def kind(self) -> str:
        """The kind of text in words: "en, 40-79 words"."""
        return describe_kind(self.language, self.min_words, self.max_words)


def refit(
    calibration: Calibration, found: Sequence[HumanScores], fpr: float
) -> tuple[Calibration, tuple[BandCheck, ...]]:
    """Refit each band for which there are enough texts, and check the old numbers on the texts.

    found: one for each band of the calibration, in its order. A band with fewer texts than the rate
    needs keeps its numbers, and every band its probabilities, which need machine texts.
    """
    bands, checks = [], []
    for band, human in zip(calibration.bands, found, strict=True):
        enough = len(human.scores) >= fewest_texts(fpr)
        new = refit_band(band, human.scores, len(human.sources), fpr) if enough else band
        bands.append(new)
        checks.append(_check(band, new, human, fpr, refitted=enough))
    return replace(calibration, bands=tuple(bands)), tuple(checks)


def refit_band(band: Band, scores: Sequence[float], sources: int, fpr: float) -> Band:
    """Put the scores of other human texts, from so many sources, in the place of a band's own.

    The tail is long enough that the p-values up to the last that is `uncertain` are exact.
    """
    ordered = sorted(scores)
    count = len(ordered)
    tail = max(SHORTEST_TAIL, math.ceil(UNCERTAIN_TIMES * fpr * (count + 1)))
    step = max(1, count // BODY)
    return replace(
        band,
        n=count,
        sources=sources,
        step=step,
        body=_rounded_up(ordered[::step]),
        tail=_rounded_up(ordered[-tail:]),
    )


def _rounded_up(scores: Sequence[float]) -> tuple[float, ...]:
    """Round upwards to five decimals, which can only make a p-value larger."""
    return tuple(math.ceil(score * 1e5) / 1e5 for score in scores)


def _check(old: Band, new: Band, human: HumanScores, fpr: float, *, refitted: bool) -> BandCheck:
    texts = len(human.scores)
    flagged = rate = low = high = None
    if texts and supports(old, fpr):
        flagged = sum(p_value(old, score) <= fpr for score in human.scores)
        rate, (low, high) = flagged / texts, interval(flagged, texts)
    after = cut_point(new, fpr) if supports(new, fpr) else None
    before = cut_point(old, fpr) if supports(old, fpr) else None
    return BandCheck(
        language=old.language,
        min_words=old.min_words,
        max_words=old.max_words,
        texts=texts,
        sources=len(human.sources),
        flagged=flagged,
        rate=rate,
        low=low,
        high=high,
        old_cut=before and before[0],
        new_cut=after and after[0],
        refitted=refitted,
        bound=upper_bound(after[1], new.n) if refitted and after else None,
    )
