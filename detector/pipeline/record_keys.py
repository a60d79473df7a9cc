"""Names of records as 64-bit keys, and which rows of an archive, or of others, bear them."""

from __future__ import annotations

import functools
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import xxhash

from detector.write.tables import LONGEST_NAME, LONGEST_URL

Keys: TypeAlias = npt.NDArray[np.uint64]

_ODD: Final = 0x9E3779B97F4A7C15
_ALL: Final = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Names:
    """The keys by which a record is known: its type, identifier, target, and target with second."""

    type: int
    id: int
    url: int
    page: int

    def witness(self, *, document: bool) -> int:
        """A key to know the record again by what the tables of a scan say of it.

        They have the identifiers of documents alone.
        """
        return self.type ^ ((document and self.id) or self.url)


def told_witness(record_type: str | None, record_id: str | None, url: str | None) -> int:
    """The same key by what the tables of a scan say; record_id: null but for documents."""
    return type_key(record_type) ^ (id_key(record_id) or url_key(url))


def names_of(
    record_type: str | None, record_id: str | None, url: str | None, captured: datetime | None
) -> Names:
    """The keys of a record."""
    target = url_key(url)
    seconds = None if captured is None else int(captured.timestamp())
    return Names(type_key(record_type), id_key(record_id), target, page_key(target, seconds))


def id_key(record_id: str | None) -> int:
    """64 bits of a record's identifier, 0 for none; the angle brackets do not count."""
    return 0 if not record_id else _key(record_id[:LONGEST_NAME].strip(" <>"))


def url_key(url: str | None) -> int:
    """64 bits of a target, 0 for none."""
    return 0 if not url else _key(url[:LONGEST_URL])


def page_key(url: int, seconds: int | None) -> int:
    """64 bits of a target's key and the second of its capture, 0 where either is missing."""
    return 0 if not url or seconds is None else (url ^ (seconds * _ODD & _ALL)) or 1


def digest_key(digest: str | None) -> int:
    """64 bits of a payload digest, 0 for none."""
    return 0 if not digest else _key(digest[:LONGEST_NAME])


@functools.lru_cache(maxsize=64)
def type_key(record_type: str | None) -> int:
    """64 bits of a record type."""
    return 0 if not record_type else _key(record_type[:LONGEST_NAME])


def _key(text: str) -> int:
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "replace")) or 1


class Rows:
    """Which rows have a key; asked when all are added."""

    def __init__(self) -> None:
        self._keys = array("Q")
        self._rows = array("q")
        self._sorted: Keys | None = None
        self._order: npt.NDArray[np.int64] = np.empty(0, np.int64)

    def add(self, key: int, row: int) -> None:
        """A row has this key; none has 0."""
        if key:
            self._keys.append(key)
            self._rows.append(row)

    def of(self, key: int) -> list[int]:
        """The rows of a key, in their order."""
        [found] = self.of_all([key])
        return found

    def of_all(self, keys: Sequence[int]) -> Iterator[list[int]]:
        """The rows of each key, in their order."""
        if self._sorted is None:
            known = np.asarray(self._keys, np.uint64)
            order = np.argsort(known, kind="stable")
            self._sorted = known[order]
            self._order = np.asarray(self._rows, np.int64)[order]
        wanted = np.asarray(keys, np.uint64)
        first = np.searchsorted(self._sorted, wanted, "left").tolist()
        last = np.searchsorted(self._sorted, wanted, "right").tolist()
        for begin, end in zip(first, last, strict=True):
            yield self._order[begin:end].tolist()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The documents that go in all archives of a scan, by their keys; each array is sorted.

    digests: those that no document has which stays.
    """

    ids: Keys = field(default_factory=lambda: np.empty(0, np.uint64))
    pages: Keys = field(default_factory=lambda: np.empty(0, np.uint64))
    digests: Keys = field(default_factory=lambda: np.empty(0, np.uint64))


def among(keys: Keys, key: int) -> bool:
    """Whether a key is among these, which are sorted."""
    at = int(np.searchsorted(keys, np.uint64(key)))
    return at < len(keys) and int(keys[at]) == key
