"""The measures agree with scikit-learn and SciPy to 1e-9, ties and single classes included."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.bench.measures.figure import Figure, mean
from detector.bench.measures.ordering import ordering
from detector.bench.measures.prevalence import prevalence_error
from detector.bench.measures.probabilities import (
    brier,
    calibration_error,
    crossed,
    fit,
    isotonic,
    judge,
    reliability,
)
from detector.bench.measures.proportions import clopper_pearson, effective, share
from detector.bench.measures.ranks import auroc, roc, threshold, tpr_at
from detector.bench.measures.sample import Sample, sample
from detector.bench.measures.transfer import error, freeze, rate, sides

EXACT = 1e-9
# Scores on a coarse grid tie often; the others hardly ever.
SCORES = st.one_of(
    st.lists(st.integers(-4, 4).map(lambda n: n / 4), max_size=60),
    st.lists(st.floats(-1e6, 1e6, width=32), max_size=60),
)


def classes(humans: list[float], machines: list[float]) -> tuple[np.ndarray, np.ndarray]:
    outcomes = np.concatenate([np.zeros(len(humans)), np.ones(len(machines))])
    return outcomes, np.array([*humans, *machines], dtype=np.float64)


def reference_roc(humans: list[float], machines: list[float]) -> tuple[np.ndarray, ...]:
    metrics = pytest.importorskip("sklearn.metrics")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a single class: rates that are undefined
        return metrics.roc_curve(*classes(humans, machines), drop_intermediate=False)


@given(SCORES, SCORES)
@settings(deadline=None)
def test_auroc_is_that_of_scikit_learn(humans: list[float], machines: list[float]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    ours = auroc(np.array(humans), np.array(machines))
    if not humans or not machines:
        assert math.isnan(ours)
    else:
        assert abs(ours - metrics.roc_auc_score(*classes(humans, machines))) <= EXACT


@given(SCORES, SCORES)
@settings(deadline=None)
def test_the_roc_is_that_of_scikit_learn(humans: list[float], machines: list[float]) -> None:
    if not humans and not machines:
        return
    ours = roc(np.array(humans, dtype=float), np.array(machines, dtype=float))
    for mine, theirs in zip(ours, reference_roc(humans, machines), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=EXACT)


@given(SCORES.filter(len), SCORES.filter(len), st.sampled_from([0.0, 0.001, 0.01, 0.05, 0.3, 1.0]))
@settings(deadline=None)
def test_tpr_at_an_fpr_is_the_best_point_of_scikit_learns_roc_within_it(
    humans: list[float], machines: list[float], level: float
) -> None:
    fpr, tpr, _ = reference_roc(humans, machines)
    ours = tpr_at(np.array(humans), np.array(machines), level)
    if level < 1:
        assert abs(ours - tpr[fpr <= level + EXACT].max()) <= EXACT
    # The flagged humans are never more than asked for.
    cut = threshold(np.array(humans), level)
    assert (np.array(humans) > cut).mean() <= level + EXACT


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
@settings(deadline=None)
def test_brier_is_that_of_scikit_learn_with_balanced_weights(
    pairs: list[tuple[float, bool]],
) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    humans = np.array([p for p, ai in pairs if not ai])
    machines = np.array([p for p, ai in pairs if ai])
    if not len(humans) or not len(machines):
        return
    outcomes, probabilities = classes(humans.tolist(), machines.tolist())
    weights = np.where(outcomes == 1, 1 / len(machines), 1 / len(humans))
    theirs = metrics.brier_score_loss(outcomes, probabilities, sample_weight=weights)
    assert abs(brier(humans, machines) - theirs) <= EXACT


@given(
    st.lists(
        st.tuples(st.integers(-8, 8).map(lambda n: n / 8), st.booleans(), st.floats(0.1, 3)),
        min_size=1,
        max_size=60,
    ),
    st.lists(st.floats(-2, 2), max_size=10),
)
@settings(deadline=None)
def test_isotonic_regression_is_that_of_scikit_learn(
    points: list[tuple[float, bool, float]], asked: list[float]
) -> None:
    isotonic_module = pytest.importorskip("sklearn.isotonic")
    scores, outcomes, weights = (
        np.array(column, dtype=float) for column in zip(*points, strict=True)
    )
    theirs = isotonic_module.IsotonicRegression(out_of_bounds="clip")
    theirs.fit(scores, outcomes, sample_weight=weights)
    at = np.concatenate([scores, asked])
    np.testing.assert_allclose(
        isotonic(scores, outcomes, weights)(at), theirs.predict(at), rtol=0, atol=EXACT
    )


def test_calibration_error_is_the_weighted_gap_of_the_bins_counted_one_by_one() -> None:
    rng = np.random.default_rng(1)
    humans, machines = rng.random(70) ** 2, rng.random(45)
    outcomes, probabilities = classes(humans.tolist(), machines.tolist())
    weights = np.where(outcomes == 1, 0.5 / 45, 0.5 / 70)
    total = 0.0
    for low in range(10):
        inside = (probabilities >= low / 10) & (
            (probabilities < (low + 1) / 10) | ((low == 9) & (probabilities == 1))
        )
        if inside.any():
            w = weights[inside]
            gap = np.average(outcomes[inside] - probabilities[inside], weights=w)
            total += w.sum() * abs(gap)
    assert abs(calibration_error(humans, machines) - total) <= EXACT
    assert sum(n for _, _, n in reliability(humans, machines)) == 115


@given(st.integers(0, 400), st.integers(1, 400))
@settings(deadline=None, max_examples=60)
def test_clopper_pearson_is_that_of_scipy(hits: int, more: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    trials = hits + more
    theirs = stats.binomtest(hits, trials).proportion_ci(0.95, "exact")
    np.testing.assert_allclose(clopper_pearson(hits, trials), theirs, rtol=0, atol=EXACT)


@pytest.mark.parametrize("trials", [30.5, 1e5, 5e6])
def test_clopper_pearson_takes_counts_that_are_not_whole_and_large_ones(trials: float) -> None:
    stats = pytest.importorskip("scipy.stats")
    hits = trials / 7
    low, high = clopper_pearson(hits, trials)
    assert abs(low - stats.beta.ppf(0.025, hits, trials - hits + 1)) <= EXACT
    assert abs(high - stats.beta.ppf(0.975, hits + 1, trials - hits)) <= EXACT


def test_texts_of_one_group_count_less_the_more_they_agree() -> None:
    alike = np.repeat([True, False, False, True, False] * 4, 5)
    groups = np.repeat(np.arange(20), 5)
    assert effective(alike, np.arange(100)) == 100
    assert 15 <= effective(alike, groups) <= 25
    assert effective(np.zeros(100, bool), groups) == 20


def test_an_own_threshold_is_refused_without_five_humans_beyond_it() -> None:
    rng = np.random.default_rng(2)
    of = sample(rng.normal(size=200), rng.normal(1, size=300))
    area, (at_5, at_1, at_01) = ordering(of, (0.05, 0.01, 0.001), 1, 50)
    assert area.refused == at_5.refused == ""
    assert at_1.refused == "200 human texts, and a false-positive rate of 1 % takes 500"
    assert at_01.refused == "200 human texts, and a false-positive rate of 0.1 % takes 5,000"
    assert at_01.value is at_01.low is at_01.high is None


@pytest.mark.parametrize(("humans", "machines"), [(0, 80), (80, 0), (49, 80), (80, 1)])
def test_one_class_alone_has_no_auroc(humans: int, machines: int) -> None:
    area, (rate_5,) = ordering(
        sample(np.arange(humans) * 1.0, np.arange(machines) * 1.0), (0.05,), 1
    )
    assert area.value is None
    assert rate_5.value is None
    assert "it takes 50" in area.refused


def test_perfect_separation_still_has_an_interval() -> None:
    area, (rate_5,) = ordering(sample(np.zeros(100), np.ones(100)), (0.05,), 1)
    assert (area.value, area.high) == (1.0, 1.0)
    assert area.low == pytest.approx(0.025 ** (1 / 100))
    assert rate_5.low is not None
    assert 0.95 < rate_5.low < 0.97


def test_the_same_seed_gives_the_same_interval() -> None:
    rng = np.random.default_rng(3)
    of = sample(rng.normal(size=120), rng.normal(1, size=120))
    assert ordering(of, (0.05,), 7, 60) == ordering(of, (0.05,), 7, 60)
    assert ordering(of, (0.05,), 7, 60) != ordering(of, (0.05,), 8, 60)


def test_a_frozen_threshold_keeps_its_refusal() -> None:
    frozen = freeze(np.arange(120.0), 0.01)
    found = rate(frozen, np.arange(500.0), np.arange(500), "human")
    assert found.refused == (
        "no threshold: the calibration set has 120 human texts, and a false-positive rate of 1 %"
        " takes 500"
    )
    few = rate(freeze(np.arange(500.0), 0.01), np.arange(3.0), np.arange(3), "human")
    assert few.refused == "3 human texts, and it takes 50"


def test_the_error_among_the_answered_weighs_both_classes_alike() -> None:
    frozen = freeze(np.arange(1000.0), 0.05)
    of = sample(np.full(500, 2000.0), np.full(60, 2000.0))
    false, true = sides(frozen, of)
    assert (false.value, true.value) == (1, 1)
    assert error(false, true).value == 0.5


def test_probabilities_of_a_sets_own_texts_come_from_the_other_folds() -> None:
    """Scores that say nothing look calibrated when judged on the very texts of the fit."""
    rng = np.random.default_rng(5)
    of = sample(rng.normal(size=200), rng.normal(size=200))
    curve = fit(of)
    own = calibration_error(curve(of.humans), curve(of.machines))
    humans, machines = crossed(of, 1)
    assert own < 1e-9
    assert calibration_error(humans, machines) > 0.02


def test_texts_of_one_group_share_their_fold() -> None:
    """A pair whose texts repeat a score exactly would otherwise betray its partner."""
    groups = np.arange(150)
    of = Sample(np.arange(150.0), np.arange(150.0) + 0.25, groups, groups)
    humans, machines = crossed(of, 1)
    assert abs(humans.mean() - machines.mean()) < 0.1


def test_a_known_share_is_found_again_when_the_rates_carry_over() -> None:
    rng = np.random.default_rng(6)
    calibration = sample(rng.normal(size=4000), rng.normal(2, size=4000))
    same = sample(rng.normal(size=4000), rng.normal(2, size=4000))
    shifted = sample(rng.normal(0.7, size=4000), rng.normal(2, size=4000))
    frozen = freeze(calibration.humans, 0.01)
    for true in (0.01, 0.05, 0.2, 0.5):
        size, bias = prevalence_error(frozen, calibration, same, true, 1)
        assert size.value is not None
        assert size.value < 0.05
        worse, bias = prevalence_error(frozen, calibration, shifted, true, 1)
        assert worse.value is not None
        assert worse.value > size.value
        assert bias.value is not None
        assert bias.value > 0


def test_a_share_is_not_estimated_where_both_rates_are_alike() -> None:
    rng = np.random.default_rng(7)
    of = sample(rng.normal(size=800), rng.normal(size=800))
    size, bias = prevalence_error(freeze(of.humans, 0.01), of, of, 0.2, 1)
    assert "too close for a correction" in size.refused
    assert bias.refused == size.refused


def test_probabilities_are_refused_below_a_hundred_texts_of_a_class() -> None:
    of = sample(np.zeros(99), np.ones(100))
    gap, score = judge(of, np.zeros(99), np.ones(100), 1)
    assert gap.refused == score.refused == "99 human texts, and it takes 100"


def test_a_mean_needs_all_its_figures() -> None:
    assert mean([Figure(1, 0.9, 1, 5), Figure(None, None, None, 5, "why")]).refused == "why"
    assert mean([]).refused
    assert (
        share(np.ones(1, bool), np.zeros(1, np.int64), "AI").refused == "1 AI text, and it takes 50"
    )
