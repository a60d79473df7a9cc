"""One label for each cluster, by the rule of `detector.label.copies`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from detector.label.copies import Copy, agree
from detector.records import Label

ALONE: Final = "alone"
_LABELS: Final = tuple(Label)


class Agreed:
    """The labels of the clusters of some documents, by the number of the cluster's first text.

    by: int64, the row of the document that decided. labels, rules: the label, and the part of the
    rule that it comes from, "alone" for a document without copies. changed: documents whose own
    label is not their cluster's. A number that no cluster has stands for nothing.
    """

    def __init__(self, documents: pl.DataFrame, firsts: npt.NDArray[np.uint32]) -> None:
        """documents: as `Gathered` has them. firsts: the cluster of each text, as `Stars` has."""
        cluster = firsts[documents["text"].to_numpy()]
        own = documents["label"].to_physical().to_numpy()
        self.by = np.zeros(len(firsts), np.int64)
        # Later rows are written first, so that of each cluster the first document stays.
        self.by[cluster[::-1]] = np.arange(len(cluster))[::-1]
        labels = own[self.by]
        rules = np.full(len(firsts), ALONE, np.object_)
        for number, rows, copies in _copied(documents, cluster):
            found = agree(copies)
            self.by[number] = rows[found.by]
            labels[number] = _LABELS.index(found.label)
            rules[number] = found.rule
        self.changed = int(np.count_nonzero(labels[cluster] != own))
        self.labels = pl.Series([label.value for label in _LABELS]).gather(labels)
        self.rules = pl.Series(rules, dtype=pl.String)


def _copied(
    documents: pl.DataFrame, cluster: npt.NDArray[np.uint32]
) -> Iterator[tuple[int, list[int], list[Copy]]]:
    """Of each cluster of two or more documents its number, its rows, and what the rule needs."""
    order = np.argsort(cluster, kind="stable")
    order = order[np.bincount(cluster)[cluster[order]] > 1]
    told = documents[order].select("text", "label", "p_value", "proven", "traced")
    rows = zip(order.tolist(), told.iter_rows(), strict=True)
    for number, group in groupby(rows, key=lambda row: cluster[row[0]]):
        places, copies = [], []
        for place, (text, label, p_value, proven, traced) in group:
            places.append(place)
            copies.append(Copy(text, Label(label), p_value, proven, traced))
        yield int(number), places, copies
