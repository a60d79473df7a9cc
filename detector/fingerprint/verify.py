"""Candidates are compared before anything is done with them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from detector.fingerprint.boilerplate import Boilerplate
from detector.fingerprint.permutations import PERMUTATIONS
from detector.fingerprint.store import Signatures
from detector.kernels import compiled

BLOCK: Final = 1 << 12  # pairs between two releases of the memory that signatures took
LEAST_OWN: Final = 16  # places of a signature that must be left without boilerplate
ALIKE: Final = 0.95  # where fewer are left, the whole signatures must agree in so much

_U32: Final = np.uint32
_U64: Final = np.uint64
SIGNATURES: Final = "Array(uint32, 2, 'C', readonly=True)"
ROWS: Final = "Array(uint32, 1, 'C', readonly=True)"
PAIRS: Final = "Array(uint64, 1, 'C', readonly=True)"
COUNTS: Final = "Array(int64, 1, 'C', readonly=True)"


def verified(
    signatures: Signatures,
    at: npt.NDArray[np.uint32],
    pairs: npt.NDArray[np.uint64],
    threshold: float,
    common: Boilerplate,
) -> npt.NDArray[np.uint64]:
    """Keep the pairs whose estimated Jaccard similarity reaches the threshold.

    at: the row of each text's signature, uint32[n]. pairs: uint64[m], as `candidates.pair` makes
    them, best in order.
    """
    kept = []
    for start in range(0, len(pairs), BLOCK):
        some = pairs[start : start + BLOCK]
        enough = np.zeros(len(some), np.bool_)
        _verify(signatures.rows, at, some, threshold, common.values, common.counts, enough)
        kept.append(some[enough])
        signatures.release()
    return np.concatenate(kept) if kept else np.empty(0, np.uint64)


@compiled(f"boolean({SIGNATURES}, {COUNTS}, int64, uint32)")
def _is_common(values: Any, counts: Any, k: Any, value: Any) -> Any:
    low, high = np.int64(0), counts[k]
    while low < high:
        middle = (low + high) // 2
        if values[k, middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < counts[k] and values[k, low] == value


@compiled(f"float64({SIGNATURES}, int64, int64, float64, {SIGNATURES}, {COUNTS})")
def similarity(rows: Any, one: Any, two: Any, threshold: Any, values: Any, counts: Any) -> Any:
    """Estimate the Jaccard similarity of two texts, not counting boilerplate in their favour.

    The share of equal values (Broder 1997), or the share over the places free of boilerplate where
    that is less; 0 where hardly any are free and the whole signatures agree in less than 95 %.
    """
    equal = 0
    for k in range(PERMUTATIONS):
        equal += rows[one, k] == rows[two, k]
    plain = equal / PERMUTATIONS
    if plain < threshold:
        return plain
    own = same = 0
    for k in range(PERMUTATIONS):
        least = min(rows[one, k], rows[two, k])
        if counts[k] and _is_common(values, counts, k, least):
            continue
        own += 1
        same += rows[one, k] == rows[two, k]
    if own < LEAST_OWN:
        return plain if plain >= ALIKE else 0.0
    return min(plain, same / own)


@compiled(f"void({SIGNATURES}, {ROWS}, {PAIRS}, float64, {SIGNATURES}, {COUNTS}, boolean[::1])")
def _verify(
    rows: Any, at: Any, pairs: Any, threshold: Any, values: Any, counts: Any, enough: Any
) -> None:
    for n in range(len(pairs)):
        one, two = at[pairs[n] >> _U64(32)], at[pairs[n] & _U64(0xFFFFFFFF)]
        enough[n] = similarity(rows, one, two, threshold, values, counts) >= threshold
