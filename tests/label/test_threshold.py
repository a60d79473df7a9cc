"""The contract: the cut is where p-values say it is, and every refusal has its sentence."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.binomial import upper_bound
from detector.label import contract, make_policy, read_calibration, rule_for, state_refusal
from detector.label.calibration import Band, p_value
from detector.label.threshold import cut_point, state_rule, threshold
from tests.label.made import stored, stored_band

SCORES = [float(n) for n in range(1000)]
STORED = stored(stored_band(SCORES, 40, 200), stored_band(SCORES[:100], 200))
POLICY = make_policy(STORED, 0.01)


def band_of(scores: list[float], tail: int, step: int) -> Band:
    ordered = tuple(sorted(scores))
    body = ordered[::step]
    return Band("en", 40, None, len(ordered), 1, step, body, ordered[-tail:], 1.0, 0.0)


@given(
    st.lists(st.integers(-50, 50), min_size=5, max_size=300),
    st.integers(1, 60),
    st.integers(1, 30),
    st.floats(0.001, 0.2),
)
def test_p_values_are_small_exactly_above_the_cut(
    scores: list[int], tail: int, step: int, fpr: float
) -> None:
    """For ties, short tails and coarse bodies alike; `beyond` is never fewer than are above it."""
    band = band_of([float(score) for score in scores], min(tail, len(scores)), step)
    found = cut_point(band, fpr)
    candidates = [half / 2 for half in range(-110, 111)]
    small = {score for score in candidates if p_value(band, score) <= fpr}
    if found is None:
        assert small == set()
        return
    cut, beyond = found
    assert small == {score for score in candidates if score > cut}
    assert beyond >= sum(score > cut for score in scores)
    assert (1 + beyond) / (band.n + 1) <= fpr + 1e-9


def test_a_rule_counts_the_human_texts_above_its_cut_and_bounds_their_rate() -> None:
    rule = threshold(POLICY.calibration.bands[0], 0.01)
    assert (rule.cut, rule.beyond) == (990.0, 9)
    assert rule.bound == upper_bound(9, 1000)
    assert rule.kind == "en, 40-199 words"
    assert "9 of 1,000 human texts" in state_rule(rule, 0.01)
    assert "at most 1.57 %" in state_rule(rule, 0.01)


def test_a_band_with_too_few_texts_has_no_cut_and_says_so() -> None:
    rule = rule_for(POLICY, "en", 500)
    assert rule is not None
    assert (rule.cut, rule.beyond, rule.bound) == (None, None, None)
    said = state_rule(rule, 0.01)
    assert said.startswith("no contract for en, 200 words or more")
    assert "100 human texts" in said
    assert "needs 500" in said


def test_the_contract_has_a_rule_with_its_sentence_for_every_band() -> None:
    told = contract(POLICY)
    assert told["fpr"] == 0.01
    assert [rule["n"] for rule in told["thresholds"]] == [1000, 100]
    for rule in told["thresholds"]:
        assert rule["statement"]


@pytest.mark.parametrize(
    ("reason", "language", "words", "said"),
    [
        ("language-not-covered", "xx", 50, "no contract for language xx, 40-199 words"),
        ("too-short", "en", 12, "no contract for language en, under 40 words"),
        ("fpr-not-supported", "en", 300, "no contract for language en, 200 words or more: 100"),
        ("not-prose", "en", 50, "no prose"),
        ("detector-abstained", "en", 50, "no score"),
    ],
)
def test_every_refusal_has_its_sentence(reason: str, language: str, words: int, said: str) -> None:
    assert said in (state_refusal(POLICY, reason, language, words) or "")


def test_what_is_no_refusal_has_none() -> None:
    assert state_refusal(POLICY, "classifier", "en", 50) is None


def test_the_bound_holds_in_nineteen_of_twenty_calibrations() -> None:
    """Scores drawn anew: the true rate beyond the cut is at most the bound in about 95 %."""
    rng = random.Random(5)
    held, runs = 0, 400
    for _ in range(runs):
        scores = sorted(
            rng.random() for _ in range(600)
        )  # uniform: the rate above a cut is 1 - cut
        band = band_of(scores, 100, 10)
        found = cut_point(band, 0.05)
        assert found is not None
        held += 1 - found[0] <= upper_bound(found[1], band.n)
    spread = 4 * math.sqrt(0.05 * 0.95 / runs)
    assert abs(held / runs - 0.95) < spread


def test_the_shipped_calibration_supports_one_percent_in_every_band() -> None:
    from detector.score import default_panel

    policy = make_policy(read_calibration(default_panel().calibration), 0.01)
    for rule in contract(policy)["thresholds"]:
        assert 0.01 < rule["bound"] < 0.02
