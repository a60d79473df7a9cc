"""Random mixes of sources: distributions, the same for a seed, wider for fewer sources."""

from __future__ import annotations

import numpy as np

from detector.label.mixes import draw_mixes
from detector.label.rates import CHANCES, shipped_rates

RATES = shipped_rates()
TOP = CHANCES.index(0.01) + 1


def test_every_draw_is_a_distribution_over_the_bins() -> None:
    for sources in (1.0, 3.0):
        mixes = draw_mixes(RATES, 50, sources, 1)
        for drawn in (mixes.human, mixes.machine):
            assert drawn.shape == (50, len(RATES.bands), len(CHANCES) + 1)
            assert (drawn >= 0).all()
            assert np.allclose(drawn.sum(2), 1)


def test_the_same_seed_gives_the_same_draws() -> None:
    one, other = draw_mixes(RATES, 20, 3, 5), draw_mixes(RATES, 20, 3, 5)
    assert (one.human == other.human).all()
    assert (one.machine != draw_mixes(RATES, 20, 3, 6).machine).any()


def test_fewer_sources_spread_wider_around_about_the_same_mean() -> None:
    found = {n: draw_mixes(RATES, 2000, n, 1).machine[:, 2, TOP:].sum(1) for n in (1, 3, 30)}
    spread = {n: float(np.std(tpr)) for n, tpr in found.items()}
    assert spread[1] > 1.3 * spread[3] > 1.69 * spread[30]
    usual = RATES.bands[2].machine[:, TOP:].sum() / RATES.bands[2].machine.sum()
    assert all(abs(tpr.mean() - usual) < 0.1 for tpr in found.values())


def test_sources_that_are_left_out_do_not_count() -> None:
    whole = draw_mixes(RATES, 10, 3, 1)
    without = draw_mixes(RATES, 10, 3, 1, without=["public_domain_recipes"])
    own = np.array([source != "public_domain_recipes" for source, _ in RATES.human])
    kept = np.array([band.human[own].sum(0) for band in RATES.bands])
    assert np.allclose(without.human_mean, kept / kept.sum(1, keepdims=True))
    assert without.human_mean[0, TOP:].sum() < whole.human_mean[0, TOP:].sum()
