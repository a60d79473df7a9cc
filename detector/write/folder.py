"""The output folder of a scan: parts go in whole and in order, and stay in.

A part is committed by its journal line. Its files are written and flushed under temporary names,
renamed, the folders flushed, and then the line appended and flushed; whatever a kill leaves before
that is removed when the run is taken up again, and nothing after it can be lost.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from detector.errors import BooksError, OutputError, UsageError
from detector.records import Books, Position
from detector.write import disk, opening
from detector.write.journal import (
    InputState,
    Part,
    RunState,
    StoredFile,
    input_line,
    part_line,
    reopened_line,
    sum_books,
)
from detector.write.lock import FolderLock
from detector.write.manifest import (
    COMPLETE,
    JOURNAL,
    LOCK,
    MANIFEST,
    RUNNING,
    RUNS,
    manifest_bytes,
    part_name,
    state_of,
)
from detector.write.runs import RunClock, append_entry
from detector.write.settings import RunSettings
from detector.write.tables import (
    KIND_IN_UNLABELLED,
    LOST_IN_UNLABELLED,
    ORDINAL_IN_DOCUMENT,
    ORDINAL_IN_SIGNATURE,
    ORDINAL_IN_UNLABELLED,
    PartRows,
)


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where one input is to be taken up: from where, with which part, and whether at all.

    books: of the parts committed so far. error: what ended a finished input early, if anything.
    """

    position: Position
    next_part: int
    books: Books
    done: bool
    error: str | None = None


class OutputFolder:
    """A folder that one scan writes; use it as a context manager, or call `close`.

    Parts of different inputs may come interleaved; those of one input come in order.
    """

    @classmethod
    def open(
        cls, path: Path, settings: RunSettings, *, fresh: bool = False, workers: int = 1
    ) -> OutputFolder:
        """Begin a run in a new or empty folder, or take up the unfinished run that it holds.

        An input that failed is taken up too, before its last part. `fresh` drops the run in the
        folder, whatever its settings. `workers` only goes into the diary.

        UsageError: the folder holds a run of other settings, files that are not ours, or is being
        written by another scan. OutputError: it cannot be written, or was damaged.
        """
        opening.check_ours(path)
        disk.make_folder(path)
        lock = FolderLock(path / LOCK)
        try:
            run = None if fresh else opening.load(path)
            if run is None:
                run = opening.begin(path, settings)
            opening.check_same(path, run.settings, settings)
            folder = cls(path, run, lock, RunClock(workers))
            folder._take_up()
        except BaseException:
            lock.release()
            raise
        return folder

    def __init__(self, path: Path, run: RunState, lock: FolderLock, clock: RunClock) -> None:
        """Use `open`."""
        self.path = path
        self._run = run
        self._lock = lock
        self._clock = clock
        self._before = self.books
        self._idle = state_of(run) == COMPLETE
        self._broken = False
        self._closed = False

    @property
    def complete(self) -> bool:
        """Whether every input is finished without error and the manifest says so."""
        return state_of(self._run) == COMPLETE and not (self.path / JOURNAL).exists()

    @property
    def books(self) -> Books:
        """The books of all committed parts of all inputs."""
        return sum_books(known.books for known in self._run.inputs)

    def resume(self, number: int) -> ResumePoint:
        """Where input `number` is to be taken up."""
        known = self._run.inputs[number]
        return ResumePoint(
            known.position, len(known.parts), known.books, known.finished, known.error
        )

    def commit_part(self, number: int, part: int, rows: PartRows, resume: Position) -> Books:
        """Store the next part of an input for good; gives the part's books.

        rows: of all records from the last part's position to `resume`. BooksError when a record is
        missing, double or out of order; OutputError when the disk fails, and then the folder is as
        it was before the call.
        """
        known = self._open_input(number)
        if part != len(known.parts):
            raise BooksError(
                f"input {number}: part {part} was given where {len(known.parts)} is due"
            )
        books, lost = _balance(number, rows, known.position.ordinal, resume.ordinal)
        files = self._write_part(number, part, rows)
        committed = Part(number, part, resume, books, lost, files)
        self._append(part_line(committed))
        known.parts.append(committed)
        self._run.last = committed
        return books

    def finish_input(self, number: int, books: Books, error: str | None = None) -> None:
        """Close an input for good, or until the next run if an `error` ended it early.

        BooksError unless `books` balance and are those of the committed parts. An input without
        records gets one part of empty tables, so that every finished folder can be read.
        """
        known = self._open_input(number)
        if not books.balanced or books != known.books:
            raise BooksError(
                f"input {number} ({self._name(number)}): the books of the scan ({books}) are not"
                f" those of its committed parts ({known.books})"
            )
        if not known.parts:
            self.commit_part(number, 0, PartRows(), Position())
        self._append(input_line(number, error))
        known.finished, known.error = True, error

    def finish(self) -> str:
        """Write the final manifest; gives the folder's state, "complete" or "partial".

        BooksError while an input is unfinished. A complete folder needs no journal any more.
        """
        state = state_of(self._run)
        if state == RUNNING:
            raise BooksError(f"{self.path}: the run was to be finished with unfinished inputs")
        disk.write_files({self.path / MANIFEST: manifest_bytes(self._run)})
        if state == COMPLETE:
            disk.remove([self.path / JOURNAL])
        return state

    def close(self, *, input_bytes: int = 0) -> None:
        """Note the run in the diary, unless there was nothing to do, and let go of the folder.

        input_bytes: bytes of the inputs read in this run. A second call does nothing.
        """
        if self._closed:
            return
        self._closed = True
        if self._idle:
            self._lock.release()
            return
        try:
            books = self.books
            entry = self._clock.entry(
                state=state_of(self._run),
                records=books.records - self._before.records,
                documents=books.documents - self._before.documents,
                input_bytes=input_bytes,
            )
            append_entry(self.path / RUNS, entry)
        finally:
            self._lock.release()

    def __enter__(self) -> OutputFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.close()
        except OutputError:
            if error is None:
                raise

    def _take_up(self) -> None:
        """Bring disk and journal to the same state, and open failed inputs again."""
        if state_of(self._run) == COMPLETE:
            opening.check_parts(self.path, self._run)
            if not self.complete:
                self.finish()
            return
        opening.take_up(self.path, self._run)
        failed = [pair for pair in enumerate(self._run.inputs) if pair[1].error is not None]
        for number, known in failed:
            keep = max(0, len(known.parts) - 1)
            self._append(reopened_line(number, keep))
            known.finished, known.error = False, None
            del known.parts[keep:]
        if failed:
            self._run.last = None
            self._before = self.books
            opening.take_up(self.path, self._run)

    def _open_input(self, number: int) -> InputState:
        known = self._run.inputs[number]
        if self._closed or self._broken:
            raise UsageError(f"{self.path}: the output folder is closed")
        if known.finished:
            raise BooksError(f"input {number} ({self._name(number)}): is finished already")
        return known

    def _write_part(self, number: int, part: int, rows: PartRows) -> tuple[StoredFile, ...]:
        # Imported here because worker processes import this package for `tables` alone.
        from detector.write.frames import part_bytes  # noqa: PLC0415

        contents = {
            part_name(table, number, part): data
            for table, data in part_bytes(rows, with_text=self._run.settings.with_text).items()
        }
        disk.write_files({self.path / name: data for name, data in contents.items()})
        return tuple(
            StoredFile(name, len(data), opening.sha256(data)) for name, data in contents.items()
        )

    def _append(self, line: bytes) -> None:
        try:
            disk.append(self.path / JOURNAL, line, size=self._run.size)
        except OutputError:
            # Whether the line is on disk is unknown now; the next run finds out.
            self._broken = True
            raise
        self._run.size += len(line)

    def _name(self, number: int) -> str:
        return repr(self._run.settings.inputs[number].name)[:60]


def _balance(number: int, rows: PartRows, first: int, end: int) -> tuple[Books, int]:
    """The books of a part and the bytes lost in it; BooksError unless they balance."""
    labelled = [row[ORDINAL_IN_DOCUMENT] for row in rows.documents]
    unlabelled = [row[ORDINAL_IN_UNLABELLED] for row in rows.unlabelled]
    signed = [row[ORDINAL_IN_SIGNATURE] for row in rows.signatures]
    found = sorted(labelled + unlabelled)  # type: ignore[type-var]
    if found != list(range(first, end)):
        twice = [ordinal for ordinal, count in Counter(found).items() if count > 1]
        missing = sorted(set(range(first, end)).difference(found))
        raise BooksError(
            f"input {number}: a part is to hold the records {first} to {end - 1}, but"
            f" {len(found)} rows came, missing {missing[:5]}, twice {twice[:5]}: a bug of the"
            " scan; please report it"
        )
    signatures = set(signed)
    if signed != [ordinal for ordinal in labelled if ordinal in signatures]:
        raise BooksError(f"input {number}: the signatures of a part are not those of its documents")
    kinds = Counter(row[KIND_IN_UNLABELLED] for row in rows.unlabelled)
    books = Books(end - first, len(labelled), kinds["skip"], kinds["fault"])
    if not books.balanced:
        raise BooksError(f"input {number}: the books of a part do not balance: {books}")
    return books, sum(row[LOST_IN_UNLABELLED] for row in rows.unlabelled)
