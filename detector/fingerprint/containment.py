"""Which long shingles of a text stand for it, so that it is found inside another text.

A shingle here is 13 consecutive words of the normal form. Of all shingles those are kept whose hash
is a multiple of a fixed modulus (Manber 1994; FracMinHash: Irber et al. 2022, "Lightweight
compositional analysis of metagenomes with FracMinHash"). Whether a shingle is kept depends on it
alone, so the kept ones of a quotation are kept in the page that quotes it, wherever it stands
there; the share of a page's kept shingles that a known text holds estimates how much of the page it
covers (Broder 1997 calls that containment).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from detector.kernels import compiled

WORDS: Final = 13
MODULUS: Final = 64
KEY_BITS: Final = 31
_U64: Final = np.uint64
_FNV_START, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
# Odd, so that multiplication loses nothing modulo 2^64; the golden ratio's, as Knuth chose it.
_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
_LEAVING: Final = np.uint64(pow(0x9E3779B97F4A7C15, WORDS, 1 << 64))
_MIX_1, _MIX_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_SAMPLED: Final = np.uint64(MODULUS - 1)


@dataclass(frozen=True, slots=True)
class Sample:
    """The kept shingles of a text, in their order.

    keys: uint32[n], the upper 31 bits of each shingle's 64-bit hash. starts, stops: int64[n], bytes
    of the normal form's UTF-8.
    """

    keys: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    stops: npt.NDArray[np.int64]


def sample(normal: bytes) -> Sample:
    """Sample the shingles of a normal form in UTF-8: one in 64 of them, none below 13 words."""
    data = np.frombuffer(normal, np.uint8)
    room = len(normal) // (2 * WORDS) + 1
    while True:
        hashes = np.empty(room, np.uint64)
        places = np.empty((2, room), np.int64)
        found = _sample(data, hashes, places)
        if found <= room:
            break
        room = found
    keys = (hashes[:found] >> np.uint64(64 - KEY_BITS)).astype(np.uint32)
    return Sample(keys, places[0, :found].copy(), places[1, :found].copy())


@compiled("uint64(uint64)")
def _mix(h: Any) -> Any:
    """fmix64 of MurmurHash3."""
    h = _U64(h ^ (h >> _U64(33))) * _MIX_1
    h = _U64(h ^ (h >> _U64(33))) * _MIX_2
    return _U64(h ^ (h >> _U64(33)))


@compiled("int64(Array(uint8, 1, 'C', readonly=True), uint64[::1], int64[:,::1])")
def _sample(data: Any, hashes: Any, places: Any) -> Any:
    """Fill in the kept shingles as far as there is room; returns how many there are.

    A word's hash is FNV-1a, mixed; a shingle's is a polynomial in the hashes of its words (Karp and
    Rabin 1987), which rolls on by one word in constant time, mixed again.
    """
    words = np.zeros(WORDS, np.uint64)
    starts = np.zeros(WORDS, np.int64)
    rolling, word = _U64(0), _FNV_START
    seen, found, begin = 0, 0, 0
    for i in range(len(data) + 1):
        if i < len(data) and data[i] != 32:
            word = _U64(_U64(word ^ _U64(data[i])) * _FNV_PRIME)
            continue
        if i > begin:
            at = seen % WORDS
            mixed = _mix(word)
            rolling = _U64(_U64(rolling * _BASE) + mixed)
            if seen >= WORDS:
                rolling = _U64(rolling - _U64(words[at] * _LEAVING))
            words[at], starts[at] = mixed, begin
            seen += 1
            if seen >= WORDS:
                h = _mix(rolling)
                if h & _SAMPLED == _U64(0):
                    if found < len(hashes):
                        hashes[found] = h
                        places[0, found], places[1, found] = starts[seen % WORDS], i
                    found += 1
        begin, word = i + 1, _FNV_START
    return found
