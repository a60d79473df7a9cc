"""Prevalence: the formula where rates are certain, intervals that hold the truth where not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.prevalence.crawls import CUT_BIN, Maker
from detector.label.mixes import Mixes, draw_mixes
from detector.label.prevalence import (
    Errors,
    Tally,
    count_shares,
    disagree,
    make_errors,
    mixture_shares,
)
from detector.label.rates import shipped_rates
from detector.pipeline.prevalence import SOURCES

BINS = 4
HUMAN, MACHINE = np.array([0.70, 0.20, 0.09, 0.01]), np.array([0.05, 0.10, 0.35, 0.50])


def certain(fpr: float, tpr: float, bands: int = 1, draws: int = 200) -> Errors:
    shape = (draws, bands)
    means = np.full(bands, fpr), np.full(bands, tpr)
    return Errors(np.full(shape, fpr), np.full(shape, tpr), *means)


def counted(flagged: list[list[int]], texts: list[list[int]]) -> Tally:
    """Flagged texts lie in the last bin, the others in the first."""
    bins = np.zeros((*np.shape(texts), BINS), np.int64)
    bins[..., -1] = flagged
    bins[..., 0] = np.array(texts) - flagged
    return Tally(np.array(flagged), bins)


def test_with_certain_rates_it_is_rogan_and_gladens_formula() -> None:
    found = count_shares(counted([[255]], [[1000]]), certain(0.01, 0.5, draws=5000), 0.95, 0)
    assert found.raw[0] == pytest.approx((0.255 - 0.01) / (0.5 - 0.01))
    assert found.low[0] < 0.5 < found.high[0]
    deviation = (0.255 * 0.745 / 1000) ** 0.5 / 0.49
    assert found.high[0] - found.low[0] == pytest.approx(2 * 1.96 * deviation, rel=0.05)


def test_fewer_flagged_than_false_positives_may_be_none_or_all_that_is_flagged() -> None:
    found = count_shares(counted([[1]], [[1000]]), certain(0.01, 0.5, draws=5000), 0.95, 0)
    assert found.raw[0] < 0
    assert found.low[0] == 0
    assert 0.001 / 0.5 < found.high[0] < 0.01 / 0.5


def test_more_flagged_than_is_found_may_be_all_or_what_is_flagged() -> None:
    found = count_shares(counted([[90]], [[100]]), certain(0.01, 0.5, draws=5000), 0.95, 0)
    assert found.raw[0] > 1
    assert 0.8 < found.low[0] < 0.9
    assert found.high[0] == 1


def test_a_group_without_texts_has_no_estimate() -> None:
    found = count_shares(counted([[0], [5]], [[0], [50]]), certain(0.01, 0.5), 0.95, 0)
    assert np.isnan([found.raw[0], found.low[0], found.high[0]]).all()
    assert not np.isnan(found.raw[1])


def test_a_cut_that_no_known_human_text_reaches_has_rates_all_the_same() -> None:
    rates = shipped_rates()
    human = np.zeros_like(rates.bands[0].human)
    human[:, 0] = 100
    bands = (replace(rates.bands[0], human=human), *rates.bands[1:])
    rates = replace(rates, bands=bands)
    cuts = [float(band.edges[-1]) for band in bands]
    beyond = [(1, 1000)] * len(bands)
    errors = make_errors(rates, draw_mixes(rates, 50, 3.0, 1), cuts, beyond, 2)
    assert np.isfinite(errors.fpr).all()
    assert 0 < np.median(errors.fpr[:, 0]) < 0.01


def test_bands_with_enough_texts_are_estimated_by_themselves() -> None:
    """Machine texts that are all long, where more is found, would seem more than they are."""
    errors = certain(0.01, 0.2, bands=2)
    errors.tpr[:, 1] = errors.tpr_mean[1] = 0.9
    human, machine = 1000, 1000
    flagged = [[10, round(0.9 * machine)]]
    found = count_shares(counted(flagged, [[human, machine]]), errors, 0.95, 0)
    assert found.raw[0] == pytest.approx(0.5, abs=0.01)


def mixes(draws: int = 300) -> Mixes:
    """One band, in which sources hardly differ."""
    rng = np.random.default_rng(0)
    human, machine = (rng.dirichlet(2e4 * p, draws)[:, None] for p in (HUMAN, MACHINE))
    return Mixes(human, machine, HUMAN[None], MACHINE[None])


@pytest.mark.parametrize("share", [0.0, 0.1, 0.6])
def test_the_mixture_needs_no_cut(share: float) -> None:
    bins = np.round(20_000 * ((1 - share) * HUMAN + share * MACHINE)).astype(np.int64)
    tally = Tally(np.zeros((1, 1), np.int64), bins[None, None])
    found = mixture_shares(tally, mixes(), np.array([share]), 0.95, 0)
    assert found.raw[0] == pytest.approx(share, abs=0.01)
    assert found.low[0] <= share + 1e-3 <= found.high[0] + 2e-3


def test_estimates_that_contradict_each_other_are_told() -> None:
    """As many above the cut as half machine text has, and else a histogram of human text."""
    bins = np.round(20_000 * HUMAN).astype(np.int64)[None, None]
    tally = Tally(np.array([[5_000]]), bins)
    wrong = count_shares(tally, certain(0.01, 0.5, draws=300), 0.95, 0)
    right = count_shares(Tally(np.array([[200]]), bins), certain(0.01, 0.5, draws=300), 0.95, 0)
    mixture = mixture_shares(tally, mixes(), np.array([0.1]), 0.95, 0)
    assert disagree(wrong, mixture).tolist() == [True]
    assert disagree(right, mixture).tolist() == [False]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.05, 0.2, 0.5])
def test_intervals_hold_the_true_share_of_crawls_of_unseen_sources(share: float) -> None:
    """A short form of benchmarks/prevalence; 60 crawls tell 95 % from less than 88 %."""
    maker = Maker(shipped_rates(), 2000, 8, True, SOURCES, 200)
    rng = np.random.default_rng(3)
    made = [maker.make(rng, share) for _ in range(60)]
    assert np.mean([one.holds(one.by_count) for one in made]) >= 0.93
    assert np.mean([one.by_count.high[0] - one.by_count.low[0] for one in made]) < 0.75


def test_the_bins_of_made_crawls_are_cut_where_the_policy_cuts() -> None:
    band = shipped_rates().bands[0]
    assert band.human[:, CUT_BIN:].sum() / band.human.sum() == pytest.approx(0.01, abs=0.003)
