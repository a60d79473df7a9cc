"""Calibration by cross-fitting: every text is scored by a model that has not seen its source.

The texts are dealt into folds that split no group and no source of human text alone; a model for
each fold is trained on the others. So the human scores that cut points come from are those of
unseen sources, and no text is lost to the shipped model, which is trained on all of them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.fit.config import BandReport, FitConfig
from detector.fit.corpora import MARKED, LabelledText, windows
from detector.fit.train import Windows, choose_texts, require_sklearn, train
from detector.score.detectors.hashed_ngram import NAME, HashedNgram

BANDS: Final = ((40, 80), (80, 160), (160, 320), (320, 640), (640, 1280), (1280, None))  # words
LONGEST_TEXT: Final = 4000  # words; of a longer text, a stretch
TAIL: Final = 500
BODY: Final = 200
BASE_RATE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Scored:
    """Stretches of one length band and their cross-fitted scores.

    owners: the index of each stretch's text. texts: the stretches. scores: float32, NaN for none.
    """

    owners: NDArray[np.int64]
    texts: tuple[str, ...]
    scores: NDArray[np.float32]


def cross_scores(
    texts: Sequence[LabelledText],
    drawn: Windows,
    folds: Sequence[int],
    common: NDArray[np.uint32],
    config: FitConfig,
) -> list[Scored]:
    """Score a stretch of every calibration text for each band, which are in the order of BANDS."""
    fold_of_text = np.array(folds)
    chosen = [
        at
        for at in choose_texts(texts, config.calibration_texts, config.seed + 1)
        if texts[at].source != MARKED
    ]
    collected: list[tuple[list[int], list[str], list[float]]] = [([], [], []) for _ in BANDS]
    for fold in sorted(set(folds)):
        keep = fold_of_text[drawn.text] != fold
        detector = HashedNgram(train(drawn, keep, common, config))
        members = [at for at in chosen if folds[at] == fold]
        for number, (low, high) in enumerate(BANDS):
            owners, stretches = cut_stretches(texts, members, low, high, config.seed + number)
            collected[number][0].extend(owners)
            collected[number][1].extend(stretches)
            collected[number][2].extend(detector.score(stretches).tolist())
    return [
        Scored(np.array(owners, np.int64), tuple(stretches), np.array(scores, np.float32))
        for owners, stretches, scores in collected
    ]


def cut_stretches(
    texts: Sequence[LabelledText], members: Sequence[int], low: int, high: int | None, seed: int
) -> tuple[list[int], list[str]]:
    """Cut one stretch of a length in [low, high) from every text that is long enough."""
    rng = random.Random(seed)  # noqa: S311 - reproducible, nothing secret
    owners, stretches = [], []
    for at in members:
        length = len(texts[at].text.split())
        if length < low:
            continue
        longest = min(length, LONGEST_TEXT if high is None else high - 1)
        shortest = longest if high is None else low
        owners.append(at)
        stretches.extend(windows(texts[at].text, rng, shortest, longest, 1))
    return owners, stretches


def make_calibration(
    texts: Sequence[LabelledText],
    scored: Sequence[Scored],
    config: FitConfig,
) -> tuple[dict[str, Any], tuple[BandReport, ...]]:
    """Condense the scores to what a model file stores, and to what is reported.

    A band without texts of both labels is left out.
    """
    machine = np.array([text.machine for text in texts])
    bands, reports = [], []
    for (low, high), band in zip(BANDS, scored, strict=True):
        known = ~np.isnan(band.scores)
        owners, scores = band.owners[known], band.scores[known]
        machines = scores[machine[owners]]
        humans = np.sort(scores[~machine[owners]])
        if len(humans) == 0 or len(machines) == 0:
            continue
        sources = len({texts[at].source for at in owners[~machine[owners]]})
        slope, intercept = _platt(scores, machine[owners])
        step = max(1, len(humans) // BODY)
        bands.append(
            {
                "language": config.language,
                "min_words": low,
                "max_words": high,
                "n": len(humans),
                "sources": sources,
                "step": step,
                "body": _rounded_up(humans[::step]),
                "tail": _rounded_up(humans[-TAIL:]),
                "slope": round(slope, 6),
                "intercept": round(intercept, 6),
            }
        )
        cut = float(np.quantile(humans, 0.99, method="higher"))
        found = float((machines > cut).mean())
        reports.append(BandReport(low, high, len(humans), sources, cut, len(machines), found))
    return {"detector": NAME, "base_rate": BASE_RATE, "bands": bands}, tuple(reports)


def _rounded_up(scores: NDArray[np.float32]) -> list[float]:
    """Round upwards, which can only make a p-value larger."""
    return [float(score) for score in np.ceil(scores.astype(np.float64) * 1e5) / 1e5]


def _platt(scores: NDArray[np.float32], machine: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit log odds to scores, both labels weighing alike (Platt 1999)."""
    _, logistic_regression, threadpool_limits = require_sklearn()
    with threadpool_limits(1):
        model = logistic_regression(C=1e6, class_weight="balanced")
        model.fit(scores.reshape(-1, 1).astype(np.float64), machine)
    return float(model.coef_[0, 0]), float(model.intercept_[0])
