"""The records that go: their heads compared with what the scan says, and their rows in the ledger.

Nothing is cut out of an archive that is not the very record of which the scan spoke.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from detector.errors import InputError
from detector.pipeline.fates import PLACED, REASONS, Fates, TablePart
from detector.pipeline.gather import collected
from detector.pipeline.record_keys import Names, names_of, told_witness
from detector.read import ByteSource, HeadReader, Placed, read_steps
from detector.read.naming import Naming, naming_of
from detector.records import ArchiveRecord, Step
from detector.write.filtered import LEDGER

_TOLD: Final = ("kind", "record_type", "record_id", "url")


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

    def packed(self, offset: int) -> bool:
        """Whether a compressed member begins at this byte."""
        return self._reader.packed(offset)

    def of(self, row: int, offset: int) -> Naming | None:
        """The names in the head of a record; None where none can be read."""
        if self._steps is None:
            return self._reader.at(offset)
        for step in self._steps:
            if step.item.ordinal == row:
                if isinstance(step.item, ArchiveRecord) and step.item.locator.offset == offset:
                    return naming_of(step.item)
                return None
        return None


class Witnesses:
    """What lies in the archive where a record was, as `Names.witness` has it.

    known: of each row, where all heads were read already. Otherwise a head is read when asked for.
    """

    def __init__(self, heads: Heads, known: Sequence[int] | None) -> None:
        self.name = heads.name
        self._heads = heads
        self._known = known

    def get(self, row: int, offset: int, *, document: bool) -> int:
        """The witness of a record, 0 where no head can be read."""
        if self._known is not None:
            return self._known[row]
        head = self._heads.of(row, offset)
        return 0 if head is None else names_in(head).witness(document=document)


def names_in(head: Naming) -> Names:
    """The keys of a record by its head."""
    return names_of(head.type, head.record_id, head.url, head.captured)


class Doomed:
    """Gives the places of all records, and the ledger's rows of those that go; told: how many."""

    def __init__(self, parts: Sequence[TablePart], fates: Fates, witnesses: Witnesses) -> None:
        self._parts = parts
        self._fates = fates
        self._witnesses = witnesses
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

    def _told(self, part: TablePart, begin: int, end: int) -> Iterator[tuple[Any, ...]]:
        """What the scan says of the records that go: the columns of `_TOLD`."""
        fates = self._fates
        numbers = pl.LazyFrame(
            {
                "ordinal": np.arange(begin, end),
                "why": pl.Series(REASONS).gather(fates.why[begin:end]),
                "with_ordinal": fates.with_row[begin:end],
            }
        ).filter(pl.col("why") != "")
        documents = pl.scan_parquet(part.documents, glob=False).select(
            *PLACED, "record_id", "url", "label", kind=pl.lit("document")
        )
        others = pl.scan_parquet(part.unlabelled, glob=False).select(*PLACED, "kind", "code", "url")
        along = pl.when(pl.col("with_ordinal") >= 0).then("with_ordinal").alias("with_ordinal")
        both = pl.concat([documents, others], how="diagonal").join(numbers, on="ordinal")
        query = both.sort("ordinal").with_columns(along)
        rows = collected(
            part.documents, query.select(pl.col(name).cast(dtype) for name, dtype in LEDGER.items())
        )
        self._rows.append(rows)
        self.told += len(rows)
        return rows.select(_TOLD).iter_rows()

    def _check(self, row: int, offset: int, told: tuple[Any, ...]) -> None:
        kind, record_type, record_id, url = told
        if kind == "fault":
            return  # there may be no head, and nobody was promised one
        document = kind == "document"
        wanted = told_witness(record_type, record_id, url)
        if self._witnesses.get(row, offset, document=document) != wanted:
            raise InputError(
                f"{self._witnesses.name}: at byte {offset:,} lies not the record that was scanned"
                f" ({record_id or url or record_type!r:.80}): it is another archive now. Scan it"
                " again, into a new folder"
            )
