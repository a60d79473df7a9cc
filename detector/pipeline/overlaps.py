"""Texts that stand in two sets of a benchmark, found by the fingerprints of this software."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from detector.bench.records import BenchText
from detector.bench.results import OVERLAPS_SCHEMA
from detector.extract.normal import normal_form
from detector.fingerprint import fingerprint
from detector.fingerprint.bands import banding_for
from detector.fingerprint.candidates import find_candidates
from detector.fingerprint.store import Signatures, open_signatures

THRESHOLD: Final = 0.5
_BLOCK: Final = 1 << 12

Place = tuple[int, int]  # the number of a set, and of a row in it


class Fingerprints:
    """Gathers the fingerprints of the texts of some sets; signatures go to a file.

    Equal texts are one text with several places, so that the sets' own copies cost nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "signatures"
        self._file = self._path.open("wb")
        self._numbers: dict[bytes, int] = {}  # of distinct texts that have a signature
        self._places: dict[bytes, list[Place]] = defaultdict(list)
        self._set = -1
        self._row = 0

    def begin(self) -> None:
        """Go on to the next set."""
        self._set += 1
        self._row = 0

    def drop(self) -> None:
        """Forget the set that was begun last: it could not be read to its end."""
        for places in self._places.values():
            while places and places[-1][0] == self._set:
                places.pop()

    def add(self, text: BenchText) -> None:
        """Take up the next text of the set."""
        safe = text.text.encode("utf-8", "replace").decode()
        found = fingerprint(normal_form(safe), text.language)
        exact = bytes.fromhex(found.exact)
        if exact not in self._places and found.signature:
            self._numbers[exact] = len(self._numbers)
            self._file.write(found.signature)
        self._places[exact].append((self._set, self._row))
        self._row += 1

    def overlaps(self) -> Iterator[tuple[Place, Place, float, bool]]:
        """Give pairs of places in different sets, of equal texts and of similar ones.

        Every text that has a like one in another set is in a pair with that set; not every pair of
        many copies is given.
        """
        self._file.close()
        for places in self._places.values():
            for one, two in _across(places, places):
                yield one, two, 1.0, True
        by_number = [self._places[exact] for exact in self._numbers]
        with open_signatures(self._path) as signatures:
            for number, other, similarity in _similar(signatures, self._folder):
                for one, two in _across(by_number[number], by_number[other]):
                    yield one, two, similarity, False


def _similar(signatures: Signatures, folder: Path) -> Iterator[tuple[int, int, float]]:
    """Give the pairs of texts whose signatures agree in half of their values, each once."""
    count = len(signatures.rows)
    if count < 2:
        return
    work = folder / "bands"
    work.mkdir()
    numbers = np.arange(count, dtype=np.uint32)
    for window in find_candidates(signatures, numbers, banding_for(THRESHOLD), work):
        for start in range(0, len(window), _BLOCK):
            pairs = window[start : start + _BLOCK]
            yield from _verified(signatures.rows, pairs)
            signatures.release()


def _verified(
    rows: npt.NDArray[np.uint32], pairs: npt.NDArray[np.uint64]
) -> Iterator[tuple[int, int, float]]:
    ones = (pairs >> np.uint64(32)).astype(np.int64)
    twos = (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)
    alike = (rows[ones] == rows[twos]).mean(axis=1)
    for at in np.flatnonzero(alike >= THRESHOLD):
        yield int(ones[at]), int(twos[at]), float(alike[at])


def _across(ones: Sequence[Place], twos: Sequence[Place]) -> Iterator[tuple[Place, Place]]:
    """Pair places of different sets so that each is paired with each other set, and few twice."""
    same = ones is twos
    of_one, of_two = _by_set(ones), _by_set(twos)
    for a, first in of_one.items():
        for b, second in of_two.items():
            if a == b or (same and a > b):
                continue
            most = max(len(first), len(second))
            left, right = islice(cycle(first), most), islice(cycle(second), most)
            for one, two in zip(left, right, strict=True):
                yield (one, two) if a < b else (two, one)


def _by_set(places: Sequence[Place]) -> Mapping[int, list[Place]]:
    found: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        found[place[0]].append(place)
    return found


def overlap_table(
    found: Iterator[tuple[Place, Place, float, bool]],
    names: Sequence[str],
    ids: Sequence[Sequence[str]],
) -> pl.DataFrame:
    """Make the table of overlaps of pairs of places.

    names, ids: of each set, its name and its texts' ids, by the number of the set.
    """
    rows = [
        (names[a], ids[a][at], names[b], ids[b][other], similarity, exact)
        for (a, at), (b, other), similarity, exact in found
    ]
    frame = pl.DataFrame(rows, dict(OVERLAPS_SCHEMA), orient="row")
    order = ["set_a", "set_b", "doc_a", "doc_b"]
    return frame.sort([*order, "similarity"], descending=[*[False] * 4, True]).unique(
        order, keep="first", maintain_order=True
    )


def counted(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """How much two sets overlap: pairs, texts of each, and of these the equal ones."""
    grouped = frame.group_by("set_a", "set_b", maintain_order=True).agg(
        pairs=pl.len(),
        texts_a=pl.col("doc_a").n_unique(),
        texts_b=pl.col("doc_b").n_unique(),
        exact_a=pl.col("doc_a").filter(pl.col("exact")).n_unique(),
        exact_b=pl.col("doc_b").filter(pl.col("exact")).n_unique(),
    )
    return grouped.to_dicts()
