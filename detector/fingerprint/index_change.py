"""Building, adding to and merging indexes on disk, so that a kill leaves what was there."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from detector.errors import UsageError
from detector.fingerprint.index_build import Batch, Known, Run, Stored, batches, write_index
from detector.fingerprint.index_format import check_file, locked, open_file

# Documents that are held in memory at a time: about 100 MB of them.
BATCH: Final = 1 << 16


def build(path: Path, kind: str, documents: Iterable[Known], *, batch: int = BATCH) -> None:
    """Write the index of a stream of documents; one that is there already is replaced at the end.

    Its bytes depend on the set of documents alone. More than `batch` documents pass through runs in
    a folder beside the index, which is removed.
    """
    with locked(path):
        _build(path, kind, documents, [], batch)


def add(path: Path, documents: Iterable[Known], *, batch: int = BATCH) -> None:
    """Add documents to an index: what results is what `build` makes of all of them together."""
    with locked(path):
        old = open_file(path)
        check_file(old)
        _build(path, old.shape.kind, documents, [Stored(old)], batch)


def merge(path: Path, sources: Sequence[Path]) -> None:
    """Merge indexes of one kind into one; UsageError when their kinds differ."""
    files = [open_file(source) for source in sources]
    kinds = {file.shape.kind for file in files}
    if len(kinds) != 1:
        told = ", ".join(f"{file.path} ({file.shape.kind})" for file in files)
        raise UsageError(f"only indexes of one kind can be merged, and these are: {told or 'none'}")
    with locked(path):
        shutil.rmtree(_runs_of(path), ignore_errors=True)
        for file in files:
            check_file(file)
        write_index(path, kinds.pop(), [Stored(file) for file in files])


def _build(
    path: Path, kind: str, documents: Iterable[Known], base: Sequence[Run], batch: int
) -> None:
    folder = _runs_of(path)
    shutil.rmtree(folder, ignore_errors=True)
    runs = list(base)
    held: Batch | None = None
    try:
        for documents_of_run in batches(documents, batch):
            if held is not None:
                runs.append(_stored(folder, kind, held, len(runs)))
            held = Batch(documents_of_run)
        write_index(path, kind, runs if held is None else [*runs, held])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stored(folder: Path, kind: str, run: Batch, number: int) -> Stored:
    folder.mkdir(exist_ok=True)
    path = folder / str(number)
    write_index(path, kind, [run])
    return Stored(open_file(path))


def _runs_of(path: Path) -> Path:
    return path.with_name(path.name + ".runs")
