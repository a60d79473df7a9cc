"""Names of records as 64-bit keys, and which rows of an archive, or of others, bear them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import xxhash

from detector.write.tables import LONGEST_NAME, LONGEST_URL

Keys: TypeAlias = npt.NDArray[np.uint64]


def id_key(record_id: str | None) -> int:
    """64 bits of a record's identifier, 0 for none; the angle brackets do not count."""
    return 0 if not record_id else _key(record_id[:LONGEST_NAME].strip(" <>"))


def page_key(url: str | None, seconds: int | None) -> int:
    """64 bits of a target and the second of its capture, 0 where either is missing."""
    return 0 if not url or seconds is None else _key(f"{seconds} {url[:LONGEST_URL]}")


def digest_key(digest: str | None) -> int:
    """64 bits of a payload digest, 0 for none."""
    return 0 if not digest else _key(digest[:LONGEST_NAME])


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
