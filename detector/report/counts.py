"""All that a report counts of the documents, in one pass over them, a few parts at a time.

Memory grows with the number of distinct hosts and with nothing else that a crawl brings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polars as pl

from detector.records import Label

LABELS: Final = tuple(label.value for label in Label)
FILES_A_BATCH: Final = 16
PARTS_KEPT: Final = 16
BIN: Final = 0.5  # of scores
LOWEST_BIN, HIGHEST_BIN = -40, 39  # scores beyond -20 and 20 are counted in the last bins
P_BINS: Final = 20

_MATCH: Final = pl.Struct({"index": pl.String, "kind": pl.String, "id": pl.String})
_FINDING: Final = pl.Struct({"code": pl.String})
COLUMNS: Final[Mapping[str, pl.DataType]] = MappingProxyType(
    {
        "file": pl.String(),
        "ordinal": pl.Int64(),
        "url": pl.String(),
        "host": pl.String(),
        "domain": pl.String(),
        "captured": pl.Datetime("us", "UTC"),
        "language": pl.String(),
        "words": pl.Int32(),
        "score": pl.Float32(),
        "p_value": pl.Float32(),
        "label": pl.String(),
        "reasons": pl.List(pl.String),
        "findings": pl.List(_FINDING),
        "matches": pl.List(_MATCH),
    }
)

NO_HOST: Final = "(no host)"
ADDRESS: Final = "(address)"
# A year and a month as folders of an address, as most publishing systems write the day of
# publication: /2023/05/, /2023-05-12/.
_DATED: Final = r"://[^/?#]+/(?:[^?#]*/)?((?:19[89]|20[0-4])[0-9])[/-](0[1-9]|1[0-2])(?:[/-]|$)"

_COUNTED: Final = "len"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of text with a calibration of its own: a language and [min_words, max_words)."""

    language: str
    min_words: int
    max_words: int | None


def suffix() -> pl.Expr:
    """The part of the host under which names are registered; the last label where none is known."""
    host, domain = pl.col("host"), pl.col("domain")
    return (
        pl.when(domain.is_not_null())
        .then(domain.str.replace(r"^[^.]*\.", ""))
        .when(host.is_null())
        .then(pl.lit(NO_HOST))
        .when(host.str.contains(r"^[0-9.]+$|[:\[]"))
        .then(pl.lit(ADDRESS))
        .otherwise(host.str.extract(r"([^.]+)$"))
    )


def published() -> pl.Expr:
    """The month that the address names, as a date; null where it names none before the capture."""
    found = pl.col("url").str.extract_groups(_DATED)
    year, month = (found.struct.field(n).cast(pl.Int32, strict=False) for n in ("1", "2"))
    day = pl.date(year, month, 1)
    return pl.when(day <= pl.col("captured").dt.date()).then(day)


DIMENSIONS: Final[Mapping[str, Callable[[], pl.Expr]]] = MappingProxyType(
    {
        "language": lambda: pl.col("language"),
        "suffix": suffix,
        "host": lambda: pl.col("host").fill_null(NO_HOST),
        "captured": pl.col("captured").dt.date,
        "published": published,
    }
)


class Counts:
    """Counts by dimension and label, of batches that are added one by one."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._kinds = kinds
        self._parts: dict[str, list[pl.DataFrame]] = {}

    def add(self, batch: pl.DataFrame) -> None:
        """Count the rows of a batch, which has the columns of `COLUMNS`."""
        for name, key in DIMENSIONS.items():
            self._enter(name, batch.select(key().alias("name"), "label"))
        reasons = batch.select(pl.col("reasons").alias("name"), "label").explode("name")
        self._enter("reason", reasons.drop_nulls("name"))
        codes = pl.col("findings").list.eval(pl.element().struct.field("code").unique())
        findings = batch.select(codes.alias("name"), "label").explode("name")
        self._enter("finding", findings.drop_nulls("name"))
        matches = batch.filter(pl.col("matches").list.len() > 0)
        self._enter(
            "match", matches.select(pl.col("matches").alias("name"), "label").explode("name")
        )
        self._scores(batch)

    def of(self, name: str) -> pl.DataFrame:
        """Columns `name`, `label` and `len`: the rows of each value and label."""
        return _merged(self._parts.get(name, []))

    def _scores(self, batch: pl.DataFrame) -> None:
        scored = batch.filter(pl.col("score").is_not_nan())
        bins = (pl.col("score").cast(pl.Float64) / BIN).floor().clip(LOWEST_BIN, HIGHEST_BIN)
        place = pl.struct(_kind_number(self._kinds).alias("kind"), bins.cast(pl.Int32).alias("bin"))
        self._enter("score", scored.select(place.alias("name"), "label"))
        chances = batch.filter(pl.col("p_value").is_not_nan())
        p_bin = (pl.col("p_value") * P_BINS).floor().clip(0, P_BINS - 1).cast(pl.Int32)
        self._enter("p_value", chances.select(p_bin.alias("name"), "label"))

    def _enter(self, name: str, rows: pl.DataFrame) -> None:
        parts = self._parts.setdefault(name, [])
        parts.append(rows.group_by("name", "label").agg(pl.len().cast(pl.Int64).alias(_COUNTED)))
        if len(parts) > PARTS_KEPT:
            parts[:] = [_merged(parts)]


def _kind_number(kinds: Sequence[Kind]) -> pl.Expr:
    number = pl.lit(None, dtype=pl.Int32)
    words = pl.col("words")
    for at, kind in enumerate(kinds):
        inside = (pl.col("language") == kind.language) & (words >= kind.min_words)
        if kind.max_words is not None:
            inside &= words < kind.max_words
        number = pl.when(inside).then(pl.lit(at, dtype=pl.Int32)).otherwise(number)
    return number


def _merged(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    if not parts:
        return pl.DataFrame(schema={"name": pl.String, "label": pl.String, _COUNTED: pl.Int64})
    return pl.concat(parts).group_by("name", "label").agg(pl.col(_COUNTED).sum())


def by_label(counted: pl.DataFrame) -> pl.DataFrame:
    """One row for each value: `name`, a column for each label, and `documents`, the sum."""
    columns = [
        pl.col(_COUNTED).filter(pl.col("label") == label).sum().alias(label) for label in LABELS
    ]
    return counted.group_by("name").agg(*columns, pl.col(_COUNTED).sum().alias("documents"))


def batches(files: Sequence[Path]) -> Iterator[tuple[pl.DataFrame, int]]:
    """A few parts of the documents table at a time, and the number of parts read so far.

    The rows have the columns of `COLUMNS` and `part`, the number of their file.
    """
    for start in range(0, len(files), FILES_A_BATCH):
        some = files[start : start + FILES_A_BATCH]
        tables = [_table(file, start + at) for at, file in enumerate(some)]
        yield pl.concat(tables), start + len(some)


def _table(file: Path, number: int) -> pl.DataFrame:
    there = pl.read_parquet_schema(file)
    table = pl.read_parquet(file, columns=[name for name in COLUMNS if name in there])
    columns = [_column(table, name, dtype) for name, dtype in COLUMNS.items()]
    return table.select(*columns, pl.lit(number, dtype=pl.Int32).alias("part"))


def _column(table: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Expr:
    """A column, of its structs the fields that count; nulls where an older scan lacks it."""
    if name not in table.columns:
        return pl.lit(None, dtype=dtype).alias(name)
    if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct):
        fields = [pl.element().struct.field(field.name) for field in dtype.inner.fields]
        return pl.col(name).list.eval(pl.struct(*fields))
    return pl.col(name)


def count_documents(
    files: Sequence[Path],
    kinds: Sequence[Kind],
    each: Callable[[pl.DataFrame], None],
    done: Callable[[Iterable[tuple[pl.DataFrame, int]]], Iterable[tuple[pl.DataFrame, int]]],
) -> Counts:
    """Count all documents. each: is shown every batch too. done: may watch the batches pass."""
    counts = Counts(kinds)
    for batch, _ in done(batches(files)):
        counts.add(batch)
        each(batch)
    return counts
