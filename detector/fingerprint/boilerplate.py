"""Values that stand in the signatures of too many texts to say that two of them are alike.

A shingle that many documents share (a licence, a cookie notice, a shop's template) is the least one
of many of them, so its value recurs at one place of their signatures. Where the lesser of two
texts' values is such a one, that place says nothing of what is their own; over the places that are
left, the share of equal ones estimates the Jaccard similarity of the texts without boilerplate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from detector.errors import UsageError
from detector.fingerprint.permutations import PERMUTATIONS
from detector.fingerprint.store import BLOCK, Signatures

SHARE: Final = 0.02
LEAST: Final = 500  # fewer copies of a text are a duplicate, not a template
SAMPLE: Final = 1 << 16  # texts that are looked at: a share of 2 % is known to within 0.2 %


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """The values that are too common, for each place of a signature.

    values: uint32[128, widest], ascending, of which the first counts[k] are used at place k.
    counts: int64[128].
    """

    values: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.int64]


def check_share(share: float) -> None:
    """UsageError unless a share is in (0, 1]."""
    if not 0 < share <= 1:
        raise UsageError(
            f"a share of {share:g} is not in (0, 1]: 0.02 means that what stands in more than 2 %"
            " of the texts is boilerplate, 1 that nothing is"
        )


def find_boilerplate(
    signatures: Signatures, at: npt.NDArray[np.uint32], share: float
) -> Boilerplate:
    """Find the values that more than this share of the texts have, and at least 500 of them.

    at: the row of each text's signature, uint32[n], in the order of the texts. Looks at 65,536 of
    them, evenly spaced. share: in (0, 1]; 1 means that nothing is boilerplate. UsageError
    otherwise.
    """
    check_share(share)
    looked = at[:: -(-len(at) // SAMPLE)] if len(at) else at
    least = max(share * len(looked), LEAST * len(looked) / max(len(at), 1), 1)
    common: list[npt.NDArray[np.uint32]] = []
    sample = np.empty((PERMUTATIONS, len(looked)), np.uint32)
    for start in range(0, len(looked), BLOCK):
        block = slice(start, start + BLOCK)
        sample[:, block] = signatures.rows[looked[block]].T
        signatures.release()
    for column in sample:
        found, times = np.unique(column, return_counts=True)
        common.append(found[times > least])
    counts = np.array([len(some) for some in common], np.int64)
    values = np.zeros((PERMUTATIONS, max(1, int(counts.max()))), np.uint32)
    for row, some in zip(values, common, strict=True):
        row[: len(some)] = some
    return Boilerplate(values, counts)
