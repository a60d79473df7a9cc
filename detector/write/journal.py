"""The journal: one checked line per committed part, and what a run's state is made of again.

A line is a JSON object whose first member, `check`, is the xxh3-64 of the rest. Lines are only ever
appended, each flushed before the next, so a kill or a power cut can tear the last one at most: a
torn last line was never committed and is passed over. Damage anywhere else stops the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import xxhash

from detector.errors import OutputError
from detector.records import Books, Position
from detector.write.settings import RunSettings, settings_from_json, settings_to_json

_HEAD: Final = b'{"check":"'
_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a part: its name under the output folder, bytes and sha256 (hexadecimal)."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Part:
    """A committed part. resume: where reading of its input goes on; lost: bytes lost in it."""

    input: int
    number: int
    resume: Position
    books: Books
    lost: int
    files: tuple[StoredFile, ...]


@dataclass(slots=True)
class InputState:
    """What the journal knows of one input. error: what ended a finished input early."""

    parts: list[Part] = field(default_factory=list)
    finished: bool = False
    error: str | None = None

    @property
    def position(self) -> Position:
        """Where reading goes on: after the last committed part."""
        return self.parts[-1].resume if self.parts else Position()

    @property
    def books(self) -> Books:
        """The books of the committed parts together."""
        return sum_books(part.books for part in self.parts)

    @property
    def lost(self) -> int:
        """Bytes of the input that were passed over as damaged."""
        return sum(part.lost for part in self.parts)


@dataclass(slots=True)
class RunState:
    """A run as its journal tells it. size: bytes of the journal up to the last good line."""

    settings: RunSettings
    inputs: list[InputState]
    last: Part | None = None
    size: int = 0


def sum_books(books: Iterable[Books]) -> Books:
    """All the books in one."""
    records = documents = skips = faults = 0
    for some in books:
        records += some.records
        documents += some.documents
        skips += some.skips
        faults += some.faults
    return Books(records, documents, skips, faults)


def header_line(settings: RunSettings) -> bytes:
    """The first line of a journal: the settings of its run."""
    return _line({"kind": "run", **settings_to_json(settings)})


def part_line(part: Part) -> bytes:
    """The line that commits a part."""
    return _line({"kind": "part", **part_to_json(part)})


def input_line(number: int, error: str | None) -> bytes:
    """The line that ends an input."""
    return _line({"kind": "input", "input": number, "error": error})


def reopened_line(number: int, parts: int) -> bytes:
    """The line that takes a failed input up again after its first `parts` parts."""
    return _line({"kind": "reopened", "input": number, "parts": parts})


def part_to_json(part: Part) -> dict[str, Any]:
    """The part as JSON values, the same in the journal and in the manifest."""
    return {
        "input": part.input,
        "part": part.number,
        "resume": [part.resume.offset, part.resume.inner, part.resume.ordinal],
        "books": books_to_json(part.books),
        "lost": part.lost,
        "files": [[file.name, file.size, file.sha256] for file in part.files],
    }


def part_from_json(value: Mapping[str, Any]) -> Part:
    """Undo `part_to_json`; KeyError, TypeError or ValueError for another shape."""
    offset, inner, ordinal = value["resume"]
    return Part(
        input=value["input"],
        number=value["part"],
        resume=Position(offset, inner, ordinal),
        books=books_from_json(value["books"]),
        lost=value["lost"],
        files=tuple(StoredFile(name, size, digest) for name, size, digest in value["files"]),
    )


def books_to_json(books: Books) -> dict[str, int]:
    """Books as JSON values."""
    return {
        "records": books.records,
        "documents": books.documents,
        "skips": books.skips,
        "faults": books.faults,
    }


def books_from_json(value: Mapping[str, int]) -> Books:
    """Undo `books_to_json`; KeyError for another shape."""
    return Books(value["records"], value["documents"], value["skips"], value["faults"])


def read_journal(path: Path) -> RunState:
    """Replay a journal; OutputError, with the line's number, when it is damaged before its end."""
    with path.open("rb") as file:
        lines = file.read().split(b"\n")
    good: list[dict[str, Any]] = []
    size = 0
    for number, line in enumerate(lines[:-1], start=1):
        value = _checked(line)
        if value is None:
            if any(_checked(later) for later in lines[number:]):
                raise _damage(path, number, "its checksum does not fit")
            break
        good.append(value)
        size += len(line) + 1
    if not good or good[0].get("kind") != "run":
        raise _damage(path, 1, "it does not hold the settings of a run")
    settings = settings_from_json(good[0], str(path))
    state = RunState(settings, [InputState() for _ in settings.inputs], size=size)
    for number, value in enumerate(good[1:], start=2):
        _replay(state, value, path, number)
    return state


def _replay(state: RunState, value: Mapping[str, Any], path: Path, number: int) -> None:
    try:
        _apply(state, value)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damage(path, number, f"it makes no sense here ({error!r:.60})") from error


def _apply(state: RunState, value: Mapping[str, Any]) -> None:
    known = state.inputs[value["input"]]
    kind = value["kind"]
    if kind == "part" and not known.finished and value["part"] == len(known.parts):
        state.last = part_from_json(value)
        known.parts.append(state.last)
    elif kind == "input" and not known.finished:
        known.finished, known.error = True, value["error"]
    elif kind == "reopened" and known.error is not None:
        known.finished, known.error = False, None
        del known.parts[value["parts"] :]
        state.last = None
    else:
        raise ValueError(kind)


def _line(value: Mapping[str, Any]) -> bytes:
    rest = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()[1:]
    return _HEAD + xxhash.xxh3_64_hexdigest(rest).encode() + b'",' + rest + b"\n"


def _checked(line: bytes) -> dict[str, Any] | None:
    """The object of a line, None when the line is torn or damaged."""
    rest = line[len(_HEAD) + _DIGITS + 2 :]
    digest = line[len(_HEAD) : len(_HEAD) + _DIGITS]
    if not line.startswith(_HEAD) or digest != xxhash.xxh3_64_hexdigest(rest).encode():
        return None
    value = json.loads(b"{" + rest)
    return value if isinstance(value, dict) else None


def _damage(path: Path, number: int, what: str) -> OutputError:
    return OutputError(
        f"{path}: line {number} is damaged: {what}. The journal was changed by something else than"
        " a scan, so what is committed cannot be known: restore it from a copy, or scan again into"
        " another folder"
    )
