"""How many texts of a removal people wrote: Bayes's rule, summed."""

from __future__ import annotations

import numpy as np
import pytest

from detector.label.expected import Cells, cells_of_cut, expected_humans
from detector.label.prevalence import Errors

CELLS = Cells(np.array([[[0.99, 0.01]]]), np.array([[[0.5, 0.5]]]))
GONE = np.array([[[0, 300]]])


def expected(share: float, gone: np.ndarray = GONE) -> float:
    return float(expected_humans(gone, np.array([[share]]), CELLS, 0.95)[0][0])


def test_the_number_follows_from_the_share_and_both_rates() -> None:
    assert expected(0.0) == 300
    assert expected(1.0) == pytest.approx(0)
    assert expected(0.2) == pytest.approx(300 * 0.8 * 0.01 / (0.8 * 0.01 + 0.2 * 0.5))


def test_a_share_beyond_its_range_is_taken_as_its_end() -> None:
    assert (expected(-0.3), expected(1.7)) == (300, pytest.approx(0))


def test_texts_below_the_cut_are_human_more_often() -> None:
    assert expected(0.2, np.array([[[300, 0]]])) > 7 * expected(0.2)


def test_the_interval_is_that_of_the_draws() -> None:
    cells = Cells(CELLS.human.repeat(100, 0), CELLS.machine.repeat(100, 0))
    shares = np.linspace(0, 1, 100)[None]
    middle, low, high = expected_humans(GONE, shares, cells, 0.9)
    assert low[0] < middle[0] < high[0]


def test_under_a_policy_of_ones_own_only_the_cut_counts() -> None:
    errors = Errors(
        np.array([[0.01]]), np.array([[0.5]]), np.array([0.01]), np.array([0.5])
    )  # fmt: skip
    cells = cells_of_cut(errors, 1)
    assert np.allclose(cells.human, CELLS.human)
    assert np.allclose(cells.machine, CELLS.machine)
