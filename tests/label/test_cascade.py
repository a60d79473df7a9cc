"""The cascade: whom it asks a second opinion on, and what both opinions are worth together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.errors import ModelError
from detector.label import Calibration, read_calibration
from detector.label.calibration import p_value
from detector.label.cascade import NAME, Cascade, Pairing, read_pairings
from tests.label.made import stored, stored_band

SCORES = [n / 100 for n in range(2000)]  # the fast scores of people, 0 to 19.99
FAST: Calibration = read_calibration(
    stored(stored_band(SCORES, 40, 400, tail=SCORES[-500:]), stored_band(SCORES, 400))
)


def pairing(count: int = 1000, seed: int = 1) -> Pairing:
    """Fast scores spread like those of the calibration, deep ones independent of them."""
    draw = np.random.default_rng(seed)
    fast = draw.uniform(0, 20, count).astype(np.float32)
    deep = draw.normal(0, 1, count).astype(np.float32)
    return Pairing("en", 40, 400, 5, 1.0, 2.0, -1.0, fast, deep)


def cascade(share: float = 0.05, fpr: float = 0.01) -> Cascade:
    return Cascade(FAST, (pairing(),), share, fpr)


@pytest.mark.parametrize(
    ("score", "asked"),
    [(18.9, False), (19.005, True), (19.5, True), (19.985, False), (25.0, False)],
)
def test_the_share_of_people_nearest_to_the_cut_is_asked_about(score: float, asked: bool) -> None:
    """Above the 95th percentile, and not so far above it that no second opinion is needed."""
    assert cascade().asks("en", 100, score) is asked


@pytest.mark.parametrize(
    ("language", "words", "score"), [("de", 100, 19.5), ("en", 20, 19.5), ("en", 100, math.nan)]
)
def test_a_text_that_the_fast_tier_cannot_judge_is_not_asked_about(
    language: str, words: int, score: float
) -> None:
    assert not cascade(1.0).asks(language, words, score)


def test_a_band_without_pairs_is_left_to_the_fast_tier() -> None:
    made = cascade(1.0)
    assert not made.asks("en", 500, 19.5)
    assert made.joint("en", 500, 19.5, 3.0) == 19.5
    assert made.calibration.bands[1] == FAST.bands[1]


def test_too_few_pairs_for_the_rate_are_none() -> None:
    few = Cascade(FAST, (pairing(400),), 1.0, 0.01)
    assert not few.asks("en", 100, 19.5)
    assert few.calibration.bands == FAST.bands


def test_with_the_whole_share_every_text_is_asked_about() -> None:
    made = cascade(1.0)
    assert all(made.asks("en", 100, score) for score in (-5.0, 0.0, 19.99, 40.0))


def test_both_scores_are_joined_by_the_weights_of_the_band() -> None:
    assert cascade().joint("en", 100, 19.0, 0.5) == 19.0 + 2 * 0.5 - 1.0
    assert cascade().joint("en", 100, 19.0, math.nan) == 19.0


@given(st.sampled_from([0.02, 0.05, 0.3, 1.0]), st.integers(2, 6), st.sampled_from([0.01, 0.05]))
def test_of_new_human_texts_no_more_than_the_rate_have_such_p_values(
    share: float, seed: int, fpr: float
) -> None:
    """Whatever share is asked about; with room for chance, three standard deviations."""
    made = cascade(share, fpr)
    new = pairing(4000, seed)
    chances = []
    for fast, deep in zip(new.fast.tolist(), new.deep.tolist(), strict=True):
        asked = made.asks("en", 100, fast)
        score = made.joint("en", 100, fast, deep) if asked else fast
        chances.append(p_value(made.calibration.bands[0], score))
    rate = np.mean(np.array(chances) <= fpr)
    spread = math.sqrt(fpr * (1 / 4000 + 1 / 1000))
    assert rate <= fpr + 3 * spread


@pytest.mark.parametrize("share", [0.05, 0.3, 1.0])
def test_pairs_of_easier_sources_are_weighted_to_the_mix_of_the_calibration(share: float) -> None:
    """Two of three high-scoring texts are missing from the pairs; the rate holds all the same."""
    whole = pairing(6000, 3)
    kept = (whole.fast < 17) | (np.arange(6000) % 3 == 0)
    easy = replace(whole, fast=whole.fast[kept], deep=whole.deep[kept])
    made = Cascade(FAST, (easy,), share, 0.01)
    new = pairing(20_000, 4)
    asked = np.array([made.asks("en", 100, score) for score in new.fast.tolist()])
    scores = np.where(asked, new.fast + 2 * new.deep - 1, new.fast)
    band = made.calibration.bands[0]
    assert band.n < len(easy.fast)
    rate = np.mean([p_value(band, score) <= 0.01 for score in scores.tolist()])
    assert 0.004 < rate < 0.0135
    assert np.mean(new.fast > np.quantile(easy.fast, 0.99)) > 0.015  # without the weights


def test_its_calibration_names_it_and_says_what_it_rests_on() -> None:
    made = cascade()
    assert made.calibration.detector == NAME
    band = made.calibration.bands[0]
    assert 800 < band.n <= 1000
    assert band.sources == 5


STORED = {
    "pairings": [
        {"language": "en", "min_words": 40, "max_words": None, "sources": 2, "of_fast": 1,
         "of_deep": 0.5, "constant": 0}
    ]
}  # fmt: skip
TWO = np.zeros(2, np.float32)


def test_pairings_are_read_from_what_a_model_file_holds() -> None:
    [one] = read_pairings(STORED, {"fast_0": TWO, "deep_0": TWO + 1})
    assert (one.max_words, one.of_deep, one.deep.tolist()) == (None, 0.5, [1, 1])


@pytest.mark.parametrize(
    ("stored_pairings", "arrays"),
    [
        ({}, {}),
        (STORED, {"fast_0": TWO}),
        (STORED, {"fast_0": TWO, "deep_0": np.zeros(3, np.float32)}),
        (STORED, {"fast_0": TWO, "deep_0": TWO + np.float32("nan")}),
        ({"pairings": [{**STORED["pairings"][0], "of_deep": "x"}]}, {"fast_0": TWO, "deep_0": TWO}),
    ],
)
def test_pairings_that_make_no_sense_are_refused(
    stored_pairings: Mapping[str, Any], arrays: dict[str, NDArray[np.float32]]
) -> None:
    with pytest.raises(ModelError, match="makes no sense"):
        read_pairings(stored_pairings, arrays)
