"""What becomes of each record of one archive, by the tables of its scan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from detector.errors import FAULTS, SKIPS
from detector.pipeline.gather import collected, damaged
from detector.pipeline.relations import KINDS, REVISIT, WITH_CAPTURE, WITH_ORIGINAL, Kind, kind_of
from detector.pipeline.selection import NOT_KEPT
from detector.records import Label

WITH_MEMBER: Final = "with-member"
"""Why damage goes that lies inside a member which is written anew."""

REST: Final = "rest-of-dropped"
"""Why damage goes that directly follows a dropped plain record, whose head gave a wrong length."""

PLACED: Final = ("file", "offset", "length", "inner", "ordinal", "record_type")

_NUMBERS: Final = {
    "ordinal": pl.Int64(),
    "offset": pl.Int64(),
    "length": pl.Int64(),
    "inner": pl.Int64(),
    "why": pl.UInt8(),
    "kind": pl.UInt8(),
    "document": pl.Boolean(),
    "lost": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class TablePart:
    """The tables of one part of a scan."""

    documents: Path
    unlabelled: Path


REASONS: Final = (
    "",
    *(label.value for label in Label),
    NOT_KEPT,
    *SKIPS,
    *FAULTS,
    WITH_CAPTURE,
    WITH_ORIGINAL,
    REVISIT,
    WITH_MEMBER,
    REST,
)
"""Why a record goes, by number; the first is that of what stays."""

_REASON: Final = {name: number for number, name in enumerate(REASONS)}


class Fates:
    """What becomes of each record of one archive; a record's row is its ordinal.

    offset, length, inner (-1 for none), why (a number into `REASONS`), with_row (-1 for none):
    arrays with an element for each row. kinds: what each is to others. document: 1 for those in the
    documents table. sizes: the rows of each part. 37 bytes a record in all.
    """

    def __init__(self) -> None:
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
        self._chunks.append(rows)
        self.sizes.append(len(rows))

    def close(self) -> None:
        """All parts are added."""
        rows = pl.concat([pl.DataFrame(schema=_NUMBERS), *self._chunks])
        self._chunks = []
        self.offset = rows["offset"].to_numpy()
        self.length = rows["length"].to_numpy()
        self.inner = rows["inner"].to_numpy()
        self.kinds = bytes(rows["kind"].to_numpy())
        self.document = bytes(rows["document"].cast(pl.UInt8).to_numpy())
        self.why = rows["why"].to_numpy().copy()
        self.with_row = np.full(len(rows), -1, np.int64)
        self._lost = rows["lost"].to_numpy()

    def mark(self, row: int, why: str, with_row: int) -> None:
        """A record goes, and with which other."""
        self.why[row] = _REASON[why]
        self.with_row[row] = with_row

    def settle_rests(self, packed: Callable[[int], bool]) -> None:
        """Bytes that are no record go with the dropped record that they follow directly.

        packed: whether a compressed member begins at an offset: what follows one is no part of it.
        """
        alone = self._lost & (self.inner < 0)
        for row in np.flatnonzero(alone & (self.why == 0)).tolist():
            before = row - 1
            if before < 0 or self.why[before] == 0 or self.inner[before] >= 0:
                continue
            end = self.offset[before] + self.length[before]
            if self.offset[row] == end and not packed(int(self.offset[before])):
                self.mark(row, REST, before)

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
            self.why[torn & touched[group]] = _REASON[WITH_MEMBER]

    def counts(self) -> dict[str, int]:
        """How many records go, by reason."""
        return count_reasons(self.why)


def count_reasons(why: npt.NDArray[np.uint8]) -> dict[str, int]:
    """How many records go, by reason, of numbers into `REASONS`."""
    found = np.bincount(why, minlength=len(REASONS)).tolist()
    return {REASONS[number]: count for number, count in enumerate(found) if number and count}


def numbers_of(part: TablePart, selected: pl.DataFrame, codes: frozenset[str]) -> pl.DataFrame:
    """All records of a part in their order, without texts: the columns of `_NUMBERS`.

    why: a number into `REASONS`. lost: whether the archive is damaged there.
    """
    why = pl.when(pl.col("code").is_in(list(codes))).then("code")
    others = pl.scan_parquet(part.unlabelled, glob=False)
    rows = [
        _numbers(selected.lazy(), pl.col("why"), pl.lit(value=False), document=True),
        _numbers(others, why, pl.col("lost") > 0, document=False),
    ]
    return collected(part.unlabelled, pl.concat(rows).sort("ordinal"))


def _numbers(table: pl.LazyFrame, why: pl.Expr, lost: pl.Expr, *, document: bool) -> pl.LazyFrame:
    kinds = {name: int(kind_of(name, document=document)) for name in (*KINDS, "request")}
    of = pl.col("record_type")
    kind = of.replace_strict(kinds, default=kinds["request"], return_dtype=pl.UInt8)
    return table.select(
        "ordinal",
        "offset",
        "length",
        pl.col("inner").fill_null(-1),
        why.fill_null("").replace_strict(_REASON, return_dtype=pl.UInt8).alias("why"),
        pl.when(of.is_null()).then(int(Kind.APART)).otherwise(kind).cast(pl.UInt8).alias("kind"),
        pl.lit(document).alias("document"),
        lost.alias("lost"),
    )
