"""The cascade: which texts a deeper detector is asked about, and what both scores say together.

A text whose score by the fast detector lies in the gate of its kind is scored by the deep one too,
and a linear rule of both scores takes the place of the fast score, in its units. So every text has
one score, which depends on nothing but the text and the share that is asked for; its p-values are
as valid as any (see `detector.label.calibration`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError
from detector.label.calibration import Band, Calibration, find_band, p_value
from detector.label.refit import refit_band
from detector.label.support import FEWEST_BEYOND
from detector.label.threshold import cut_point

NAME: Final = "cascade.v1"
# Texts whose fast p-value is at most this share of the rate need no second opinion.
CERTAIN: Final = 0.1


@dataclass(frozen=True, slots=True)
class Pairing:
    """How the two detectors scored human texts of one band, and how their scores go together.

    language, min_words, max_words: the band, one of the fast detector's. fast, deep: the scores of
    the same human texts, float32. sources: the sources they come from. The joint score is
    of_fast * fast + of_deep * deep + constant.
    """

    language: str
    min_words: int
    max_words: int | None
    sources: int
    of_fast: float
    of_deep: float
    constant: float
    fast: NDArray[np.float32]
    deep: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Gate:
    """Fast scores in [low, high) are followed by a deep one; none where low is not below high."""

    low: float
    high: float


_CLOSED: Final = Gate(math.inf, -math.inf)
_RANGES: Final = np.array([0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0])


class Cascade:
    """Chooses the texts that the deep detector is asked about, and joins the two scores.

    fast: the fast detector's calibration. calibration: of the joint scores, for `make_policy`.
    share: the share of human texts that the deep detector is asked about.
    """

    def __init__(
        self, fast: Calibration, pairings: tuple[Pairing, ...], share: float, fpr: float
    ) -> None:
        self.fast = fast
        self.share = share
        self._pairings = {(one.language, one.min_words): one for one in pairings}
        judged = [self._judged(band, fpr) for band in fast.bands]
        self._gates = {
            (band.language, band.min_words): gate
            for band, (gate, _) in zip(fast.bands, judged, strict=True)
        }
        self.calibration = replace(fast, detector=NAME, bands=tuple(band for _, band in judged))

    def asks(self, language: str, words: int, score: float) -> bool:
        """Whether the deep detector is to be asked about a text with this fast score."""
        band = find_band(self.fast, language, words)
        if band is None or math.isnan(score):
            return False
        gate = self._gates[band.language, band.min_words]
        return gate.low <= score < gate.high

    def joint(self, language: str, words: int, score: float, deep: float) -> float:
        """Give the score that takes the fast score's place, in its units."""
        band = find_band(self.fast, language, words)
        pairing = None if band is None else self._pairings.get((band.language, band.min_words))
        if pairing is None or math.isnan(deep):
            return score
        return pairing.of_fast * score + pairing.of_deep * deep + pairing.constant

    def _judged(self, band: Band, fpr: float) -> tuple[Gate, Band]:
        """Give a band's gate, and its calibration on what the cascade makes of human texts."""
        pairing = self._pairings.get((band.language, band.min_words))
        if pairing is None:
            return _CLOSED, band
        sample = _Weighted(band, pairing, max(self.share, fpr))
        gate = self._gate(band, fpr)
        if sample.size * fpr < FEWEST_BEYOND - 1e-9 or gate.low >= gate.high:
            return _CLOSED, band
        fast, deep = pairing.fast.astype(np.float64), pairing.deep.astype(np.float64)
        joint = pairing.of_fast * fast + pairing.of_deep * deep + pairing.constant
        scores = np.where((fast >= gate.low) & (fast < gate.high), joint, fast)
        return gate, refit_band(band, sample.quantiles(scores), pairing.sources, fpr)

    def _gate(self, band: Band, fpr: float) -> Gate:
        if self.share >= 1:
            return Gate(-math.inf, math.inf)
        low, high = cut_point(band, self.share), cut_point(band, CERTAIN * fpr)
        return Gate(math.inf if low is None else low[0], math.inf if high is None else high[0])


class _Weighted:
    """The human texts of a pairing, weighted to score as all those of the fast calibration do.

    A pairing holds fewer sources, and they can be easier ones: in each of a dozen ranges of fast
    p-values its texts are given the weight that the range has by definition (weighted conformal
    prediction under covariate shift: R. Tibshirani et al. 2019, arXiv:1904.06019). size: the texts
    that the weighted ones are worth where it matters, among the highest `share` of scores.
    """

    def __init__(self, band: Band, pairing: Pairing, share: float) -> None:
        chances = np.array([p_value(band, score) for score in pairing.fast.tolist()])
        ranges = np.clip(np.searchsorted(_RANGES, chances) - 1, 0, len(_RANGES) - 2)
        wanted = np.diff(_RANGES)
        counts = np.bincount(ranges, minlength=len(wanted))
        self._weights = wanted[ranges] / counts[ranges]
        # A range without texts is stood for by the highest fast score in it, which is in no gate
        # more than it is out of it: a cut can only rise by this.
        empty = np.flatnonzero(counts == 0)
        self._extra = np.array([_highest(band, float(_RANGES[at])) for at in empty])
        self._extra_weights = wanted[empty]
        found = float(np.mean(chances <= share))
        even = self._weights.sum() ** 2 / (self._weights**2).sum()  # Kish 1965
        self.size = int(min(even, len(chances) * found / share))

    def quantiles(self, scores: NDArray[np.float64]) -> list[float]:
        """Give as many scores as the texts are worth, spread as the weighted ones are."""
        values = np.concatenate((scores, self._extra))
        weights = np.concatenate((self._weights, self._extra_weights))
        order = np.argsort(values, kind="stable")
        reached = np.cumsum(weights[order]) / weights.sum()
        wanted = (np.arange(self.size) + 0.5) / self.size
        chosen = values[order][np.searchsorted(reached, wanted - 1e-12)]
        return [float(value) for value in chosen]


def _highest(band: Band, chance: float) -> float:
    """The fast score at which a range of p-values that begins at `chance` ends, from above."""
    found = cut_point(band, chance) if chance > 0 else None
    return band.tail[-1] if found is None else found[0]


def read_pairings(
    stored: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> tuple[Pairing, ...]:
    """Read the pairings that a deep model's file holds; ModelError when they make no sense."""
    try:
        pairings = tuple(
            _read_pairing(entry, arrays[f"fast_{number}"], arrays[f"deep_{number}"])
            for number, entry in enumerate(stored["pairings"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"the deep model's calibration makes no sense ({type(error).__name__}:"
            f" {str(error)[:60]}): make the model again with `detector fit`"
        ) from error
    return pairings


def _read_pairing(entry: Mapping[str, Any], fast: NDArray[Any], deep: NDArray[Any]) -> Pairing:
    most = entry["max_words"]
    of_fast, of_deep, constant = (float(entry[k]) for k in ("of_fast", "of_deep", "constant"))
    if fast.shape != deep.shape or fast.ndim != 1:
        raise ValueError(f"{fast.shape} fast and {deep.shape} deep scores")
    if not (
        np.isfinite(fast).all()
        and np.isfinite(deep).all()
        and math.isfinite(of_fast + of_deep + constant)
    ):
        raise ValueError("a number that is not finite")
    return Pairing(
        str(entry["language"]),
        int(entry["min_words"]),
        None if most is None else int(most),
        int(entry["sources"]),
        of_fast,
        of_deep,
        constant,
        fast.astype(np.float32),
        deep.astype(np.float32),
    )
