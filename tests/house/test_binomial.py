"""Clopper and Pearson's bounds: scipy's, for any count, and what they are defined by."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from detector.binomial import interval, upper_bound

COUNTS = st.integers(1, 50_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS)
def test_the_upper_bound_is_the_quantile_of_the_beta_distribution(counts: tuple[int, int]) -> None:
    hits, trials = counts
    expected = 1.0 if hits == trials else stats.beta.ppf(0.95, hits + 1, trials - hits)
    assert upper_bound(hits, trials) == pytest.approx(expected, rel=1e-7)


@given(COUNTS)
def test_the_interval_is_scipy_s_exact_one(counts: tuple[int, int]) -> None:
    expected = stats.binomtest(*counts).proportion_ci(0.95, method="exact")
    assert interval(*counts) == pytest.approx((expected.low, expected.high), rel=1e-6, abs=1e-9)


def test_at_the_bound_so_few_hits_have_a_chance_of_one_in_twenty() -> None:
    """The definition, summed term by term."""
    rate = upper_bound(3, 200)
    terms = [math.comb(200, k) * rate**k * (1 - rate) ** (200 - k) for k in range(4)]
    assert sum(terms) == pytest.approx(0.05, rel=1e-9)


def test_no_hit_in_n_is_the_rule_of_three() -> None:
    assert upper_bound(0, 1000) == pytest.approx(1 - 0.05 ** (1 / 1000))


def test_nothing_seen_says_nothing() -> None:
    assert interval(0, 0) == (0.0, 1.0)
    assert upper_bound(1, 1) == 1.0


@pytest.mark.parametrize("counts", [(-1, 3), (4, 3), (0, 0)])
def test_impossible_counts_are_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="trials"):
        upper_bound(*counts)


@given(st.integers(0, 400), st.integers(1, 400))
def test_the_interval_agrees_with_scipy_to_nine_digits(hits: int, more: int) -> None:
    trials = hits + more
    theirs = stats.binomtest(hits, trials).proportion_ci(0.95, "exact")
    assert interval(hits, trials) == pytest.approx(tuple(theirs), rel=0, abs=1e-9)


@pytest.mark.parametrize("trials", [30.5, 1e5, 5e6])
def test_the_interval_takes_counts_that_are_not_whole_and_large_ones(trials: float) -> None:
    hits = trials / 7
    low, high = interval(hits, trials)
    assert abs(low - stats.beta.ppf(0.025, hits, trials - hits + 1)) <= 1e-9
    assert abs(high - stats.beta.ppf(0.975, hits + 1, trials - hits)) <= 1e-9
