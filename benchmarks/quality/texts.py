"""The labelled texts in English, read source by source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

COLUMNS = ["doc_id", "text", "label", "language", "domain", "attack"]


def english(files: Sequence[Path]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Give the name and the English texts of each source that has any, in the files' order."""
    for file in files:
        frame = pl.read_parquet(file, columns=COLUMNS).filter(pl.col("language") == "en")
        if len(frame):
            yield file.stem, frame


def side(frame: pl.DataFrame, label: str) -> pl.DataFrame:
    """The texts of one label: `human` or `ai`."""
    return frame.filter(pl.col("label") == label)


def unattacked(frame: pl.DataFrame) -> pl.DataFrame:
    """The texts that nobody has tried to disguise."""
    return frame.filter(pl.col("attack").is_null())
