"""Prevalence: the share of machine text among texts that a detector with errors has judged.

Two estimators, each carried through the same random mixes of sources (`detector.label.mixes`):

* by count: of n texts k are above the cut, so the share is (k / n - fpr) / (tpr - fpr) (Rogan and
  Gladen 1978, Am. J. Epidemiol. 107, 71-76; "adjusted classify and count", Forman 2008, Data Min.
  Knowl. Disc. 17, 164-206);
* by distribution: the histogram of all scores, without a cut, is a mixture of that of human and
  that of machine texts; its weight is found by generalised least squares, in which a bin counts
  the less, the more it differs between sources of text.

Bands of length with enough texts are estimated each by itself and the shares averaged by their
texts, so that machine texts may be longer or shorter than others; the rest are pooled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.label.mixes import Mixes
from detector.label.rates import Rates, above

FEWEST_IN_BAND: Final = 100  # texts, from which a band is estimated by itself
FURTHEST: Final = (-1.0, 2.0)  # of a share in one draw: none, as often as all, and as far beyond
# Standard deviation of a bin's share in a source never seen, of that share, beyond all shifts.
SHAPE: Final = 0.2
_LEAST_GAP: Final = 0.02  # between the two rates of a draw; below, anything is possible
_GROUPS_AT_ONCE: Final = 200
# The estimators disagree where the draws of their difference leave so little on one side of 0.
DISAGREE: Final = 0.005

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Errors:
    """How often human texts are above the cut of each band, and machine texts, in each draw.

    fpr, tpr: float64[draws, bands]. fpr_mean, tpr_mean: float64[bands]. A band without a cut has 0
    and 1; no text in it is assessed.
    """

    fpr: Array
    tpr: Array
    fpr_mean: Array
    tpr_mean: Array


@dataclass(frozen=True)
class Tally:
    """Judged texts of some groups.

    flagged: those above the cut, int64[groups, bands]. bins: int64[groups, bands, bins].
    """

    flagged: NDArray[np.int64]
    bins: NDArray[np.int64]

    @property
    def texts(self) -> NDArray[np.int64]:
        """Judged texts, int64[groups, bands]."""
        texts: NDArray[np.int64] = self.bins.sum(2)
        return texts


@dataclass(frozen=True)
class Shares:
    """Estimates of a share for some groups, float64[groups] each; NaN for a group without texts.

    raw: as calculated, which can be below 0 or above 1. low, high: the interval, cut to [0, 1].
    draws: float64[groups, draws].
    """

    raw: Array
    low: Array
    high: Array
    draws: Array


def make_errors(
    rates: Rates,
    mixes: Mixes,
    cuts: Sequence[float | None],
    beyond: Sequence[tuple[int, int]],
    seed: int,
) -> Errors:
    """Give the error rates at the cuts of a policy, one for each band.

    beyond: of each band's calibration, the human texts above the cut, and all. They say what the
    rate is on average (their binomial posterior, Jeffreys' prior); the mixes say how far from it
    the human texts of a crawl may be.
    """
    rng = np.random.default_rng(seed)
    draws = len(mixes.human)
    fpr, tpr = np.zeros((draws, len(cuts))), np.ones((draws, len(cuts)))
    fpr_mean, tpr_mean = np.zeros(len(cuts)), np.ones(len(cuts))
    for at, (cut, (above_cut, texts)) in enumerate(zip(cuts, beyond, strict=True)):
        if cut is None:
            continue
        edges = rates.bands[at].edges
        usual = float(above(mixes.human_mean[at], edges, cut))
        fpr_mean[at] = above_cut / texts
        tpr_mean[at] = float(above(mixes.machine_mean[at], edges, cut))
        rate = rng.beta(above_cut + 0.5, texts - above_cut + 0.5, draws)
        # Where no human text is known to score so high, mixes do not say how far it may be off.
        off = above(mixes.human[:, at], edges, cut) / usual if usual > 0 else 1.0
        fpr[:, at] = np.minimum(rate * off, 1.0)
        tpr[:, at] = above(mixes.machine[:, at], edges, cut)
    return Errors(fpr, tpr, fpr_mean, tpr_mean)


def count_shares(tally: Tally, errors: Errors, confidence: float, seed: int) -> Shares:
    """Estimate shares by count."""
    rng = np.random.default_rng(seed)
    texts = tally.texts.astype(np.float64)
    groups, draws = len(texts), len(errors.fpr)
    raw, drawn = np.zeros(groups), np.zeros((groups, draws))
    least, most = np.zeros((groups, draws)), np.zeros((groups, draws))
    for part in _strata(texts):
        n, k = (texts * part).sum(1), (tally.flagged * part).sum(1)
        some = n > 0
        n, k = n[some], k[some]
        weight = (texts * part)[some] / n[:, None]
        share_of_texts = n / texts[some].sum(1)
        q = rng.beta(k[:, None] + 0.5, (n - k)[:, None] + 0.5, (len(n), draws))
        raw[some] += share_of_texts * _adjusted(
            k / n, weight @ errors.fpr_mean, weight @ errors.tpr_mean
        )
        fpr, tpr = weight @ errors.fpr.T, weight @ errors.tpr.T
        part_of = share_of_texts[:, None]
        drawn[some] += part_of * np.clip(_adjusted(q, fpr, tpr), *FURTHEST)
        least[some] += part_of * _adjusted(q, fpr, np.ones(1))
        most[some] += part_of * _adjusted(q, np.zeros(1), tpr)
    found = _shares(raw, drawn, texts.sum(1) > 0, confidence)
    return _within(found, least, most, confidence)


def _within(found: Shares, least: Array, most: Array, confidence: float) -> Shares:
    """Open an interval that lies at an end of [0, 1] because its draws lie beyond that end.

    More is flagged than even a crawl of nothing else would have flagged at the rate drawn: so more
    is found in these texts than that, up to all, and `least` is the share if it is all. Fewer than
    the false positives alone: `most` is the share if there are none of them.
    """
    tail = (1 - confidence) / 2
    low = np.quantile(np.where(found.draws > 1, least, found.draws), tail, axis=1)
    high = np.quantile(np.where(found.draws < 0, most, found.draws), 1 - tail, axis=1)
    return replace(
        found,
        low=np.where(found.raw > 1, np.clip(low, 0.0, 1.0), found.low),
        high=np.where(found.raw < 0, np.clip(high, 0.0, 1.0), found.high),
    )


def mixture_shares(
    tally: Tally, mixes: Mixes, about: Array, confidence: float, seed: int
) -> Shares:
    """Estimate shares by distribution; about: a first guess for each group, for the weights."""
    rng = np.random.default_rng(seed)
    texts = tally.texts.astype(np.float64)
    groups, draws = len(texts), len(mixes.human)
    raw, drawn = np.zeros(groups), np.zeros((groups, draws))
    guess = np.clip(np.nan_to_num(about), 0.01, 0.9)
    for start in range(0, groups, _GROUPS_AT_ONCE):
        some = slice(start, start + _GROUPS_AT_ONCE)
        for part in _strata(texts[some]):
            bins = (tally.bins[some] * part[:, :, None]).sum(1)
            n = bins.sum(1)
            there = np.flatnonzero(n > 0)
            weight = (texts[some] * part)[there] / n[there, None]
            share_of_texts = n[there] / texts[some][there].sum(1)
            point, spread = _mixture(
                bins[there], weight, mixes, guess[some][there], rng.standard_normal((1, draws))
            )
            raw[start + there] += share_of_texts * point
            drawn[start + there] += share_of_texts[:, None] * spread
    return _shares(raw, drawn, texts.sum(1) > 0, confidence)


def disagree(one: Shares, other: Shares) -> NDArray[np.bool_]:
    """Whether two estimates differ by more than the errors that both allow for."""
    between = one.draws - other.draws
    below, over = (between < 0).mean(1), (between > 0).mean(1)
    flags: NDArray[np.bool_] = (np.minimum(below, over) < DISAGREE) & ~np.isnan(one.raw)
    return flags


def _strata(texts: Array) -> list[NDArray[np.bool_]]:
    """Each band where a group has enough texts in it, and all others together."""
    own = texts >= FEWEST_IN_BAND
    bands = np.eye(texts.shape[1], dtype=np.bool_)
    return [*(own & band for band in bands), ~own]


def _adjusted(q: Array, fpr: Array, tpr: Array) -> Array:
    share: Array = (q - fpr) / np.maximum(tpr - fpr, _LEAST_GAP)
    return share


def _mixture(
    bins: NDArray[np.int64], weight: Array, mixes: Mixes, guess: Array, noise: Array
) -> tuple[Array, Array]:
    """Fit the weights of mixtures: the point estimates [groups], and the draws [groups, draws].

    bins: int64[groups, bins]. weight: of the bands, float64[groups, bands].
    """
    n = bins.sum(1)[:, None]
    human = np.einsum("gb,dbi->gdi", weight, mixes.human)
    machine = np.einsum("gb,dbi->gdi", weight, mixes.machine)
    usual_human, usual_machine = weight @ mixes.human_mean, weight @ mixes.machine_mean
    p = guess[:, None]
    seen = bins / n
    expected = (1 - p) * usual_human + p * usual_machine
    covariance = (
        (1 - p[..., None]) ** 2 * _covariance(human)
        + p[..., None] ** 2 * _covariance(machine)
        + (expected[:, :, None] * np.eye(bins.shape[1]) - expected[:, :, None] * expected[:, None])
        / n[..., None]
        + (SHAPE * expected[:, :, None]) ** 2 * np.eye(bins.shape[1])
    )
    # Shares add up to one, so the first bin says nothing that the others do not.
    direction = (usual_machine - usual_human)[:, 1:]
    ridge = 1e-8 * np.eye(direction.shape[1])
    factors = np.linalg.solve(covariance[:, 1:, 1:] + ridge, direction[..., None])[..., 0]
    factors = np.concatenate([np.zeros((len(bins), 1)), factors], 1)
    factors /= (factors * (usual_machine - usual_human)).sum(1, keepdims=True)
    at = (factors * seen).sum(1)
    smooth = (bins + usual_human) / (n + 1)
    sampled = np.maximum((factors**2 * smooth).sum(1) - (factors * smooth).sum(1) ** 2, 0)
    shape = ((factors * SHAPE * expected) ** 2).sum(1)
    deviation = np.sqrt(sampled / n[:, 0] + shape)
    zero = np.einsum("gi,gdi->gd", factors, human)
    gap = np.maximum(np.einsum("gi,gdi->gd", factors, machine) - zero, _LEAST_GAP)
    point = at - (factors * usual_human).sum(1)
    spread = np.clip((at[:, None] + deviation[:, None] * noise - zero) / gap, *FURTHEST)
    return point, spread


def _covariance(values: Array) -> Array:
    centred = values - values.mean(1, keepdims=True)
    covariance: Array = np.einsum("gdi,gdj->gij", centred, centred) / values.shape[1]
    return covariance


def _shares(raw: Array, drawn: Array, there: NDArray[np.bool_], confidence: float) -> Shares:
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=1)
    ends = [np.where(there, np.clip(end, 0.0, 1.0), np.nan) for end in (low, high)]
    return Shares(np.where(there, raw, np.nan), ends[0], ends[1], drawn)
