"""The books of a scan: finished chunks in, committed parts out, and not a record between."""

from __future__ import annotations

from detector.errors import BooksError
from detector.pipeline.chunks import Chunk
from detector.pipeline.pool import Ticket
from detector.pipeline.worker import Outcome
from detector.records import Position
from detector.write import OutputFolder, PartRows
from detector.write.tables import DocumentRow, SignatureRow, UnlabelledRow, unlabelled_row

# A part also closes after this many records of any kind, so that a file of nothing but images or
# requests is committed, and can be resumed, as often as one of pages.
PART_RECORDS = 50_000
# And when its rows hold so many characters, so that a part of long texts, or of nothing but long
# addresses, stays a small part of the memory that a scan may take.
PART_CHARACTERS = 16 << 20


def characters(row: tuple[object, ...]) -> int:
    """The characters that the values of a row hold, not counting those of its lists."""
    return sum(len(value) for value in row if isinstance(value, str))


class Ledger:
    """Enters finished chunks in their order and commits a part whenever one is full.

    A part ends at a border that depends on the records alone, never on how they were batched: that
    is what makes output independent of the number of workers and of interruptions. The reader
    numbers its records, and the folder takes a part only when its rows are those numbers.
    """

    def __init__(self, folder: OutputFolder, part_size: int) -> None:
        self.folder = folder
        self.part_size = part_size
        self.documents = 0
        self.records = 0
        self._input: int | None = None
        self._part = 0
        self._resume = Position()
        self._clear()

    def _clear(self) -> None:
        self._documents: list[DocumentRow] = []
        self._signatures: list[SignatureRow] = []
        self._unlabelled: list[UnlabelledRow] = []
        self._characters = 0

    @property
    def _pending(self) -> int:
        return len(self._documents) + len(self._unlabelled)

    @property
    def _full(self) -> bool:
        return (
            len(self._documents) >= self.part_size
            or self._pending >= PART_RECORDS
            or self._characters >= PART_CHARACTERS
        )

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
                self._enter_unlabelled(unlabelled_row(entry.settled))
            self.records += 1
            self._resume = entry.resume
            if self._full:
                self._commit()
        if next(outcomes, None) is not None:
            raise BooksError(f"input {self._input}: a worker answered for more records than it got")
        if chunk.ends_input:
            self._close(chunk)

    def _open(self, index: int) -> None:
        point = self.folder.resume(index)
        self._input, self._part, self._resume = index, point.next_part, point.position
        self._clear()

    def _enter_outcome(self, outcome: Outcome | None) -> None:
        if outcome is None:
            raise BooksError(
                f"input {self._input}: a worker answered for fewer records than it got"
            )
        if outcome.unlabelled is not None:
            self._enter_unlabelled(outcome.unlabelled)
        elif outcome.document is not None:
            self._documents.append(outcome.document)
            self._characters += characters(outcome.document)
            self.documents += 1
            if outcome.signature is not None:
                self._signatures.append(outcome.signature)

    def _enter_unlabelled(self, row: UnlabelledRow) -> None:
        self._unlabelled.append(row)
        self._characters += characters(row)

    def _commit(self) -> None:
        assert self._input is not None
        rows = PartRows(tuple(self._documents), tuple(self._signatures), tuple(self._unlabelled))
        self.folder.commit_part(self._input, self._part, rows, self._resume)
        self._part += 1
        self._clear()

    def _close(self, chunk: Chunk) -> None:
        """End an input; a failed one's last part, which chance cut, is redone by the next run."""
        assert self._input is not None
        if self._pending:
            self._commit()
        books = self.folder.resume(self._input).books
        self.folder.finish_input(self._input, books, chunk.failure)
        self._input = None
