"""The bands of a signature by which candidates are found, and how well two signatures agree.

A document is a candidate when it shares a band, that is, three values in a row of the signature: of
two with Jaccard similarity J a share 1 - (1 - J^3)^16 does (Leskovec, Rajaraman and Ullman, Mining
of Massive Datasets, ch. 3). The index keeps the low byte of each value (Li and Koenig 2010, "b-bit
minwise hashing"), which agrees by chance once in 256.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from detector.fingerprint.index_format import BANDS, ROWS, SIGNATURE
from detector.kernels import compiled

_U32: Final = np.uint32
_CHANCE: Final = 1 / 256


@compiled("uint32[::1](Array(uint32, 1, 'C', readonly=True))")
def band_keys(values: Any) -> Any:
    """Hash each band of a signature, uint32[128], to a key: uint32[16]."""
    keys = np.empty(BANDS, np.uint32)
    for band in range(BANDS):
        h = _U32(band)
        for row in range(ROWS):
            h = _U32(h ^ values[band * ROWS + row])
            h = _U32((h ^ (h >> _U32(16))) * _U32(0x85EBCA6B))
            h = _U32((h ^ (h >> _U32(13))) * _U32(0xC2B2AE35))
            h = _U32(h ^ (h >> _U32(16)))
        keys[band] = h
    return keys


def jaccard(agreeing: int) -> float:
    """Estimate the Jaccard similarity from how many of the 128 low bytes agree.

    >>> jaccard(128), jaccard(0)
    (1.0, 0.0)
    """
    return max(0.0, (agreeing / SIGNATURE - _CHANCE) / (1 - _CHANCE))


def covered(similarity: float, words: int, known: int) -> float:
    """Estimate the share of a text that another covers, from their similarity and lengths.

    Of |A & B| / |A| = J / (1 + J) * (|A| + |B|) / |A|, with words for shingles. words: of the one,
    known: of the other.

    >>> covered(0.5, 100, 200), covered(1.0, 100, 100)
    (1.0, 1.0)
    """
    return min(1.0, similarity / (1 + similarity) * (words + known) / max(1, words))
