"""Candidate pairs out of core: band keys are sorted on disk band by band, never held together.

Memory is bounded by the constants below, whatever the number of texts. Disk: 8 bytes a text and
band, and 8 bytes a pair and band in which it comes up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from detector.fingerprint.bands import Banding, band_keys
from detector.fingerprint.store import Signatures
from detector.kernels import compiled

REPRESENTATIVES: Final = 8
# Up to here all pairs of a bucket are as few as its members' pairs with eight representatives.
SMALL: Final = 2 * REPRESENTATIVES + 1

SLICE: Final = 1 << 16  # signatures hashed at a time
KEYS: Final = 1 << 23  # keys sorted at a time: 64 MiB, and 8 times that for pairs at the very worst
WINDOW: Final = 1 << 22  # pairs merged at a time

_U64: Final = np.uint64
Pairs = npt.NDArray[np.uint64]


def pair(first: int, second: int) -> int:
    """A pair of text numbers as one number that sorts by the first, then by the second."""
    return first << 32 | second


def find_candidates(
    signatures: Signatures, texts: npt.NDArray[np.uint32], how: Banding, folder: Path
) -> Iterator[Pairs]:
    """Give every candidate pair once, ascending, in windows of a bounded size.

    texts: the number of the text of each signature, uint32[n], each number once. A pair has its
    lesser number first (see `pair`). folder: an empty folder for the files in between.

    In a bucket (texts whose band has one hash) of more than 17 texts, each is paired with the
    bucket's eight least numbers only: templated pages fill buckets by the thousand.
    """
    _write_keys(signatures, texts, how, folder)
    runs = []
    for band in range(how.bands):
        keys = folder / f"keys-{band:03d}"
        for number, some in enumerate(_sorted_keys(keys, len(texts))):
            run = folder / f"pairs-{band:03d}-{number:05d}"
            _distinct(bucket_pairs(some)).tofile(run)
            runs.append(run)
        keys.unlink()
    yield from _merged([run for run in runs if run.stat().st_size])


def bucket_pairs(keys: Pairs) -> Pairs:
    """Pair the texts of each bucket; keys: sorted keys of one band. A pair may come up twice."""
    pairs = np.empty(_emit(keys, np.empty(0, np.uint64)), np.uint64)
    _emit(keys, pairs)
    return pairs


def _distinct(pairs: Pairs) -> Pairs:
    """Each pair once, ascending; sorts in place, which numpy's own `unique` does not."""
    pairs.sort()
    fresh = np.ones(len(pairs), np.bool_)
    np.not_equal(pairs[1:], pairs[:-1], out=fresh[1:])
    return pairs[fresh]


def _write_keys(
    signatures: Signatures, texts: npt.NDArray[np.uint32], how: Banding, folder: Path
) -> None:
    with ExitStack() as stack:
        files = [
            stack.enter_context((folder / f"keys-{band:03d}").open("wb"))
            for band in range(how.bands)
        ]
        for start in range(0, len(texts), SLICE):
            some = slice(start, start + SLICE)
            keys = band_keys(signatures.rows[some], texts[some], how)
            for file, column in zip(files, keys, strict=True):
                file.write(column.data)
            signatures.release()


def _sorted_keys(path: Path, count: int) -> Iterator[Pairs]:
    """The keys of a band, ascending, in ranges of about so many as fit into memory."""
    ranges = -(-count // KEYS)
    for number in range(ranges):
        low, last = ((n << 32) // ranges << 32 for n in (number, number + 1))
        last -= 1
        parts = []
        for start in range(0, count, KEYS):
            keys = np.fromfile(path, np.uint64, min(KEYS, count - start), offset=8 * start)
            if ranges > 1:
                keys = keys[(keys >= _U64(low)) & (keys <= _U64(last))]
            parts.append(keys)
        joined = np.concatenate(parts)
        del parts, keys
        joined.sort()
        yield joined


def _merged(runs: list[Path]) -> Iterator[Pairs]:
    """The union of sorted runs, ascending, in windows."""
    mapped = [np.memmap(run, np.uint64, "r") for run in runs]
    ranges = [(0, 1 << 32)]
    while ranges:
        low, high = ranges.pop()
        places = [_between(run, low, high) for run in mapped]
        total = sum(stop - start for start, stop in places)
        if total > WINDOW and high - low > 1:
            middle = (low + high) // 2
            ranges += [(middle, high), (low, middle)]
        elif total:
            slices = [
                np.fromfile(run, np.uint64, stop - start, offset=8 * start)
                for run, (start, stop) in zip(runs, places, strict=True)
            ]
            yield _distinct(np.concatenate(slices))


def _between(run: Pairs, low: int, high: int) -> tuple[int, int]:
    start = int(np.searchsorted(run, _U64(low << 32)))
    if high == 1 << 32:
        return start, len(run)
    return start, int(np.searchsorted(run, _U64(high << 32)))


@compiled("int64(Array(uint64, 1, 'C', readonly=True), uint64[::1])")
def _emit(keys: Any, pairs: Any) -> Any:
    """Count the pairs of all buckets, and write them where there is room for them."""
    count = start = 0
    for end in range(1, len(keys) + 1):
        if end < len(keys) and keys[end] >> _U64(32) == keys[start] >> _U64(32):
            continue
        for second in range(start + 1, end):
            stop = second
            if end - start > SMALL:
                stop = min(second, start + REPRESENTATIVES)
            if len(pairs) == 0:
                count += stop - start
                continue
            for first in range(start, stop):
                low = keys[first] & _U64(0xFFFFFFFF)
                pairs[count] = low << _U64(32) | (keys[second] & _U64(0xFFFFFFFF))
                count += 1
        start = end
    return count
