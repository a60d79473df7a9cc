"""What every data format is made of: how its files are opened, and what is wrong with a row."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from detector.bench.records import BenchText
from detector.errors import InputError

LONGEST_LINE: Final = 1 << 26  # bytes, of JSON lines
LONGEST_FIELD: Final = 1 << 24  # characters, of CSV
DEEPEST: Final = 100  # levels of JSON
_CODED: Final = (
    (b"\x1f\x8b", "is compressed (gzip): unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is compressed (zstd): unpack it first"),
    (b"BZh91AY&SY", "is compressed (bzip2): unpack it first"),
    (b"\xfd7zXZ", "is compressed (xz): unpack it first"),
    (b"PK\x03\x04", "is a zip archive: unpack it first"),
    (b"\xff\xfe", "is in UTF-16: convert it to UTF-8 first"),
    (b"\xfe\xff", "is in UTF-16: convert it to UTF-8 first"),
)


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that is left out: what is wrong with rows like it, and where and what this one was."""

    reason: str
    message: str


Rows = Iterator[BenchText | Bad]
Row = Mapping[str, Any]
Reader = Callable[[Path, Mapping[str, str]], Rows]


@dataclass(frozen=True, slots=True)
class Format:
    """A layout of data sets: its name, what it looks like, and how it is read.

    options: the names that may follow a path, as in `jsonl:texts.jsonl?text=body`; `lang` may
    always. folder: whether it is a folder, not a file.
    """

    name: str
    what: str
    read: Reader
    options: frozenset[str] = frozenset()
    folder: bool = False


def missing(path: Path, wanted: str, found: object, what: str) -> InputError:
    """The error for a file without a column that its format needs."""
    return InputError(f"{path}: has no column {wanted!r:.60} (it has {str(found)[:200]}): {what}")


def readable(path: Path) -> None:
    """InputError for a file that is packed, or in an encoding that no format has."""
    try:
        with path.open("rb") as file:
            head = file.read(10)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    for mark, what in _CODED:
        if head.startswith(mark):
            raise InputError(f"{path}: {what}")


def need(path: Path, columns: Iterator[str] | Mapping[str, Any] | set[str], *wanted: str) -> None:
    """InputError unless all the wanted columns are there."""
    found = sorted(columns)
    for name in wanted:
        if name not in found:
            raise missing(path, name, ", ".join(found), "name another format, see `bench list`")


def said(value: object) -> str:
    """A cell as text: empty where there is none."""
    return "" if value is None else str(value)


def text_or_bad(value: object, where: str) -> str | Bad:
    """The text of a row, or what is wrong with it."""
    if not isinstance(value, str):
        return Bad("no text", f"{where}: {value!r:.60} where the text should be")
    return value if value.strip() else Bad("empty text", f"{where}: the text is empty")


def unknown_label(value: object, where: str, known: str) -> Bad:
    """What is wrong with a row whose label says nothing to us."""
    return Bad("unknown label", f"{where}: the label {value!r:.60} is none of {known}")


def json_lines(path: Path) -> Iterator[tuple[str, Row | Bad]]:
    """Give each line's place and object; a line that holds none is bad. InputError if unreadable.

    A place is "FILE line N", counted from 1. Blank lines count, and are passed over.
    """
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise InputError(f"{path}: line {number} has over {LONGEST_LINE >> 20} MiB")
                if line.strip():
                    where = f"{path.name} line {number}"
                    yield where, _object(line, where)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _object(line: bytes, where: str) -> Row | Bad:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Bad("damaged line", f"{where}: is no JSON: {str(error)[:60]}")
    if _deep(value):  # showing what it holds would need as many calls
        return Bad("damaged line", f"{where}: its JSON is over {DEEPEST} levels deep")
    if not isinstance(value, dict):
        return Bad("damaged line", f"{where}: {str(value)[:60]!r} is no JSON object")
    return value


def _deep(value: object) -> bool:
    level: list[Any] = [value]
    for _ in range(DEEPEST + 1):
        inner = [
            one.values() if isinstance(one, dict) else one
            for one in level
            if isinstance(one, (dict, list))
        ]
        level = [one for some in inner for one in some if isinstance(one, (dict, list))]
        if not level:
            return False
    return True


def csv_rows(path: Path) -> Iterator[tuple[str, Row | Bad]]:
    """Give each row's place and fields by their names; a row of another width is bad.

    The first row names the columns. A place is "FILE line N", the line on which the row ends.
    """
    csv.field_size_limit(LONGEST_FIELD)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = csv.reader(file)
            names = _next(reader, path)
            if isinstance(names, Bad) or names is None:
                raise InputError(f"{path}: has no first line with the names of columns")
            twice = {name for name in names if name and names.count(name) > 1}
            if twice:
                raise InputError(
                    f"{path}: two columns have the name {min(twice)!r:.60}: rename one"
                )
            while (row := _next(reader, path)) is not None:
                where = f"{path.name} line {reader.line_num}"
                if isinstance(row, Bad):
                    yield where, row
                elif any(not _is_utf8(field) for field in row):
                    yield where, Bad("damaged line", f"{where}: is not in UTF-8")
                elif len(row) == len(names):
                    yield where, dict(zip(names, row, strict=True))
                elif row:
                    message = f"{where}: {len(row)} fields, and the first line names {len(names)}"
                    yield where, Bad("damaged line", message)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _is_utf8(field: str) -> bool:
    """Whether a field was decoded whole: other bytes became lone surrogates."""
    if field.isascii():
        return True
    try:
        field.encode()
    except UnicodeEncodeError:
        return False
    return True


def _next(reader: Any, path: Path) -> list[str] | Bad | None:
    try:
        row: list[str] | None = next(reader, None)
    except csv.Error as error:
        message = f"{path.name} line {reader.line_num}: {str(error)[:60]}"
        return Bad("damaged line", message)
    return row
