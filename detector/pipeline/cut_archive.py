"""One archive filtered: what goes along found, the rest copied, the ledger written."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from detector.errors import BooksError, InputError
from detector.pipeline.archive_places import check_size
from detector.pipeline.doomed import Doomed, Heads, Witnesses, names_in
from detector.pipeline.fates import Fates, TablePart
from detector.pipeline.record_keys import Elsewhere, Names
from detector.pipeline.relations import Relations
from detector.read import ByteSource, Cutter, HeadReader
from detector.write.filtered import FilteredInput, FilterFolder
from detector.write.labels import LabelledInput

LEDGER_ROWS: Final = 50_000
"""Rows of the ledger that come together before they are written."""


@dataclass(frozen=True, slots=True)
class Task:
    """One archive to be filtered.

    number: of the input. labels: what the scan says of it. parts: its tables. codes: of skips and
    faults that go. along: whether anything in it may go along, so that its heads must be read.
    elsewhere: what goes in all archives.
    """

    number: int
    labels: LabelledInput
    parts: Sequence[TablePart]
    codes: frozenset[str]
    along: bool
    elsewhere: Elsewhere


def filter_archive(
    task: Task,
    source: ByteSource,
    documents: Iterable[pl.DataFrame],
    folder: FilterFolder,
    done: Callable[[int], None],
) -> FilteredInput:
    """Make the file that is left of an archive, and commit it.

    documents: those of the archive, part by part, with what becomes of them. done: is told the
    bytes of the archive that are done with. InputError when the source breaks off or is another
    archive than the one that was scanned; then nothing is left of the file that was begun.
    """
    check_size(source, task.labels)
    fates = Fates()
    for part, selected in zip(task.parts, documents, strict=True):
        fates.add(part, selected, task.codes)
    fates.close()
    walked = bool((fates.inner >= 0).any())
    heads = Heads(source, walked=walked)
    known = None
    if task.along and (fates.why.any() or len(task.elsewhere.ids)):
        known = _find_along(fates, heads, task.elsewhere)
    fates.settle_rests(heads.packed)
    fates.settle_members()
    copy = _Copy(task, folder, done)
    try:
        witnesses = Witnesses(Heads(source, walked=walked), known)
        doomed = Doomed(task.parts, fates, witnesses)
        found = copy.make(source, doomed, fates)
        _check_end(source, task.labels, fates)
        _check_books(task.labels, found, doomed.told)
        copy.draft.commit()
    except BaseException:
        copy.forget()
        raise
    folder.commit(task.number, found)
    return found


class _Copy:
    """The file that is made of an archive, and its ledger."""

    def __init__(self, task: Task, folder: FilterFolder, done: Callable[[int], None]) -> None:
        self.draft = folder.archive(task.number)
        self._task = task
        self._folder = folder
        self._done = done
        self._ledger: list[tuple[str, int, str]] = []

    def make(self, source: ByteSource, doomed: Doomed, fates: Fates) -> FilteredInput:
        """Write both, but for the archive's name."""
        cutter, digest, size = Cutter(source), hashlib.sha256(), 0
        for piece in cutter.pieces(doomed.placed()):
            self.draft.write(piece)
            digest.update(piece)
            size += len(piece)
            self._done(cutter.consumed)
            if doomed.waiting >= LEDGER_ROWS:
                self._write(doomed)
        if doomed.waiting or not self._ledger:
            self._write(doomed)
        return FilteredInput(
            labels=self._task.labels.digest,
            records=len(fates.why),
            kept=int((fates.why == 0).sum()),
            dropped=fates.counts(),
            rewritten=cutter.rewritten,
            bytes_in=cutter.consumed,
            bytes_out=size,
            sha256=digest.hexdigest(),
            ledger=tuple(self._ledger),
        )

    def forget(self) -> None:
        """Leave nothing behind."""
        self.draft.discard()
        self._folder.forget(self._ledger)

    def _write(self, doomed: Doomed) -> None:
        number = self._task.number
        self._ledger.append(self._folder.write_ledger(number, len(self._ledger), doomed.ledger()))


def _find_along(fates: Fates, heads: Heads, elsewhere: Elsewhere) -> Sequence[int]:
    """Mark what goes along with what was chosen to go; gives the witnesses of all rows."""
    relations, known = Relations(), array("Q")
    nobody = Names(0, 0, 0, 0)
    rows = zip(fates.kinds, fates.document, _numbers(fates.offset), strict=True)
    for row, (kind, document, offset) in enumerate(rows):
        head = heads.of(row, offset) if kind else None
        names = nobody if head is None else names_in(head)
        relations.add(kind, names, () if head is None else head.fields)
        known.append(names.witness(document=bool(document)))
    relations.settle(fates.why, fates.mark, elsewhere)
    return known


def _numbers(values: npt.NDArray[np.int64]) -> Iterator[int]:
    """Python's own numbers, which take four times the memory, some at a time."""
    for begin in range(0, len(values), LEDGER_ROWS):
        yield from values[begin : begin + LEDGER_ROWS].tolist()


def _check_end(source: ByteSource, labels: LabelledInput, fates: Fates) -> None:
    """InputError when a record follows the last one that was scanned: the archive has grown."""
    if labels.size is not None or not len(fates.offset) or fates.inner[-1] >= 0:
        return
    end = int(fates.offset[-1] + fates.length[-1])
    if HeadReader(source).at(end) is not None:
        raise InputError(
            f"{source.name}: holds more records than were scanned, from byte {end:,} on. Scan it"
            " again, into a new folder"
        )


def _check_books(labels: LabelledInput, found: FilteredInput, told: int) -> None:
    """BooksError unless every record of the scan stays, or goes for a reason, with its row."""
    gone = sum(found.dropped.values())
    if labels.books.records != found.records or found.records != found.kept + gone or told != gone:
        raise BooksError(
            f"{labels.name}: {labels.books.records:,} records were scanned, {found.kept:,} of"
            f" {found.records:,} stay, {gone:,} go and {told:,} stand in the ledger"
        )
