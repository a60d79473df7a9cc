"""p-values are valid whatever the scores, and a stored calibration is read or refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import ModelError
from detector.label import read_calibration
from detector.label.calibration import Band, find_band, p_value, probability
from tests.label.made import stored, stored_band

SCORES = st.lists(st.floats(-50, 50).map(lambda x: round(x, 2)), min_size=1, max_size=300)


def band(scores: list[float]) -> Band:
    return read_calibration(stored(stored_band(scores))).bands[0]


@given(SCORES, st.floats(-60, 60))
def test_the_p_value_is_never_smaller_than_the_exact_one(scores: list[float], new: float) -> None:
    exact = (1 + sum(score >= new for score in scores)) / (len(scores) + 1)
    found = p_value(band(scores), new)
    assert exact - 1e-12 <= found <= 1


@given(SCORES, st.floats(-60, 60))
def test_the_p_value_is_exact_in_the_tail_and_coarse_by_one_step_elsewhere(
    scores: list[float], new: float
) -> None:
    exact = (1 + sum(score >= new for score in scores)) / (len(scores) + 1)
    found = p_value(band(scores), new)
    if new >= sorted(scores)[-50:][0]:
        assert found == pytest.approx(exact)
    else:
        assert found <= exact + 10 / (len(scores) + 1) + 1e-12


@given(SCORES, st.floats(-60, 60), st.floats(0, 10))
def test_a_higher_score_never_has_a_higher_p_value(
    scores: list[float], new: float, more: float
) -> None:
    assert p_value(band(scores), new + more) <= p_value(band(scores), new)


@pytest.mark.parametrize("rate", [0.01, 0.02, 0.05, 0.1])
def test_of_exchangeable_texts_no_more_than_the_rate_are_called(rate: float) -> None:
    """Conformal validity: over many draws of calibration and new texts, P(p <= a) <= a."""
    rng = np.random.default_rng(7)
    called = total = 0
    for _ in range(300):
        drawn = rng.standard_t(3, 999 + 100)  # heavy tails
        calibration = band(drawn[:999].tolist())
        called += sum(p_value(calibration, score) <= rate for score in drawn[999:])
        total += 100
    # Texts of one draw share their calibration: a standard error of about rate / 20 at 0.05.
    assert called / total <= rate * 1.15
    assert called / total >= rate * 0.8


def test_probability_follows_slope_intercept_and_base_rate() -> None:
    calibration = read_calibration(stored(stored_band([0.0] * 50, slope=2.0, intercept=-1.0)))
    of = calibration.bands[0]
    assert probability(calibration, of, 0.5) == pytest.approx(0.5)
    assert probability(calibration, of, 1e9) == pytest.approx(1)
    rare = read_calibration(stored(stored_band([0.0] * 50), base_rate=0.1))
    assert probability(rare, rare.bands[0], 0.0) == pytest.approx(0.1)


def test_a_band_is_found_by_language_and_length() -> None:
    scores = [float(n) for n in range(100)]
    calibration = read_calibration(
        stored(
            stored_band(scores, 40, 80), stored_band(scores, 80), stored_band(scores, language="de")
        )
    )
    found = [find_band(calibration, "en", words) for words in (39, 40, 79, 80, 10**6)]
    assert [b and (b.min_words, b.max_words) for b in found] == [
        None, (40, 80), (40, 80), (80, None), (80, None),
    ]  # fmt: skip
    assert find_band(calibration, "fr", 100) is None
    german = find_band(calibration, "de", 100)
    assert german is not None
    assert german.language == "de"


GOOD = [float(n) for n in range(100)]


@pytest.mark.parametrize(
    "bad",
    [
        {},
        stored(stored_band(GOOD), base_rate=0),
        stored(stored_band(GOOD), base_rate="much"),
        stored(stored_band(GOOD, tail=[])),
        stored(stored_band(GOOD, tail=[2.0, 1.0])),
        stored(stored_band(GOOD, body=[3.0, math.nan])),
        stored(stored_band(GOOD, n=5)),
        stored(stored_band(GOOD, step=0)),
        stored(stored_band(GOOD, step=50)),
        stored(stored_band(GOOD, slope=math.inf)),
        stored({"language": "en"}),
        {"detector": "x", "base_rate": 0.5, "bands": 3},
    ],
)
def test_a_calibration_that_makes_no_sense_is_refused(bad: dict) -> None:
    with pytest.raises(ModelError, match="make the model again"):
        read_calibration(bad)
