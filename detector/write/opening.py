"""What an output folder holds when a scan comes to it, and how it is made ready.

The order of writes makes every half-way state readable: a new run first replaces the journal, then
the manifest, and only then removes files that the journal does not know; a finished run first
replaces the manifest, then removes the journal.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from detector.errors import OutputError, UsageError
from detector.write import disk
from detector.write.journal import Part, RunState, header_line, read_journal
from detector.write.manifest import (
    COMPLETE,
    JOURNAL,
    KIND,
    LOCK,
    MANIFEST,
    RUNS,
    TABLES,
    empty_run,
    manifest_bytes,
    read_manifest,
    state_of,
)
from detector.write.settings import RunSettings, differences

_PART_FILE: Final = re.compile(r"part-[0-9]{5,}-[0-9]{4,}\.parquet(\.tmp)?")
_OWN_TEMPORARY: Final = (MANIFEST + disk.TEMPORARY, JOURNAL + disk.TEMPORARY)
_MOST_SHOWN: Final = 5
_MANIFEST_MARK: Final = f'"kind": "{KIND}"'.encode()


def check_ours(path: Path) -> None:
    """UsageError unless the folder is absent, empty, or a scan's own."""
    with disk.explained(path, "read"):
        if not path.exists():
            return
        if not path.is_dir():
            raise UsageError(f"{path}: is a file: name a folder for the output")
        names = {entry.name for entry in path.iterdir()}
        if MANIFEST in names and _MANIFEST_MARK not in (path / MANIFEST).read_bytes()[:100]:
            raise UsageError(
                f"{path}: holds a {MANIFEST} that no scan wrote: choose an empty or a new folder"
            )
        if MANIFEST in names or JOURNAL in names:
            return
        own = {LOCK, RUNS, *TABLES, *_OWN_TEMPORARY}
        foreign = sorted(names - own)
        foreign += [table for table in TABLES if table in names and any((path / table).iterdir())]
    if foreign:
        shown = ", ".join(repr(name[:60]) for name in foreign[:_MOST_SHOWN])
        raise UsageError(
            f"{path}: holds files that no scan wrote ({shown}): choose an empty or a new folder"
        )


def load(path: Path) -> RunState | None:
    """The run that the folder holds; None when it holds none."""
    journal, manifest = path / JOURNAL, path / MANIFEST
    with disk.explained(path, "read"):
        # In this order: a scan that ends meanwhile removes its journal after the last manifest.
        try:
            run = read_journal(journal)
        except FileNotFoundError:
            run = None
        written = read_manifest(manifest) if manifest.exists() else None
    if run is None:
        if written is not None and state_of(written) != COMPLETE:
            raise OutputError(
                f"{journal}: is missing although the scan is unfinished, so what is committed"
                " cannot be known: restore it, or scan again into another folder"
            )
        return written
    if written is not None and state_of(written) == state_of(run) == COMPLETE:
        return written  # killed between the two last steps of a finished run
    return run


def check_same(path: Path, was: RunSettings, now: RunSettings) -> None:
    """UsageError that names exactly the settings in which the two runs differ, if any."""
    changed = differences(was, now)
    if changed:
        lines = "".join(f"\n  {line}" for line in changed)
        raise UsageError(
            f"{path}: holds a scan with other settings:{lines}\n"
            "Use the same settings to go on with it, or another output folder, or delete this one"
        )


def begin(path: Path, settings: RunSettings) -> RunState:
    """Make the folder that of a new run, whatever run it held before."""
    header = header_line(settings)
    for table in TABLES:
        disk.make_folder(path / table)
    disk.write_files({path / JOURNAL: header})
    run = empty_run(settings)
    run.size = len(header)
    disk.write_files({path / MANIFEST: manifest_bytes(run)})
    return run


def take_up(path: Path, run: RunState) -> None:
    """Make an unfinished run's folder hold exactly what its journal says, and check that it does.

    Half-written and uncommitted parts are removed, a torn last line is cut off. OutputError when
    a committed file is missing or changed: sizes are checked for all, the digest for the last part.
    """
    for table in TABLES:
        disk.make_folder(path / table)
    with disk.explained(path):
        torn = (path / JOURNAL).stat().st_size > run.size
    if torn:
        disk.cut(path / JOURNAL, run.size)
    _remove_unknown(path, run)
    check_parts(path, run)
    disk.write_files({path / MANIFEST: manifest_bytes(run)})


def check_parts(path: Path, run: RunState) -> None:
    """OutputError unless every committed file is there and has its size, the last one its bytes."""
    for known in run.inputs:
        for part in known.parts:
            _check_part(path, part, thorough=part == run.last)


def _remove_unknown(path: Path, run: RunState) -> None:
    known = {file.name for one in run.inputs for part in one.parts for file in part.files}
    unknown = []
    with disk.explained(path):
        for table in TABLES:
            for entry in (path / table).iterdir():
                ours = _PART_FILE.fullmatch(entry.name)
                if ours and f"{table}/{entry.name}" not in known:
                    unknown.append(entry)
    unknown += [path / name for name in _OWN_TEMPORARY if (path / name).exists()]
    disk.remove(unknown)


def _check_part(path: Path, part: Part, *, thorough: bool) -> None:
    for file in part.files:
        target = path / file.name
        with disk.explained(target, "read"):
            size = target.stat().st_size if target.exists() else -1
            if size == file.size and thorough:
                size = size if sha256(target.read_bytes()) == file.sha256 else -2
        if size != file.size:
            found = {-1: "is missing", -2: "holds other bytes"}.get(size, f"has {size} bytes")
            raise OutputError(
                f"{target}: {found}, but it was committed with {file.size} bytes:"
                " restore it, or scan again into another folder"
            )


def sha256(data: bytes) -> str:
    """The digest of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
