"""Reading an output folder back: what a scan found, whether it is finished or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.errors import OutputError, UsageError
from detector.records import Books
from detector.write import disk, opening
from detector.write.journal import Part, sum_books
from detector.write.manifest import RUNS, state_of
from detector.write.runs import RunEntry, read_entries
from detector.write.settings import RunSettings


@dataclass(frozen=True, slots=True)
class LabelledInput:
    """One input of a scan. lost: bytes passed over as damaged. error: what ended it early.

    parts: how many of the files of each table are of this input. digest: SHA-256 that changes with
    any of them.
    """

    name: str
    size: int | None
    books: Books
    lost: int
    finished: bool
    error: str | None
    parts: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """An output folder as it stands. Only committed parts are named.

    state: "running" (unfinished), "complete" or "partial". documents, signatures, unlabelled: the
    Parquet files of each table, in the order of inputs and parts. runs: the diary, oldest first.
    """

    path: Path
    state: str
    settings: RunSettings
    books: Books
    lost: int
    inputs: tuple[LabelledInput, ...]
    documents: tuple[Path, ...]
    signatures: tuple[Path, ...]
    unlabelled: tuple[Path, ...]
    runs: tuple[RunEntry, ...]

    @property
    def contract(self) -> Mapping[str, Any]:
        """The policy's rate and thresholds; empty where the folder says nothing of them."""
        return self.settings.contract


def open_labels(path: Path) -> Labels:
    """The output folder of a scan, finished or not, without changing anything in it.

    UsageError when the folder is absent or no scan's, OutputError when it was damaged or is of
    another format number.
    """
    with disk.explained(path, "read"):
        there = path.is_dir()
    if not there:
        raise UsageError(f"{path}: no such folder: name one that `detector scan` wrote")
    run = opening.load(path)
    if run is None:
        raise UsageError(f"{path}: holds no labels: name a folder that `detector scan` wrote")
    files: dict[str, list[Path]] = {"documents": [], "signatures": [], "unlabelled": []}
    for known in run.inputs:
        for part in known.parts:
            for file in part.files:
                table, _, name = file.name.partition("/")
                if table not in files or "/" in name:
                    raise OutputError(f"{path}: names {file.name!r:.60}, which is no table of ours")
                files[table].append(path / file.name)
    inputs = tuple(
        LabelledInput(
            entry.name,
            entry.size,
            known.books,
            known.lost,
            known.finished,
            known.error,
            len(known.parts),
            _digest(known.parts),
        )
        for entry, known in zip(run.settings.inputs, run.inputs, strict=True)
    )
    return Labels(
        path=path,
        state=state_of(run),
        settings=run.settings,
        books=sum_books(one.books for one in inputs),
        lost=sum(one.lost for one in inputs),
        inputs=inputs,
        documents=tuple(files["documents"]),
        signatures=tuple(files["signatures"]),
        unlabelled=tuple(files["unlabelled"]),
        runs=read_entries(path / RUNS),
    )


def _digest(parts: Sequence[Part]) -> str:
    """What the files of an input hold, in 64 hexadecimal digits."""
    lines = (f"{file.name} {file.size} {file.sha256}\n" for part in parts for file in part.files)
    return opening.sha256("".join(lines).encode())
