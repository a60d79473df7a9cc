"""The books of a scan: finished chunks in, committed parts out, and not a record between."""

from __future__ import annotations

from detector.errors import BooksError
from detector.pipeline.chunks import Chunk
from detector.pipeline.pool import Ticket
from detector.pipeline.worker import Outcome
from detector.records import Fault, Position, Skip
from detector.write import OutputFolder, PartRows
from detector.write.rows import unlabelled_row

# A part also closes after this many records of any kind, so that a file of nothing but images or
# requests is committed, and can be resumed, as often as one of pages.
PART_RECORDS = 50_000


class Ledger:
    """Enters finished chunks in their order and commits a part whenever one is full.

    A part ends at a border that depends on the records alone, never on how they were batched: that
    is what makes output independent of the number of workers and of interruptions. The reader
    numbers its records; the ledger counts rows; a part is committed only when the two agree.
    """

    def __init__(self, folder: OutputFolder, part_size: int) -> None:
        self.folder = folder
        self.part_size = part_size
        self.documents = 0
        self.records = 0
        self._rows = PartRows()
        self._began = 0
        self._resume = Position()
        self._part = 0
        self._input: int | None = None

    def enter(self, ticket: Ticket) -> None:
        """Enter one chunk; at the end of its input also that input's books."""
        chunk = ticket.chunk
        if chunk.input_index != self._input:
            self._open(chunk.input_index)
        outcomes = iter(ticket.outcomes)
        for entry in chunk.entries:
            if entry.settled is None:
                self._enter_outcome(next(outcomes, None))
            else:
                self._enter_settled(entry.settled)
            self.records += 1
            self._resume = entry.resume
            if len(self._rows.documents) >= self.part_size or len(self._rows) >= PART_RECORDS:
                self._commit()
        if next(outcomes, None) is not None:
            raise BooksError(f"input {self._input}: a worker answered for more records than it got")
        if chunk.ends_input:
            self._close(chunk)

    def _open(self, index: int) -> None:
        point = self.folder.resume(index)
        self._input = index
        self._part = point.next_part
        self._resume = point.position
        self._began = point.position.ordinal
        self._rows = PartRows()

    def _enter_settled(self, noun: Skip | Fault) -> None:
        self._rows.unlabelled.append(unlabelled_row(noun))

    def _enter_outcome(self, outcome: Outcome | None) -> None:
        if outcome is None:
            raise BooksError(f"input {self._input}: a worker answered for fewer records than it got")
        if outcome.unlabelled is not None:
            self._rows.unlabelled.append(outcome.unlabelled)
            return
        assert outcome.document is not None
        assert outcome.signature is not None
        self._rows.documents.append(outcome.document)
        self._rows.signatures.append(outcome.signature)
        self.documents += 1

    def _commit(self) -> None:
        assert self._input is not None
        read, written = self._resume.ordinal - self._began, len(self._rows)
        if read != written:
            raise BooksError(
                f"input {self._input}, part {self._part}: {read} records were read but {written}"
                " rows came of them; nothing of this part was written. Please report this"
            )
        self.folder.commit_part(self._input, self._part, self._rows, self._resume)
        self._part += 1
        self._began = self._resume.ordinal
        self._rows = PartRows()

    def _close(self, chunk: Chunk) -> None:
        """End an input: sound ones with their last part, failed ones at their last full part.

        What was read of a failed input since its last part is left to the next run, which takes it
        up again there: a part written now would end at a border that chance chose.
        """
        assert self._input is not None
        if chunk.failure is None and (len(self._rows) or self._part == 0):
            self._commit()
        self._rows = PartRows()
        self.folder.finish_input(self._input, error=chunk.failure)
        self._input = None
