"""The 128 permutations of MinHash, the same that datasketch 2 draws for seed 1."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

PERMUTATIONS: Final = 128
SEED: Final = 1


def coefficients() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Draw the multipliers (odd) and increments of h -> a * h + b mod 2^32, each uint32[128].

    As `datasketch.MinHash(num_perm=128, seed=1, scheme="affine32")` does; numpy guarantees that a
    seeded RandomState draws the same numbers for ever (NEP 19).
    """
    draw = np.random.RandomState(SEED)
    a = draw.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = draw.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)
    return a, b
