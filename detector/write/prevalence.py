"""The table of a prevalence estimate: the schema is the promise of docs/prevalence.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polars as pl

from detector.write import disk
from detector.write.frames import parquet_bytes

PREVALENCE: Final[Mapping[str, pl.DataType]] = MappingProxyType(
    {
        "by": pl.String(),
        "group": pl.String(),
        "pages": pl.Int64(),
        "not_assessed": pl.Int64(),
        "pre_llm": pl.Int64(),
        "texts": pl.Int64(),
        "sites": pl.Int64(),
        "counted": pl.Int64(),
        "flagged": pl.Int64(),
        "share": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "raw": pl.Float64(),
        "mixture": pl.Float64(),
        "mixture_low": pl.Float64(),
        "mixture_high": pl.Float64(),
        "disagree": pl.Boolean(),
        "p_value": pl.Float64(),
        "q_value": pl.Float64(),
        "excess": pl.Boolean(),
    }
)


def write_prevalence(out: Path, rows: pl.DataFrame) -> None:
    """Write the rows, of exactly the schema `PREVALENCE`; OutputError when it cannot be done."""
    if rows.schema != pl.Schema(PREVALENCE):
        raise TypeError(f"not the columns of an estimate: {rows.schema}")
    disk.write_files({out: parquet_bytes(rows)})
