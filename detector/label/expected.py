"""How many of some texts are expected to be human-written, given how they score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.label.mixes import Mixes
from detector.label.prevalence import Errors

_AT_ONCE: Final = 50  # groups
_SMALL: Final = 1e-12

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """What texts are counted in, and how human and machine texts fall into it.

    human, machine: float64[draws, bands, cells].
    """

    human: Array
    machine: Array


def cells_of_bins(mixes: Mixes, draws: int) -> Cells:
    """Bins of score."""
    return Cells(mixes.human[:draws], mixes.machine[:draws])


def cells_of_cut(errors: Errors, draws: int) -> Cells:
    """Below the cut and above it: all that is known of scores under a policy of one's own."""
    human, machine = errors.fpr[:draws], errors.tpr[:draws]
    return Cells(np.stack([1 - human, human], 2), np.stack([1 - machine, machine], 2))


def expected_humans(
    texts: NDArray[np.int64], shares: Array, cells: Cells, confidence: float
) -> tuple[Array, Array, Array]:
    """Give the expected number of human texts in each group, and the ends of its interval.

    texts: int64[groups, bands, cells]. shares: of machine text among all texts of the group, in
    each draw, float64[groups, draws]; beyond [0, 1] is taken as the end. By Bayes: a text of a cell
    is human with the chance (1 - share) human / ((1 - share) human + share machine). The number is
    the median of the draws.
    """
    draws = len(cells.human)
    share = np.clip(shares[:, :draws], 0.0, 1.0)[:, :, None, None]
    found = np.zeros((3, len(texts)))
    tail = (1 - confidence) / 2
    for start in range(0, len(texts), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        human = (1 - share[some]) * np.maximum(cells.human, _SMALL)
        machine = share[some] * np.maximum(cells.machine, _SMALL)
        chance = human / (human + machine)
        drawn = np.einsum("gbc,gdbc->gd", texts[some].astype(np.float64), chance)
        found[:, some] = np.quantile(drawn, [0.5, tail, 1 - tail], axis=1)
    return found[0], found[1], found[2]
