"""Clusters around their first text: no chain of pairs joins what is not alike itself.

Union-find alone would put A and C together because A is like B and B is like C, and so on without
end. Here a text joins a cluster only when it is verified against the cluster's representative
itself (one pass in order of precedence, as CENTER in O. Hassanzadeh et al. 2009, "Framework for
evaluating clustering algorithms in duplicate detection"). Jaccard distance is a metric, so any two
members have a similarity of at least twice the threshold minus 1.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from detector.fingerprint.boilerplate import Boilerplate
from detector.fingerprint.store import Signatures
from detector.fingerprint.verify import BLOCK, COUNTS, PAIRS, ROWS, SIGNATURES, similarity
from detector.kernels import compiled

_U32: Final = np.uint32
_U64: Final = np.uint64


def lead(
    signatures: Signatures,
    at: npt.NDArray[np.uint32],
    pairs: npt.NDArray[np.uint64],
    threshold: float,
    common: Boilerplate,
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]:
    """Choose each text's representative, and say how similar it is to that.

    at: the row of each text's signature, uint32[n]; texts are numbered by precedence. pairs:
    verified pairs, in any order. In order of precedence, a text joins the most similar (then the
    first) of the representatives of the texts it is paired with, if that similarity reaches the
    threshold; otherwise it represents itself. Gives uint32[n] and float32[n], 1 for itself.
    """
    leaders = np.arange(len(at), dtype=np.uint32)
    similar = np.ones(len(at), np.float32)
    turned = np.sort((pairs << _U64(32)) | (pairs >> _U64(32)))
    start = 0
    while start < len(turned):
        last = turned[min(start + BLOCK, len(turned)) - 1] >> _U64(32)
        stop = int(np.searchsorted(turned, (last << _U64(32)) | _U64(0xFFFFFFFF), "right"))
        some = turned[start:stop]
        _lead(signatures.rows, at, some, threshold, common.values, common.counts, leaders, similar)
        signatures.release()
        start = stop
    return leaders, similar


@compiled(
    f"void({SIGNATURES}, {ROWS}, {PAIRS}, float64, {SIGNATURES}, {COUNTS}, uint32[::1],"
    " float32[::1])"
)
def _lead(
    rows: Any,
    at: Any,
    turned: Any,
    threshold: Any,
    values: Any,
    counts: Any,
    leaders: Any,
    similar: Any,
) -> None:
    for n in range(len(turned)):
        text, other = turned[n] >> _U64(32), turned[n] & _U64(0xFFFFFFFF)
        leader = leaders[other]
        if leader == leaders[text]:
            continue
        found = similarity(rows, at[text], at[leader], threshold, values, counts)
        if found < threshold:
            continue
        own = leaders[text] == text
        if own or found > similar[text] or (found == similar[text] and leader < leaders[text]):
            leaders[text], similar[text] = leader, found
