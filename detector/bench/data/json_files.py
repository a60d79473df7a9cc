"""JSON documents that are read piece by piece, whatever their size."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from detector.bench.data.base import DEEPEST
from detector.errors import InputError


def items(path: Path, prefix: str) -> Iterator[Any]:
    """Give the values at a place of a JSON document in order, one at a time.

    prefix: as ijson names places: "item" for each value of an array at the top, "train.text.item"
    for each of the array under those keys. A document that breaks off gives what comes before, then
    InputError says where; one that is over 100 levels deep gives nothing.
    """
    import ijson  # noqa: PLC0415 - only these formats need it

    _need_shallow(path)
    count = 0
    with _opened(path) as file:
        try:
            for value in ijson.items(file, prefix, use_float=True):
                yield value
                count += 1
        except (ijson.JSONError, ValueError) as error:
            raise InputError(
                f"{path}: is no sound JSON after {count} values: {_said(error)}"
            ) from error


def top(path: Path) -> list[str] | None:
    """The keys of the object at the top of a document, None where there is an array instead.

    Values are passed over, not kept.
    """
    import ijson  # noqa: PLC0415

    _need_shallow(path)
    keys: list[str] = []
    with _opened(path) as file:
        try:
            for prefix, event, value in ijson.parse(file):
                if prefix == "" and event == "start_array":
                    return None
                if prefix == "" and event == "map_key":
                    keys.append(value)
        except (ijson.JSONError, ValueError) as error:
            raise InputError(f"{path}: is no sound JSON: {_said(error)}") from error
    return keys


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file, after its byte order mark where it has one."""
    try:
        with path.open("rb") as file:
            if file.read(3) != codecs.BOM_UTF8:
                file.seek(0)
            yield file
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _need_shallow(path: Path) -> None:
    """InputError for a document so deep that the places ijson keeps of it would fill the memory."""
    import ijson  # noqa: PLC0415

    depth = 0
    with _opened(path) as file:
        try:
            for event, _ in ijson.basic_parse(file, use_float=True):
                depth += event.startswith("start_") - event.startswith("end_")
                if depth > DEEPEST:
                    raise InputError(f"{path}: its JSON is over {DEEPEST} levels deep")
        except (ijson.JSONError, ValueError):  # the one who reads it meets it too, and says where
            return


def _said(error: Exception) -> str:
    return repr(" ".join(str(error).split())[:80])
