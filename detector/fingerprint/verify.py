"""Candidates are compared before anything is done with them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from detector.fingerprint.boilerplate import Boilerplate
from detector.fingerprint.permutations import PERMUTATIONS
from detector.fingerprint.sets import NO_SETS, OpenSets, jaccard
from detector.fingerprint.store import BLOCK, Signatures
from detector.kernels import compiled

LEAST_OWN: Final = 16  # places of a signature that must be left without boilerplate
ALIKE: Final = 0.95  # where fewer are left, the whole texts must agree in so much
DEVIATIONS: Final = 3.0

_U32: Final = np.uint32
_U64: Final = np.uint64
PAIRS: Final = "Array(uint64, 1, 'C', readonly=True)"
_TABLE: Final = "Array(uint32, 2, 'C', readonly=True)"
_COUNTS: Final = "Array(int64, 1, 'C', readonly=True)"
KNOWN: Final = (
    f"Tuple(({_TABLE}, Array(uint32, 1, 'C', readonly=True), {_TABLE}, {_COUNTS}, {PAIRS},"
    " Array(int64, 2, 'C', readonly=True)))"
)


@dataclass(frozen=True, slots=True)
class Texts:
    """All that two texts are compared by, texts numbered from 0.

    at: uint32[n], the row of each text's signature. common: what does not count. sets: the
    shingles of the texts, where they are at hand.
    """

    signatures: Signatures
    at: npt.NDArray[np.uint32]
    common: Boilerplate
    sets: OpenSets = NO_SETS

    @property
    def known(self) -> tuple[npt.NDArray[Any], ...]:
        """The arrays as kernels take them."""
        common, sets = self.common, self.sets
        arrays: list[npt.NDArray[Any]] = [self.signatures.rows, self.at]
        arrays += [common.values, common.counts, sets.hashes, sets.bounds]
        return tuple(_read_only(array) for array in arrays)

    def release(self) -> None:
        """Give back the memory that reading took."""
        self.signatures.release()
        self.sets.release()


def looser(threshold: float) -> float:
    """The least estimate that a pair at the threshold has: three standard deviations below it.

    >>> round(looser(0.8), 3)
    0.694
    """
    return max(0.0, threshold - DEVIATIONS * math.sqrt(threshold * (1 - threshold) / PERMUTATIONS))


def verified(
    texts: Texts, pairs: npt.NDArray[np.uint64], threshold: float
) -> npt.NDArray[np.uint64]:
    """Keep the pairs whose similarity reaches the threshold.

    pairs: uint64[m], as `candidates.pair` makes them, best in order.
    """
    kept = [np.empty(0, np.uint64)]
    known = texts.known
    for start in range(0, len(pairs), BLOCK):
        some = pairs[start : start + BLOCK]
        enough = np.zeros(len(some), np.bool_)
        _verify(known, some, threshold, enough)
        kept.append(some[enough])
        texts.release()
    return np.concatenate(kept)


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same array, of the one type that the kernels are compiled for."""
    view = array.view()
    view.setflags(write=False)
    return view


@compiled(f"boolean({_TABLE}, {_COUNTS}, int64, uint32)")
def _is_common(values: Any, counts: Any, k: Any, value: Any) -> Any:
    low, high = np.int64(0), counts[k]
    while low < high:
        middle = (low + high) // 2
        if values[k, middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < counts[k] and values[k, low] == value


@compiled(f"float64({KNOWN}, int64, int64, float64)")
def similarity(known: Any, one: Any, two: Any, least: Any) -> Any:
    """Give the Jaccard similarity of two texts, not counting boilerplate in their favour.

    Exact where both shingle sets are at hand, otherwise the share of equal values of the signatures
    (Broder 1997); or the share over the places free of boilerplate, where that is less. 0 where
    hardly any are free and the whole texts agree in less than 95 %. Signatures that agree in less
    than `least` are not looked at closer.
    """
    rows, at, values, counts, hashes, bounds = known
    a, b = rows[at[one]], rows[at[two]]
    equal = 0
    for k in range(PERMUTATIONS):
        equal += a[k] == b[k]
    found = equal / PERMUTATIONS
    if found < least:
        return found
    own = same = 0
    for k in range(PERMUTATIONS):
        if counts[k] and _is_common(values, counts, k, min(a[k], b[k])):
            continue
        own += 1
        same += a[k] == b[k]
    if len(bounds) and bounds[one, 1] > bounds[one, 0] and bounds[two, 1] > bounds[two, 0]:
        found = jaccard(hashes, bounds, one, two)
    if own == PERMUTATIONS:
        return found
    if own < LEAST_OWN:
        return found if found >= ALIKE else 0.0
    return min(found, same / own)


@compiled(f"void({KNOWN}, {PAIRS}, float64, boolean[::1])")
def _verify(known: Any, pairs: Any, threshold: Any, enough: Any) -> None:
    least = threshold if len(known[5]) == 0 else np.float64(0)
    for n in range(len(pairs)):
        one, two = np.int64(pairs[n] >> _U64(32)), np.int64(pairs[n] & _U64(0xFFFFFFFF))
        enough[n] = similarity(known, one, two, least) >= threshold
