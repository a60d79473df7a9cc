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

from detector.fingerprint.verify import BLOCK, KNOWN, PAIRS, Texts, similarity
from detector.kernels import compiled

_U64: Final = np.uint64


def lead(
    texts: Texts, pairs: npt.NDArray[np.uint64], threshold: float
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]:
    """Choose each text's representative, and say how similar it is to that.

    texts: numbered by precedence. pairs: verified pairs, in any order. In order of precedence, a
    text joins the most similar (then the first) of the representatives of the texts it is paired
    with, if that similarity reaches the threshold; otherwise it represents itself. Gives uint32[n]
    and float32[n], 1 for itself.
    """
    leaders = np.arange(len(texts.at), dtype=np.uint32)
    similar = np.ones(len(texts.at), np.float32)
    turned = np.sort((pairs << _U64(32)) | (pairs >> _U64(32)))
    start = 0
    while start < len(turned):
        last = turned[min(start + BLOCK, len(turned)) - 1] >> _U64(32)
        stop = int(np.searchsorted(turned, (last << _U64(32)) | _U64(0xFFFFFFFF), "right"))
        _lead(texts.known, turned[start:stop], threshold, leaders, similar)
        texts.release()
        start = stop
    return leaders, similar


@compiled(f"void({KNOWN}, {PAIRS}, float64, uint32[::1], float32[::1])")
def _lead(known: Any, turned: Any, threshold: Any, leaders: Any, similar: Any) -> None:
    least = threshold if len(known[5]) == 0 else np.float64(0)
    for n in range(len(turned)):
        text, other = turned[n] >> _U64(32), turned[n] & _U64(0xFFFFFFFF)
        leader = leaders[other]
        if leader == leaders[text]:
            continue
        found = similarity(known, np.int64(text), np.int64(leader), least)
        if found < threshold:
            continue
        own = leaders[text] == text
        if own or found > similar[text] or (found == similar[text] and leader < leaders[text]):
            leaders[text], similar[text] = leader, found
