"""Refitting: p-values exact where they decide, old numbers where texts are few, and a check."""

from __future__ import annotations

import random

import pytest

from detector.binomial import interval
from detector.label import HumanScores, read_calibration, refit
from detector.label.calibration import p_value
from tests.label.made import stored, stored_band

OLD = read_calibration(
    stored(
        stored_band([float(n) for n in range(1000)], 40, 80),
        stored_band([float(n) for n in range(1000)], 80),
    )
)


def human(count: int, shift: float, seed: int = 3) -> HumanScores:
    rng = random.Random(seed)
    return HumanScores([rng.gauss(shift, 100) for _ in range(count)], {"a", "b"})


def test_a_band_with_enough_texts_gets_their_numbers_and_another_keeps_its_own() -> None:
    new, (first, second) = refit(OLD, [human(3000, 500), human(499, 500)], 0.01)
    assert (new.bands[0].n, new.bands[0].sources) == (3000, 2)
    assert new.bands[1] == OLD.bands[1]
    assert (first.refitted, second.refitted) == (True, False)
    assert first.bound is not None
    assert second.bound is None
    assert second.new_cut == second.old_cut
    assert (new.detector, new.base_rate) == (OLD.detector, OLD.base_rate)
    assert (new.bands[0].slope, new.bands[0].intercept) == (1.0, 0.0)


@pytest.mark.parametrize("fpr", [0.002, 0.01, 0.05, 0.2])
def test_p_values_are_exact_wherever_a_label_depends_on_them(fpr: float) -> None:
    """Up to five times the rate; elsewhere they are never too small."""
    found = human(20_000, 0)
    new, _ = refit(OLD, [found, human(0, 0)], fpr)
    for score in random.Random(1).choices(found.scores, k=300):
        exact = (1 + sum(other >= score for other in found.scores)) / 20_001
        given = p_value(new.bands[0], score)
        assert given >= exact - 1e-9
        if exact <= 5 * fpr - 0.001:
            # Rounding scores up to five decimals may add a neighbour.
            assert given == pytest.approx(exact, abs=3 / 20_001)


def test_the_check_says_how_far_the_old_cut_was_off() -> None:
    """3 of 60 texts lie above the old cut of 990."""
    texts = HumanScores([995.0] * 3 + [0.0] * 57, {"a"})
    _, (check, empty) = refit(OLD, [texts, HumanScores([], set())], 0.01)
    assert (check.texts, check.flagged, check.rate) == (60, 3, 0.05)
    assert (check.low, check.high) == interval(3, 60)
    assert check.old_cut == 990.0
    assert (empty.texts, empty.flagged, empty.rate, empty.low) == (0, None, None, None)


def test_where_the_old_numbers_did_not_support_the_rate_there_is_nothing_to_check() -> None:
    _, (check, _) = refit(OLD, [human(2000, 500), human(0, 0)], 0.004)
    assert check.flagged is None
    assert check.old_cut is None
    assert check.refitted


def test_the_order_of_the_texts_does_not_matter() -> None:
    texts = human(1000, 0)
    other = HumanScores(texts.scores[::-1], texts.sources)
    assert refit(OLD, [texts, texts], 0.01) == refit(OLD, [other, other], 0.01)
