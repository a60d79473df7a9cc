"""Groups with more than false positives explain: exact tails, and no more false names than told."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from detector.label.excess import adjusted, binomial_tails, excess_p_values


@given(st.integers(1, 5000), st.floats(0, 1), st.floats(1e-6, 1 - 1e-6))
def test_tails_are_those_of_the_binomial_distribution(n: int, share: float, rate: float) -> None:
    hits = round(share * n)
    ours = binomial_tails(np.array([hits]), np.array([n]), np.array([rate]))[0]
    assert np.isclose(ours, stats.binom.sf(hits - 1, n, rate), rtol=1e-7, atol=1e-290)


def test_no_hits_are_no_excess() -> None:
    assert excess_p_values(np.array([0]), np.array([0]), np.array([[0.01]])).tolist() == [1.0]


def test_the_p_value_is_the_mean_over_what_the_rate_may_be() -> None:
    p = excess_p_values(np.array([5]), np.array([100]), np.array([[0.01, 0.2]]))[0]
    assert np.isclose(p, np.mean([stats.binom.sf(4, 100, rate) for rate in (0.01, 0.2)]))


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    p = np.random.default_rng(0).random(200) ** 3
    assert np.allclose(adjusted(p), stats.false_discovery_control(p))
    assert adjusted(np.empty(0)).tolist() == []


def test_human_groups_are_seldom_named_and_machine_groups_are() -> None:
    rng = np.random.default_rng(1)
    fpr = np.full((500, 50), 0.01)
    texts = np.full(500, 60)
    flagged = rng.binomial(texts, np.where(np.arange(500) < 50, 0.4, 0.01))
    named = adjusted(excess_p_values(flagged, texts, fpr)) <= 0.05
    assert named[:50].mean() > 0.95
    assert named[50:].sum() <= 0.15 * named.sum()
