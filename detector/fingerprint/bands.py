"""Bands of a signature: which pairs of texts are worth comparing.

A signature of b * r values is cut into b bands of r rows. Two texts are candidates when all rows of
some band agree, which at Jaccard similarity s has the chance 1 - (1 - s^r)^b, an S-curve
(J. Leskovec, A. Rajaraman and J. Ullman, "Mining of Massive Datasets", chapter 3.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from detector.errors import UsageError
from detector.fingerprint.permutations import PERMUTATIONS
from detector.kernels import compiled

LEAST_CHANCE: Final = 0.98
LEAST_THRESHOLD: Final = 0.3

_U32: Final = np.uint32
_U64: Final = np.uint64
_PRIME: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Banding:
    """So many bands of so many rows; values of a signature beyond them stand in no band."""

    bands: int
    rows: int

    def chance(self, similarity: float) -> float:
        """The chance that two texts of this Jaccard similarity are candidates.

        >>> round(Banding(18, 7).chance(0.8), 3)
        0.986
        """
        missed: float = (1 - similarity**self.rows) ** self.bands
        return 1 - missed


def banding_for(threshold: float) -> Banding:
    """Choose the most selective bands that still bring up 98 % of the pairs at the threshold.

    UsageError for a threshold that is not in [0.3, 1]: below, nearly every pair is a candidate.

    >>> banding_for(0.8)
    Banding(bands=18, rows=7)
    """
    if not LEAST_THRESHOLD <= threshold <= 1:
        raise UsageError(
            f"a similarity threshold of {threshold:g} is not in [{LEAST_THRESHOLD:g}, 1]: 0.8 is"
            " usual for near-duplicates"
        )
    choices = (Banding(PERMUTATIONS // rows, rows) for rows in range(PERMUTATIONS, 0, -1))
    return next(how for how in choices if how.chance(threshold) >= LEAST_CHANCE)


def band_keys(
    signatures: npt.NDArray[np.uint32], texts: npt.NDArray[np.uint32], how: Banding
) -> npt.NDArray[np.uint64]:
    """Hash every band of some signatures: uint64[bands, n], the band's hash over the text's number.

    signatures: uint32[n, 128]. texts: uint32[n]. The upper 32 bits are the hash, so that sorted
    keys bring texts of an equal band together, in the order of their numbers. Unequal bands of
    equal hash (one pair in 4 billion) cost one comparison and decide nothing.
    """
    keys = np.empty((how.bands, len(signatures)), np.uint64)
    _hash_bands(signatures, texts, how.rows, keys)
    return keys


@compiled(
    "void(Array(uint32, 2, 'C', readonly=True), Array(uint32, 1, 'C', readonly=True), int64,"
    " uint64[:, ::1])"
)
def _hash_bands(signatures: Any, texts: Any, rows: Any, keys: Any) -> None:
    for n in range(len(signatures)):
        for band in range(len(keys)):
            h = _U64(band + 1) * _PRIME
            for k in range(band * rows, band * rows + rows):
                h = (h ^ _U64(signatures[n, k])) * _PRIME
                h ^= h >> _U64(29)
            keys[band, n] = (h & _U64(0xFFFFFFFF00000000)) | _U64(texts[n])
