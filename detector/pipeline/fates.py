"""What becomes of each record of one archive, by the tables of its scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from detector.pipeline.gather import damaged, read_columns
from detector.pipeline.relations import Kind, kind_of

WITH_MEMBER: Final = "with-member"
"""Why damage goes that lies inside a member which is written anew."""

PLACED: Final = ("file", "offset", "length", "inner", "ordinal", "record_type")

_NUMBERS: Final[Mapping[str, pl.DataType]] = {
    "ordinal": pl.Int64(),
    "offset": pl.Int64(),
    "length": pl.Int64(),
    "inner": pl.Int64(),
    "why": pl.String(),
    "kind": pl.UInt8(),
    "lost": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class TablePart:
    """The tables of one part of a scan."""

    documents: Path
    unlabelled: Path


class Fates:
    """What becomes of each record of one archive; a record's row is its ordinal.

    offset, length, inner (-1 for none), why (0 for what stays, else a number into `reasons`),
    with_row (-1 for none): arrays with an element for each row. kinds: what each is to others.
    sizes: the rows of each part. 36 bytes a record in all.
    """

    def __init__(self) -> None:
        self.reasons: list[str] = [""]
        self.sizes: list[int] = []
        self._chunks: list[pl.DataFrame] = []

    def add(self, part: TablePart, selected: pl.DataFrame, codes: frozenset[str]) -> None:
        """The next part. selected: its documents, as `select` gives them, with `PLACED`.

        codes: of skips and faults, what goes of them. OutputError when rows are missing.
        """
        rows = numbers_of(part, selected, codes)
        expected = sum(self.sizes)
        counted = np.arange(expected, expected + len(rows))
        if not (rows["ordinal"].to_numpy() == counted).all():
            raise damaged(part.documents, "its records are not numbered without gaps")
        for reason in rows["why"].unique().drop_nulls().sort():
            self._number(reason)
        numbers = {name: number for number, name in enumerate(self.reasons)}
        why = pl.col("why").fill_null("").replace_strict(numbers, return_dtype=pl.UInt8)
        self._chunks.append(rows.drop("ordinal").with_columns(why))
        self.sizes.append(len(rows))

    def close(self) -> None:
        """All parts are added."""
        schema = {**_NUMBERS, "why": pl.UInt8()}
        rows = pl.concat([pl.DataFrame(schema=schema).drop("ordinal"), *self._chunks])
        self._chunks = []
        self.offset = rows["offset"].to_numpy()
        self.length = rows["length"].to_numpy()
        self.inner = rows["inner"].to_numpy()
        self.kinds = bytes(rows["kind"].to_numpy())
        self.why = rows["why"].to_numpy().copy()
        self.with_row = np.full(len(rows), -1, np.int64)
        self._lost = rows["lost"].to_numpy()

    def mark(self, row: int, why: str, with_row: int) -> None:
        """A record goes, and with which other."""
        self.why[row] = self._number(why)
        self.with_row[row] = with_row

    def settle_members(self) -> None:
        """Damage inside members of several records goes, where they must be written anew.

        What cannot be inflated cannot be put into a member of its own.
        """
        torn = (self.inner >= 0) & self._lost & (self.why == 0)
        if torn.any():
            # A group begins where a record begins a member, as `Cutter` has it.
            before = np.concatenate([[-1], self.inner[:-1]])
            group = np.cumsum((self.inner <= 0) | (before < 0))
            touched = np.bincount(group, self.why > 0) > 0
            self.why[torn & touched[group]] = self._number(WITH_MEMBER)

    def counts(self) -> dict[str, int]:
        """How many records go, by reason."""
        found = np.bincount(self.why, minlength=len(self.reasons))
        return {
            name: int(found[number])
            for number, name in enumerate(self.reasons)
            if number and found[number]
        }

    def _number(self, reason: str) -> int:
        if reason not in self.reasons:
            self.reasons.append(reason)
        return self.reasons.index(reason)


def numbers_of(part: TablePart, selected: pl.DataFrame, codes: frozenset[str]) -> pl.DataFrame:
    """All records of a part in their order, without texts: the columns of `_NUMBERS`.

    why: null for what stays. lost: whether the archive is damaged there.
    """
    others = read_columns(part.unlabelled, (*PLACED, "code", "lost"))
    rows = [
        _numbers(selected, pl.col("why"), pl.lit(value=False), document=True),
        _numbers(
            others,
            pl.when(pl.col("code").is_in(list(codes))).then("code"),
            pl.col("lost") > 0,
            document=False,
        ),
    ]
    return pl.concat(rows).sort("ordinal")


def _numbers(table: pl.DataFrame, why: pl.Expr, lost: pl.Expr, *, document: bool) -> pl.DataFrame:
    types = table["record_type"].unique().to_list()
    kinds = {name: int(kind_of(name, document=document)) for name in types}
    kind = pl.lit(int(Kind.APART)) if not kinds else pl.col("record_type").replace_strict(kinds)
    return table.select(
        "ordinal",
        "offset",
        "length",
        pl.col("inner").fill_null(-1),
        why.alias("why"),
        kind.alias("kind"),
        lost.alias("lost"),
    ).cast(pl.Schema(_NUMBERS))
