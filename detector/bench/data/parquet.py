"""Labelled text in Parquet, in the schema of this project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from detector.bench.data.base import Bad, Format, Rows, need, said, text_or_bad, unknown_label
from detector.bench.records import LABELS, BenchText
from detector.errors import InputError

_ROWS: Final = 1024
NEEDED: Final = ("doc_id", "text", "label")
_TEXTS: Final = ("generator", "domain", "attack", "pair_id")


def frames(path: Path, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
    """Give a Parquet file in frames of 1,024 rows; InputError when it cannot be read."""
    try:
        table = pl.scan_parquet(path, glob=False)
        if columns is not None:
            table = table.select(columns)
        at = 0
        while len(frame := table.slice(at, _ROWS).collect()):
            yield frame
            at += _ROWS
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: cannot be read as Parquet: {str(error)[:100]!r}") from error


def columns_of(path: Path) -> list[str]:
    """The names of a Parquet file's columns; InputError when it is none."""
    try:
        return pl.scan_parquet(path, glob=False).collect_schema().names()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: cannot be read as Parquet: {str(error)[:100]!r}") from error


def read(path: Path, _: Mapping[str, str]) -> Rows:
    """Read texts in the schema of this project; what a file lacks beyond three columns is empty."""
    names = columns_of(path)
    need(path, set(names), *NEEDED)
    wanted = [*NEEDED, *_TEXTS, "language", "source", "year", "native"]
    at = 0
    for frame in frames(path, [name for name in wanted if name in names]):
        for row in frame.iter_rows(named=True):
            yield _text(row, f"{path.name} row {at}", path.stem)
            at += 1


def _text(row: dict[str, Any], where: str, stem: str) -> BenchText | Bad:
    text = text_or_bad(row["text"], where)
    if isinstance(text, Bad):
        return text
    if row["label"] not in LABELS:
        return unknown_label(row["label"], where, ", ".join(LABELS))
    year, native = row.get("year"), row.get("native")
    return BenchText(
        doc_id=said(row["doc_id"]) or where,
        text=text,
        label=row["label"],
        language=said(row.get("language")) or "en",
        source=said(row.get("source")) or stem,
        year=year if isinstance(year, int) and 0 < year < 10_000 else None,
        native=native if isinstance(native, bool) else None,
        **{name: said(row.get(name)) for name in _TEXTS},
    )


FORMAT: Final = Format(
    "detector", "Parquet with doc_id, text, label (human, ai, mixed) and what else is known", read
)
