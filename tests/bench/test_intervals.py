"""The intervals hold the truth about as often as they say, in short simulations.

160 samples of known truth: at 95 % a count below 143 (89 %) has a chance of one in a thousand.
Exact intervals may hold it more often than they say, never less.
"""

from __future__ import annotations

from collections.abc import Callable
from math import erf, sqrt

import numpy as np

from detector.bench.measures.figure import Figure, mean
from detector.bench.measures.ordering import ordering
from detector.bench.measures.prevalence import prevalence_error
from detector.bench.measures.probabilities import judge
from detector.bench.measures.proportions import interval
from detector.bench.measures.sample import Sample, sample
from detector.bench.measures.transfer import error, freeze, sides

SAMPLES = 160
FEWEST_HELD = 143


def normal(x: float) -> float:
    return (1 + erf(x / sqrt(2))) / 2


def held(truth: float, draw: Callable[[np.random.Generator], Figure], most: int = SAMPLES) -> None:
    """Fail unless the intervals hold the truth often enough, and at most so often."""
    rng = np.random.default_rng(11)
    count(truth, [draw(rng) for _ in range(SAMPLES)], most)


def count(truth: float, found: list[Figure], most: int = SAMPLES) -> None:
    inside = sum((one.low or 0) <= truth <= (one.high or 0) for one in found)
    assert FEWEST_HELD <= inside <= most


def test_the_aurocs_interval() -> None:
    def draw(rng: np.random.Generator) -> Figure:
        of = sample(rng.normal(size=150), rng.normal(1, size=100))
        return ordering(of, (), int(rng.integers(1 << 30)), 200)[0]

    held(normal(1 / sqrt(2)), draw, most=159)


def grouped(rng: np.random.Generator) -> Sample:
    """Forty prompts with two human and three machine answers each; a prompt shifts all of them."""
    shift, groups = rng.normal(size=40), np.arange(40)
    humans = np.repeat(shift, 2) * 2 + rng.normal(size=80)
    machines = np.repeat(shift, 3) * 2 + rng.normal(size=120) + 1.5
    return Sample(humans, machines, np.repeat(groups, 2), np.repeat(groups, 3))


def test_the_aurocs_interval_where_texts_come_in_groups() -> None:
    truth = normal(1.5 / sqrt(2 * 5))
    held(truth, lambda rng: ordering(grouped(rng), (), int(rng.integers(1 << 30)), 200)[0])


def test_the_interval_of_a_tpr_at_the_humans_own_threshold() -> None:
    def draw(rng: np.random.Generator) -> Figure:
        of = sample(rng.normal(size=400), rng.normal(1.5, size=150))
        return ordering(of, (0.05,), int(rng.integers(1 << 30)), 200)[1][0]

    held(normal(1.5 - 1.6448536), draw)


def test_the_interval_of_a_rare_rate_is_exact() -> None:
    def draw(rng: np.random.Generator) -> Figure:
        flags = rng.random(300) < 0.01
        return Figure(None, *interval(flags, np.arange(300)), 300)

    held(0.01, draw)


def test_the_interval_of_a_rate_where_texts_come_in_groups() -> None:
    def draw(rng: np.random.Generator) -> Figure:
        chance = np.repeat(rng.beta(0.5, 4.5, size=60), 5)
        return Figure(None, *interval(rng.random(300) < chance, np.repeat(np.arange(60), 5)), 300)

    held(0.1, draw)


def test_the_interval_of_the_error_among_the_answered() -> None:
    cut = 1.6448536
    frozen = freeze(np.sort(np.random.default_rng(0).normal(size=200_000)), 0.05)

    def draw(rng: np.random.Generator) -> Figure:
        of = sample(rng.normal(size=150), rng.normal(2, size=80))
        return error(*sides(frozen, of))

    held((0.05 + normal(cut - 2)) / 2, draw)


def test_the_intervals_of_calibration_error_and_brier_score() -> None:
    """Probabilities that say .3 and .9 where the shares are .5 and .7; classes of equal size."""

    def draw(rng: np.random.Generator) -> tuple[Figure, Figure]:
        chance = np.repeat([0.5, 0.7, 0.3], 200)  # a third kind keeps the classes' sizes alike
        said = np.repeat([0.35, 0.9, 0.3], 200)
        ai = rng.random(600) < chance
        humans, machines = said[~ai], said[ai]
        of = sample(humans, machines)
        return judge(of, humans, machines, int(rng.integers(1 << 30)), 200)

    gap = (abs(0.5 - 0.35) + abs(0.7 - 0.9) + 0) / 3
    squares = sum(
        p * (1 - q) ** 2 + (1 - p) * q**2 for p, q in ((0.5, 0.35), (0.7, 0.9), (0.3, 0.3))
    )
    rng = np.random.default_rng(11)
    found = [draw(rng) for _ in range(SAMPLES)]
    count(gap, [one[0] for one in found])
    count(squares / 3, [one[1] for one in found])


def test_the_intervals_of_the_prevalence_error_and_its_bias() -> None:
    rng = np.random.default_rng(1)
    calibration = sample(rng.normal(size=20_000), rng.normal(2, size=20_000))
    frozen = freeze(calibration.humans, 0.05)
    large = sample(rng.normal(0.3, size=60_000), rng.normal(1.8, size=60_000))
    truth = [one.value for one in prevalence_error(frozen, calibration, large, 0.2, 3)]

    def draw(rng: np.random.Generator) -> tuple[Figure, Figure]:
        of = sample(rng.normal(0.3, size=300), rng.normal(1.8, size=300))
        return prevalence_error(frozen, calibration, of, 0.2, int(rng.integers(1 << 30)), 200)

    rng = np.random.default_rng(11)
    found = [draw(rng) for _ in range(SAMPLES)]
    for place in (0, 1):
        count(truth[place] or 0.0, [one[place] for one in found])


def test_the_interval_of_a_mean_over_sets() -> None:
    def draw(rng: np.random.Generator) -> Figure:
        sets = [sample(rng.normal(size=80), rng.normal(m, size=80)) for m in (0.5, 1.0, 1.5)]
        return mean([ordering(of, (), int(rng.integers(1 << 30)), 200)[0] for of in sets])

    held(sum(normal(m / sqrt(2)) for m in (0.5, 1.0, 1.5)) / 3, draw)
