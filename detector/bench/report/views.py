"""Which texts a figure is computed from: a detector's own, or those that all detectors answered.

A comparison is fair on the same texts only. "own" figures rest on every text that the detector
answered; "common" ones on those that all compared detectors answered. A detector that answered
hardly any text would leave nothing to compare, so it stays out of the comparison instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detector.bench.measures.sample import Sample
from detector.bench.measures.support import FEWEST
from detector.bench.report.folder import BenchSet, Results, Run

OWN: Final = "own"
COMMON: Final = "common"
SCOPES: Final = (COMMON, OWN)
# Of the texts that a detector was asked about it must have answered so many to be compared.
LEAST_ANSWERED: Final = 0.5

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Common:
    """The texts of a set that all compared detectors answered, and who is not compared, and why."""

    texts: Mask
    left_out: Mapping[str, str]


def answered(run: Run) -> Mask:
    """Give the texts that have a score."""
    return ~np.isnan(run.scores)


def common(results: Results, of: BenchSet) -> Common:
    """Find the texts of a set that all compared detectors answered."""
    labels = of.labels
    texts = np.ones(len(labels), np.bool_)
    left_out = {}
    for run in (run for run in results.runs if run.set == of.name):
        reason = run.failed or _too_few(run, labels)
        if reason:
            left_out[run.detector] = reason
        else:
            texts &= answered(run)
    return Common(texts, left_out)


def _too_few(run: Run, labels: NDArray[np.str_]) -> str:
    has, asked = answered(run), int(run.asked.sum())
    if has.sum() < LEAST_ANSWERED * asked or not asked:
        return (
            f"not compared: it answered {int(has.sum()):,} of the {asked:,} texts it was asked"
            f" about, under {LEAST_ANSWERED:.0%}"
        )
    for label, kind in (("human", "human"), ("ai", "AI")):
        inside = labels == label
        own = int((has & inside).sum())
        if own < min(FEWEST, int(inside.sum())):
            return f"not compared: it answered {own:,} of the {int(inside.sum()):,} {kind} texts"
    return ""


def take(of: BenchSet, run: Run, texts: Mask, machines: Mask, humans: Mask) -> Sample:
    """Give the sample of a run's scores over chosen texts; those without a score are left out."""
    usable = texts & answered(run)
    human, machine = usable & humans, usable & machines
    return Sample(run.scores[human], run.scores[machine], of.groups[human], of.groups[machine])


def shared_texts(results: Results) -> dict[tuple[str, str], Mask]:
    """Give for (calibration set, test set) the test texts that have a near-duplicate in the other.

    Pairs of sets that share nothing have no entry.
    """
    table = results.overlaps
    turned = pl.DataFrame(
        {
            "set_a": table["set_b"],
            "doc_a": table["doc_b"],
            "set_b": table["set_a"],
            "doc_b": table["doc_a"],
        }
    )
    both = pl.concat([table, turned]).unique()
    sets = {one.name: one for one in results.sets}
    found = {}
    for (other, name), part in both.group_by("set_a", "set_b"):
        if str(name) in sets:
            ids = sets[str(name)].table["doc_id"]
            found[str(other), str(name)] = ids.is_in(part["doc_b"].to_list()).to_numpy()
    return found
