"""The records that go: their heads compared with what the scan says, and their rows in the ledger.

Nothing is cut out of an archive that is not the very record of which the scan spoke.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from detector.errors import InputError
from detector.pipeline.fates import PLACED, Fates, TablePart
from detector.pipeline.gather import read_columns
from detector.read import ByteSource, HeadReader, Placed, read_steps
from detector.read.heads import Head
from detector.records import ArchiveRecord, Step
from detector.write.filtered import LEDGER
from detector.write.tables import LONGEST_NAME, LONGEST_URL, clean


class Heads:
    """The heads of an archive's records, asked for in their order.

    walked: whether records lie several in a member, so that the archive must be read for them.
    """

    def __init__(self, source: ByteSource, *, walked: bool) -> None:
        self.name = source.name
        self._reader = HeadReader(source)
        self._steps: Iterator[Step] | None = None
        if walked:
            self._steps = read_steps(source, block_cap=0)

    def of(self, row: int, offset: int) -> Head | ArchiveRecord | None:
        """The head of a record; None where none can be read."""
        if self._steps is None:
            return self._reader.at(offset)
        for step in self._steps:
            if step.item.ordinal == row:
                same = isinstance(step.item, ArchiveRecord) and step.item.locator.offset == offset
                return step.item if same and isinstance(step.item, ArchiveRecord) else None
        return None


class Doomed:
    """Gives the places of all records, and the ledger's rows of those that go; told: how many."""

    def __init__(self, parts: Sequence[TablePart], fates: Fates, heads: Heads) -> None:
        self._parts = parts
        self._fates = fates
        self._heads = heads
        self._rows: list[pl.DataFrame] = []
        self.told = 0

    def placed(self) -> Iterator[Placed]:
        """The places of all records in their order, those that go compared with the archive.

        InputError when the archive holds another record there than the scan has seen.
        """
        fates, begin = self._fates, 0
        for part, size in zip(self._parts, fates.sizes, strict=True):
            end = begin + size
            gone = (fates.why[begin:end] > 0).tolist()
            told = iter(self._told(part, begin, end) if any(gone) else ())
            places = zip(
                fates.offset[begin:end].tolist(),
                fates.length[begin:end].tolist(),
                fates.inner[begin:end].tolist(),
                gone,
                strict=True,
            )
            for row, (offset, length, inner, goes) in enumerate(places, begin):
                if goes:
                    self._check(row, offset, next(told))
                yield Placed(offset, length, None if inner < 0 else inner, goes)
            begin = end

    @property
    def waiting(self) -> int:
        """Rows of the ledger that have come together."""
        return sum(map(len, self._rows))

    def ledger(self) -> pl.DataFrame:
        """The rows that have come together, and no more after that."""
        rows, self._rows = pl.concat([pl.DataFrame(schema=dict(LEDGER)), *self._rows]), []
        return rows

    def _told(self, part: TablePart, begin: int, end: int) -> Iterator[dict[str, Any]]:
        """What the scan says of the records that go."""
        fates = self._fates
        numbers = pl.DataFrame(
            {
                "ordinal": pl.Series(range(begin, end), dtype=pl.Int64),
                "why": [fates.reasons[number] for number in fates.why[begin:end]],
                "with_ordinal": pl.Series(fates.with_row[begin:end]),
            }
        ).filter(pl.col("why") != "")
        documents = read_columns(part.documents, (*PLACED, "record_id", "url", "label"))
        others = read_columns(part.unlabelled, (*PLACED, "kind", "code", "url"))
        rows = (
            pl.concat([documents.with_columns(kind=pl.lit("document")), others], how="diagonal")
            .join(numbers, on="ordinal")
            .sort("ordinal")
            .with_columns(pl.when(pl.col("with_ordinal") >= 0).then("with_ordinal"))
            .select(pl.col(name).cast(dtype) for name, dtype in LEDGER.items())
        )
        self._rows.append(rows)
        self.told += len(rows)
        return rows.iter_rows(named=True)

    def _check(self, row: int, offset: int, told: dict[str, Any]) -> None:
        if told["kind"] == "fault":
            return  # there may be no head, and nobody was promised one
        head = self._heads.of(row, offset)
        if head is not None and clean(head.type, LONGEST_NAME) == told["record_type"]:
            if told["record_id"] is not None:
                same = clean(head.record_id, LONGEST_NAME) == told["record_id"]
            else:
                same = clean(head.url, LONGEST_URL) == told["url"]
            if same:
                return
        name = told["record_id"] or told["url"] or told["record_type"]
        raise InputError(
            f"{self._heads.name}: at byte {offset:,} lies not the record that was scanned"
            f" ({name!r:.80}): it is another archive now. Scan it again, into a new folder"
        )
