"""MinHash, slow and obvious: what the fast kernel is tested against."""

from __future__ import annotations

import xxhash

from detector.fingerprint.permutations import coefficients
from detector.fingerprint.shingles import Shingling

_MASK = 0xFFFFFFFF


def shingles(normal: str, how: Shingling) -> list[bytes]:
    """List the shingles of a normal form, in order, repeated ones included."""
    if how.unit == "word":
        units, joint = normal.split(), " "
    else:
        units, joint = list(normal.replace(" ", "")), ""
    runs = range(len(units) - how.size + 1)
    return [joint.join(units[i : i + how.size]).encode() for i in runs]


def mix(h: int) -> int:
    """Mix 32 bits with MurmurHash3's finaliser, fmix32."""
    h ^= h >> 16
    h = h * 0x85EBCA6B & _MASK
    h ^= h >> 13
    h = h * 0xC2B2AE35 & _MASK
    return h ^ h >> 16


def signature(normal: str, how: Shingling) -> list[int]:
    """Give the least value of each permutation over all shingles; [] when there is no shingle."""
    hashes = [mix(xxhash.xxh32_intdigest(s)) for s in shingles(normal, how)]
    if not hashes:
        return []
    a, b = coefficients()
    return [
        min((x * h + y) & _MASK for h in hashes)
        for x, y in zip(a.tolist(), b.tolist(), strict=True)
    ]
