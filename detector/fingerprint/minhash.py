"""From the UTF-8 bytes of a normal form to its MinHash signature, in compiled code.

Bit for bit what `datasketch.MinHash(num_perm=128, seed=1, hashfunc=xxhash.xxh32_intdigest)` (scheme
"affine32", datasketch 2) holds after an update with every shingle: A. Broder 1997, "On the
resemblance and containment of documents".
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from detector.fingerprint.permutations import PERMUTATIONS, coefficients
from detector.fingerprint.shingles import Shingling
from detector.kernels import compiled

_A, _B = coefficients()
_U32: Final = np.uint32
_P1, _P2, _P3, _P4, _P5 = (
    np.uint32(p) for p in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)
)


def signature(normal: bytes, how: Shingling) -> bytes:
    """Sign a normal form: 128 little-endian uint32 (512 bytes), or b"" when it has no shingle."""
    if how.unit == "character":
        normal = normal.replace(b" ", b"")
    least = np.full(PERMUTATIONS, 0xFFFFFFFF, dtype=np.uint32)
    found = _sign(np.frombuffer(normal, np.uint8), how.size, how.unit == "word", _A, _B, least)
    return least.astype("<u4").tobytes() if found else b""


@compiled("uint32(uint32, uint32)")
def _rotl(x: Any, r: Any) -> Any:
    return _U32((x << r) | (x >> _U32(_U32(32) - r)))


@compiled("uint32(Array(uint8, 1, 'C', readonly=True), int64)")
def _word32(data: Any, i: Any) -> Any:
    return _U32(
        _U32(data[i])
        | _U32(data[i + 1]) << _U32(8)
        | _U32(data[i + 2]) << _U32(16)
        | _U32(data[i + 3]) << _U32(24)
    )


@compiled("uint32(Array(uint8, 1, 'C', readonly=True), int64, int64)")
def xxh32(data: Any, start: Any, stop: Any) -> Any:
    """Hash data[start:stop] with xxHash's XXH32 and seed 0 (xxHash specification 0.1.1)."""
    i = start
    if stop - start >= 16:
        v1, v2, v3, v4 = _U32(_P1 + _P2), _P2, _U32(0), _U32(_U32(0) - _P1)
        while i + 16 <= stop:
            v1 = _U32(_rotl(_U32(v1 + _word32(data, i) * _P2), _U32(13)) * _P1)
            v2 = _U32(_rotl(_U32(v2 + _word32(data, i + 4) * _P2), _U32(13)) * _P1)
            v3 = _U32(_rotl(_U32(v3 + _word32(data, i + 8) * _P2), _U32(13)) * _P1)
            v4 = _U32(_rotl(_U32(v4 + _word32(data, i + 12) * _P2), _U32(13)) * _P1)
            i += 16
        h = _U32(
            _rotl(v1, _U32(1)) + _rotl(v2, _U32(7)) + _rotl(v3, _U32(12)) + _rotl(v4, _U32(18))
        )
    else:
        h = _P5
    h = _U32(h + _U32(stop - start))
    while i + 4 <= stop:
        h = _U32(_rotl(_U32(h + _word32(data, i) * _P3), _U32(17)) * _P4)
        i += 4
    while i < stop:
        h = _U32(_rotl(_U32(h + _U32(data[i]) * _P5), _U32(11)) * _P1)
        i += 1
    h = _U32((h ^ (h >> _U32(15))) * _P2)
    h = _U32((h ^ (h >> _U32(13))) * _P3)
    return _U32(h ^ (h >> _U32(16)))


@compiled("uint32(uint32)")
def _mix(h: Any) -> Any:
    """fmix32 of MurmurHash3, which datasketch applies to each hash before it permutes."""
    h = _U32((h ^ (h >> _U32(16))) * _U32(0x85EBCA6B))
    h = _U32((h ^ (h >> _U32(13))) * _U32(0xC2B2AE35))
    return _U32(h ^ (h >> _U32(16)))


@compiled(
    "int64(Array(uint8, 1, 'C', readonly=True), int64, boolean,"
    " uint32[::1], uint32[::1], uint32[::1])"
)
def _sign(data: Any, size: Any, words: Any, a: Any, b: Any, least: Any) -> Any:
    """Lower `least` by every shingle; returns how many there were.

    Units begin where a word or a character does. The ring holds the starts of the last `size`.
    """
    starts = np.zeros(size, np.int64)
    seen = 0
    for i in range(len(data) + 1):
        if i < len(data):
            begins = (i == 0 or data[i - 1] == 32) if words else data[i] & 0xC0 != 0x80
            if not begins:
                continue
        if i == len(data) and i == 0:
            break
        if seen >= size:
            stop = i - 1 if words and i < len(data) else i
            h = _mix(xxh32(data, starts[seen % size], stop))
            for k in range(len(least)):
                least[k] = min(least[k], _U32(a[k] * h + b[k]))
        starts[seen % size] = i
        seen += 1
    return max(0, seen - size)
