"""The marks of reviewers: one file of JSON lines, appended to and flushed, never rewritten.

The form of a line is the promise of docs/report.md. Of one document and reviewer the last line
counts; a last line that was cut off was never committed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from detector.errors import OutputError, UsageError
from detector.records import Locator, Mark
from detector.write import disk
from detector.write.lock import FolderLock

KIND: Final = "detector mark"
MARKS_FORMAT: Final = 1
SUFFIX: Final = ".marks.jsonl"
LOCK: Final = ".lock"
LARGEST: Final = 1 << 30  # bytes of a file that is read


def marks_beside(labels: Path) -> Path:
    """The file for the marks of a folder of labels, where no other is named: beside the folder.

    >>> marks_beside(Path("crawl/labels")).as_posix()
    'crawl/labels.marks.jsonl'
    """
    whole = labels if labels.name not in ("", "..") else labels.resolve()
    return whole.with_name(whole.name + SUFFIX)


def read_marks(path: Path) -> tuple[Mark, ...]:
    """The marks that count, in the order of the file: of each document and reviewer the last.

    UsageError when there is no such file, OutputError when it holds a line that is no mark, or one
    of another format number.
    """
    return _counting(_read(path)[0])


class MarksFile:
    """A file of marks, held for writing until `close`; made when it is not there.

    UsageError when another process writes to it, OutputError when it is damaged or cannot be
    written.
    """

    def __init__(self, path: Path) -> None:
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise UsageError(f"--marks {str(path)!r}: name a file in a folder that exists")
        self.path = path
        self._lock = FolderLock(path.with_name(path.name + LOCK))
        try:
            self._marks, self._size = _read(path) if path.exists() else ([], 0)
            with disk.explained(path):
                if path.exists() and path.stat().st_size > self._size:
                    disk.cut(path, self._size)  # a line that a crash cut off
        except BaseException:
            self._lock.release()
            raise

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks that count."""
        return _counting(self._marks)

    def append(self, mark: Mark) -> None:
        """Add a mark; it survives a power cut once this returns."""
        line = mark_line(mark)
        disk.append(self.path, line, size=self._size)
        self._size += len(line)
        self._marks.append(mark)

    def close(self) -> None:
        """Let the next process write."""
        self._lock.release()


def mark_line(mark: Mark) -> bytes:
    """One line of the file."""
    place = mark.locator
    value = {
        "kind": KIND,
        "format": MARKS_FORMAT,
        "file": place.file,
        "offset": place.offset,
        "length": place.length,
        "inner": place.inner,
        "ordinal": mark.ordinal,
        "fingerprint": mark.fingerprint,
        "label": mark.label,
        "policy": mark.policy,
        "documents": dict(mark.documents),
        "right": mark.right,
        "reviewer": mark.reviewer,
        "note": mark.note,
        "at": mark.at,
    }
    return (json.dumps(value, ensure_ascii=True) + "\n").encode()


def _counting(marks: list[Mark]) -> tuple[Mark, ...]:
    last: dict[tuple[tuple[str, int, str], str], Mark] = {}
    for mark in marks:
        key = (mark.document, mark.reviewer)
        last.pop(key, None)
        last[key] = mark
    return tuple(mark for mark in last.values() if mark.right is not None)


def _read(path: Path) -> tuple[list[Mark], int]:
    """All marks of a file, and the bytes that hold whole lines."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file: name one that `detector serve` wrote")
    with disk.explained(path, "read"):
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path}: larger than {LARGEST:,} bytes: no file of marks")
        data = path.read_bytes()
    size = data.rfind(b"\n") + 1
    lines = data[:size].splitlines()
    return [_mark(line, f"{path}, line {number}") for number, line in enumerate(lines, 1)], size


def _mark(line: bytes, where: str) -> Mark:
    try:
        value = json.loads(line)
        if value["kind"] == KIND and value["format"] == MARKS_FORMAT:
            return _from_json(value)
        found = f"kind {value['kind']!r:.40}, format {value['format']!r:.20}"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        found = f"{type(error).__name__}: {str(error)[:60]!r}"
    raise OutputError(
        f"{where}: is no mark of format {MARKS_FORMAT}, which this version reads ({found}): restore"
        " the file, take that line out, or use the version of the software that wrote it"
    )


def _from_json(value: Mapping[str, Any]) -> Mark:
    inner = value["inner"]
    place = Locator(
        str(value["file"]),
        int(value["offset"]),
        int(value["length"]),
        None if inner is None else int(inner),
    )
    mark = Mark(
        locator=place,
        ordinal=int(value["ordinal"]),
        fingerprint=str(value["fingerprint"]),
        label=str(value["label"]),
        policy=str(value["policy"]),
        documents=tuple((str(name), int(n)) for name, n in value["documents"].items()),
        right=value["right"],
        reviewer=str(value["reviewer"]),
        note=str(value["note"]),
        at=str(value["at"]),
    )
    if mark.right not in (True, False, None) or isinstance(mark.right, int | float) != isinstance(
        mark.right, bool
    ):
        raise ValueError(f"right is {mark.right!r:.40}")
    return replace(mark, documents=tuple(sorted(mark.documents)))
