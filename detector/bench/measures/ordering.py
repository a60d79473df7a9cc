"""AUROC and the true-positive rate at the humans' own threshold, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.bench.measures.figure import CONFIDENCE, Figure, refused, within
from detector.bench.measures.proportions import interval
from detector.bench.measures.ranks import allowed, auroc, threshold, tpr_at
from detector.bench.measures.resample import REPLICATES, Counts, draws, percentiles
from detector.bench.measures.sample import Sample, Scores
from detector.bench.measures.support import lack_of_humans, lack_of_texts


def ordering(
    of: Sample, levels: Sequence[float], seed: int, replicates: int = REPLICATES
) -> tuple[Figure, tuple[Figure, ...]]:
    """Give the AUROC, and for each level the true-positive rate at that false-positive rate.

    The thresholds are the sample's own: chosen on the human texts that it holds, and again in each
    bootstrap replicate, so that the interval covers their choice as well.
    """
    lack = lack_of_texts(len(of.humans), len(of.machines))
    if lack:
        return refused(lack, of.n), tuple(refused(lack, of.n) for _ in levels)
    areas, rates = _replicates(of, levels, seed, replicates)
    return _area(of, areas), tuple(
        _rate(of, level, rates[:, column]) for column, level in enumerate(levels)
    )


def _area(of: Sample, areas: Scores) -> Figure:
    value = auroc(of.humans, of.machines)
    found = Figure(value, *percentiles(areas), of.n)
    if 0 < value < 1:
        return found
    # No replicate differs. With texts paired off, N pairs agree with chance AUROC^N (or less).
    pairs = min(len(np.unique(of.human_groups)), len(np.unique(of.machine_groups)))
    edge = ((1 - CONFIDENCE) / 2) ** (1 / pairs)
    return within(found, *((edge, 1.0) if value == 1 else (0.0, 1 - edge)))


def _rate(of: Sample, level: float, rates: Scores) -> Figure:
    lack = lack_of_humans(len(of.humans), level)
    if lack:
        return refused(lack, of.n)
    flags = of.machines > threshold(of.humans, level)
    found = Figure(tpr_at(of.humans, of.machines, level), *percentiles(rates), of.n)
    return within(found, *interval(flags, of.machine_groups))


def _replicates(
    of: Sample, levels: Sequence[float], seed: int, replicates: int
) -> tuple[Scores, Scores]:
    """AUROC (replicates,) and true-positive rates (replicates, levels) of the replicates."""
    humans, machines = np.argsort(-of.humans), np.argsort(-of.machines)
    falling, cuts = -of.machines[machines], -of.humans[humans]
    above = np.searchsorted(falling, cuts, "left").astype(
        np.int64
    )  # machine texts above each human one
    reached = np.searchsorted(falling, cuts, "right")  # and those that tie with it besides
    areas, rates = [], []
    for drawn_humans, drawn_machines in draws(of, seed, replicates):
        weights = drawn_humans[:, humans]
        found = _running(drawn_machines[:, machines])
        total = found[:, -1].astype(np.float64)
        beaten = (weights * (found[:, above] + found[:, reached])).sum(axis=1, dtype=np.float64)
        areas.append(beaten / 2 / weights.sum(axis=1) / total)
        rates.append(_rates(weights, found, above, levels) / total[:, None])
    return np.concatenate(areas), np.concatenate(rates)


def _rates(
    weights: Counts, found: Counts, above: NDArray[np.int64], levels: Sequence[float]
) -> Scores:
    """How many machine texts lie above the replicates' own thresholds: (replicates, levels)."""
    ranks = np.cumsum(weights, axis=1, dtype=np.int32)
    rows = np.arange(len(weights))
    columns = []
    for level in levels:
        most = np.array([allowed(int(total), level) for total in ranks[:, -1]])
        place = np.minimum((ranks <= most[:, None]).sum(axis=1), len(above) - 1)
        columns.append(found[rows, above[place]])
    return np.stack(columns, axis=1).astype(np.float64) if columns else np.empty((len(rows), 0))


def _running(counts: Counts) -> Counts:
    """Running totals with a zero before the first."""
    out = np.zeros((counts.shape[0], counts.shape[1] + 1), np.int32)
    np.cumsum(counts, axis=1, out=out[:, 1:])
    return out
