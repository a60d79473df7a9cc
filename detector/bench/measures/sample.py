"""The scores that a figure is computed from, and which of its texts belong together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Groups = NDArray[np.int64]
Chosen = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sample:
    """Scores of human and of machine texts, none of them NaN, each with its group.

    Texts of one group (the answers to one prompt, a page and its mirror) are not independent: they
    are drawn together when intervals are made. Group numbers are common to both classes.
    """

    humans: Scores
    machines: Scores
    human_groups: Groups
    machine_groups: Groups

    @property
    def n(self) -> int:
        return len(self.humans) + len(self.machines)


def sample(humans: Scores, machines: Scores) -> Sample:
    """Give a sample in which every text is a group of its own."""
    numbers = np.arange(len(humans) + len(machines), dtype=np.int64)
    return Sample(humans, machines, numbers[: len(humans)], numbers[len(humans) :])
