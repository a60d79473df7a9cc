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
    if not isinstance(value, dict):
        return Bad("damaged line", f"{where}: {str(value)[:60]!r} is no JSON object")
    return value


def csv_rows(path: Path) -> Iterator[tuple[str, Row | Bad]]:
    """Give each row's place and fields by their names; a row of another width is bad.

    The first row names the columns. A place is "FILE line N", the line on which the row ends.
    """
    csv.field_size_limit(LONGEST_FIELD)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.reader(file)
            names = _next(reader, path)
            if isinstance(names, Bad) or names is None:
                raise InputError(f"{path}: has no first line with the names of columns")
            while (row := _next(reader, path)) is not None:
                where = f"{path.name} line {reader.line_num}"
                if isinstance(row, Bad):
                    yield where, row
                elif len(row) == len(names):
                    yield where, dict(zip(names, row, strict=True))
                elif row:
                    message = f"{where}: {len(row)} fields, and the first line names {len(names)}"
                    yield where, Bad("damaged line", message)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _next(reader: Any, path: Path) -> list[str] | Bad | None:
    try:
        row: list[str] | None = next(reader, None)
    except csv.Error as error:
        message = f"{path.name} line {reader.line_num}: {str(error)[:60]}"
        return Bad("damaged line", message)
    return row
