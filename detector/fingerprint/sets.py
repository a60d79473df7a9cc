"""Shingle sets on disk, for pairs whose texts are at hand: their Jaccard similarity is exact."""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from detector.fingerprint.shingles import shingling
from detector.fingerprint.store import mapped
from detector.kernels import compiled


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """A file of shingle sets: the xxh3-64 of each shingle, ascending, without repeats.

    bounds: int64[n, 2], where the set of each text begins and ends in the file, counted in
    hashes; empty where the text was not at hand.
    """

    path: Path
    bounds: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OpenSets:
    """Shingle sets as kernels take them; `release` gives back the memory that reading took."""

    hashes: npt.NDArray[np.uint64]
    bounds: npt.NDArray[np.int64]
    map: mmap.mmap | None = None

    def release(self) -> None:
        """Give back the memory of everything that was read so far."""
        if self.map is not None:
            self.map.madvise(mmap.MADV_DONTNEED)


NO_SETS = OpenSets(np.empty(0, np.uint64), np.empty((0, 2), np.int64))


def shingle_set(normal: str, language: str) -> npt.NDArray[np.uint64]:
    """Hash the shingles of a normal form, ascending, each once; language: as for its signature."""
    how = shingling(language)
    data = (normal if how.unit == "word" else normal.replace(" ", "")).encode()
    units = np.frombuffer(data, np.uint8)
    if how.unit == "word":
        spaces = np.flatnonzero(units == ord(" "))
        starts, stops = [0, *(spaces + 1).tolist()], [*spaces.tolist(), len(data)]
    else:
        starts = np.flatnonzero(units & 0xC0 != 0x80).tolist()
        stops = [*starts[1:], len(data)]
    runs = zip(starts, stops[how.size - 1 :], strict=False)
    found = {xxhash.xxh3_64_intdigest(data[start:stop]) for start, stop in runs}
    return np.sort(np.fromiter(found, np.uint64, len(found)))


def write_sets(path: Path, texts: Iterable[tuple[int, str, str]], count: int) -> ShingleSets:
    """Write the shingle sets of some texts: (number, normal form, language); count: of all texts.

    OSError when the file cannot be written.
    """
    bounds = np.zeros((count, 2), np.int64)
    end = 0
    with path.open("wb") as file:
        for number, normal, language in texts:
            hashes = shingle_set(normal, language)
            file.write(hashes.data)
            bounds[number] = end, end + len(hashes)
            end += len(hashes)
    return ShingleSets(path, bounds)


@contextlib.contextmanager
def open_sets(sets: ShingleSets) -> Iterator[OpenSets]:
    """Map a file of shingle sets for as long as the block lasts."""
    with mapped(sets.path) as data:
        hashes = np.frombuffer(b"" if data is None else data, np.uint64)
        yield OpenSets(hashes, sets.bounds, data)


@compiled(
    "float64(Array(uint64, 1, 'C', readonly=True), Array(int64, 2, 'C', readonly=True), int64,"
    " int64)"
)
def jaccard(hashes: Any, bounds: Any, one: Any, two: Any) -> Any:
    """Give the Jaccard similarity of the sets of two texts, by merging them."""
    i, j, both = bounds[one, 0], bounds[two, 0], 0
    while i < bounds[one, 1] and j < bounds[two, 1]:
        x, y = hashes[i], hashes[j]
        both += x == y
        i += x <= y
        j += y <= x
    either = bounds[one, 1] - bounds[one, 0] + bounds[two, 1] - bounds[two, 0] - both
    return both / either if either else 0.0
