"""JSON documents that are read piece by piece, whatever their size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from detector.errors import InputError


def items(path: Path, prefix: str) -> Iterator[Any]:
    """Give the values at a place of a JSON document in order, one at a time.

    prefix: as ijson names places: "item" for each value of an array at the top, "train.text.item"
    for each of the array under those keys. A document that breaks off gives what comes before, then
    InputError says where.
    """
    import ijson  # noqa: PLC0415 - only these formats need it

    count = 0
    try:
        with path.open("rb") as file:
            for value in ijson.items(file, prefix, use_float=True):
                yield value
                count += 1
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ijson.JSONError, ValueError) as error:
        raise InputError(
            f"{path}: is no sound JSON after {count} values: {str(error)[:80]!r}"
        ) from error


def top(path: Path) -> list[str] | None:
    """The keys of the object at the top of a document, None where there is an array instead.

    Values are passed over, not kept.
    """
    import ijson  # noqa: PLC0415

    keys: list[str] = []
    try:
        with path.open("rb") as file:
            for prefix, event, value in ijson.parse(file):
                if prefix == "" and event == "start_array":
                    return None
                if prefix == "" and event == "map_key":
                    keys.append(value)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ijson.JSONError, ValueError) as error:
        raise InputError(f"{path}: is no sound JSON: {str(error)[:80]!r}") from error
    return keys
