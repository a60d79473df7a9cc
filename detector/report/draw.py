"""A seeded sample of the documents of each label, the same on every machine and in every version.

Each document draws a number from its place and the seed; those with the least numbers are the
sample. So a larger sample holds the smaller one, and pages of one host do not come together.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import xxhash

from detector.report.counts import LABELS

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)


def draws(files: pl.Series, ordinals: pl.Series, seed: int) -> npt.NDArray[np.uint64]:
    """One number for each document: splitmix64 (Steele, Lea and Flood 2014) of place and seed."""
    names = files.unique().to_list()
    hashes = pl.Series([xxhash.xxh3_64_intdigest(name.encode()) for name in names], dtype=pl.UInt64)
    of_file = files.replace_strict(pl.Series(names), hashes, return_dtype=pl.UInt64).to_numpy()
    with np.errstate(over="ignore"):
        mixed = of_file ^ (np.uint64(seed % 2**64) * _GOLDEN)
        return _mix(_mix(mixed) + ordinals.to_numpy().astype(np.uint64) * _GOLDEN)


def _mix(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


class Draw:
    """The sample so far. most: documents of each label."""

    def __init__(self, most: int, seed: int) -> None:
        self._most, self._seed = most, seed
        schema = {"draw": pl.UInt64, "label": pl.String, "part": pl.Int32, "ordinal": pl.Int64}
        self._kept = pl.DataFrame(schema=schema)

    def see(self, batch: pl.DataFrame) -> None:
        """Let the documents of a batch take part; it has `file`, `ordinal`, `label`, `part`."""
        if batch.is_empty() or not self._most:
            return
        drawn = pl.Series("draw", draws(batch["file"], batch["ordinal"], self._seed))
        fresh = batch.select(drawn, "label", "part", "ordinal")
        both = pl.concat([self._kept, fresh]).sort("draw", "part", "ordinal")
        least = both.group_by("label", maintain_order=True).head(self._most)
        self._kept = least.select(fresh.columns)

    def rows(self, files: Sequence[Path]) -> list[dict[str, Any]]:
        """The rows of the sample with all their columns, label by label, in random order."""
        found: dict[tuple[int, int], dict[str, Any]] = {}
        for (part,), of in self._kept.group_by("part"):
            number = int(part)
            wanted = pl.scan_parquet(files[number], glob=False).filter(
                pl.col("ordinal").is_in(of["ordinal"].to_list())
            )
            for row in wanted.collect().iter_rows(named=True):
                found[number, row["ordinal"]] = row
        order = {label: at for at, label in enumerate(LABELS)}
        place = pl.col("label").replace_strict(order, default=len(order))
        ranked = self._kept.with_columns(at=place)
        places = ranked.sort("at", "draw").select("part", "ordinal").iter_rows()
        return [found[place] for place in places if place in found]
