"""The long table: one row a figure, with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from detector.bench.measures.figure import Figure

ALL_SETS: Final = "*"

SCHEMA: Final = {
    "set": pl.String,
    "detector": pl.String,
    "measure": pl.String,
    "level": pl.Float64,
    "share": pl.Float64,
    "calibration": pl.String,
    "scope": pl.String,
    "dimension": pl.String,
    "slice": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "left_out": pl.Int64,
    "refused": pl.String,
}


@dataclass(frozen=True, slots=True)
class Key:
    """What a figure is about.

    set: "*" for all sets together. level: the false-positive rate of the threshold, share: the true
    share of AI texts; None where the measure has none. calibration: the set that a threshold or a
    line of probabilities comes from, "" for the set itself. scope: "own" or "common" texts.
    dimension, slice: "" for all texts of the set.
    """

    set: str
    detector: str
    measure: str
    scope: str
    level: float | None = None
    share: float | None = None
    calibration: str = ""
    dimension: str = ""
    slice: str = ""


@dataclass(slots=True)
class Book:
    """The figures of a report, in the order in which they were found."""

    figures: dict[Key, Figure] = field(default_factory=dict)
    left_out: dict[Key, int] = field(default_factory=dict)

    def add(self, key: Key, figure: Figure, left_out: int = 0) -> None:
        """Enter a figure; left_out: texts not used because the calibration set has their like."""
        self.figures[key] = figure
        if left_out:
            self.left_out[key] = left_out

    def get(self, key: Key) -> Figure | None:
        """Give a figure; None when nobody computed it."""
        return self.figures.get(key)

    def table(self) -> pl.DataFrame:
        """Give the long table."""
        return pl.DataFrame(list(self._rows()), schema=SCHEMA, orient="row")

    def _rows(self) -> Iterator[tuple[object, ...]]:
        for key, figure in self.figures.items():
            yield (
                key.set,
                key.detector,
                key.measure,
                key.level,
                key.share,
                key.calibration,
                key.scope,
                key.dimension,
                key.slice,
                figure.value,
                figure.low,
                figure.high,
                figure.n,
                self.left_out.get(key, 0),
                figure.refused,
            )
