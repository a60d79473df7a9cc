"""Clusters around a centre: no chain of pairs joins what is not alike itself.

Union-find alone would put A and C together because A is like B and B is like C, and so on without
end. Here a text joins a cluster only when it is verified against the cluster's centre itself, the
text with the most verified pairs (J. Aslam, E. Pelekhov and D. Rus 2004, "The star clustering
algorithm"). Jaccard distance is a metric, so any two members have a similarity of at least twice
the threshold minus 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from detector.fingerprint.store import BLOCK
from detector.fingerprint.verify import KNOWN, PAIRS, Texts, similarity
from detector.kernels import compiled

_U64: Final = np.uint64
_NUMBERS: Final = "Array(uint32, 1, 'C', readonly=True)"


@dataclass(frozen=True, slots=True)
class Stars:
    """The cluster of each of n texts.

    centres: uint32[n], the text that each is verified against, itself where it is one or alone.
    links: float32[n], the similarity to it. firsts: uint32[n], the least text of the cluster.
    similarity: float32[n], to that one.
    """

    centres: npt.NDArray[np.uint32]
    links: npt.NDArray[np.float32]
    firsts: npt.NDArray[np.uint32]
    similarity: npt.NDArray[np.float32]


def find_stars(texts: Texts, pairs: npt.NDArray[np.uint64], threshold: float) -> Stars:
    """Put each text to the centre that it is most similar to.

    texts: numbered by precedence. pairs: verified pairs, in any order. Those with the most pairs
    come first, of these the least number: each joins the most similar (then the least) of the
    centres of the texts before it that it is paired with, if that similarity reaches the threshold;
    otherwise it is a centre.
    """
    count = len(texts.at)
    order = by_degree(pairs, count)
    centres, links = np.arange(count, dtype=np.uint32), np.ones(count, np.float32)
    turned = _turned(pairs, order)
    start = 0
    while start < len(turned):
        last = turned[min(start + BLOCK, len(turned)) - 1] >> _U64(32)
        stop = int(np.searchsorted(turned, (last << _U64(32)) | _U64(0xFFFFFFFF), "right"))
        _join(texts.known, turned[start:stop], order, threshold, centres, links)
        texts.release()
        start = stop
    firsts = np.arange(count, dtype=np.uint32)
    np.minimum.at(firsts, centres, np.arange(count, dtype=np.uint32))
    firsts = firsts[centres]
    return Stars(centres, links, firsts, _to_first(texts, centres, links, firsts))


def by_degree(pairs: npt.NDArray[np.uint64], count: int) -> npt.NDArray[np.uint32]:
    """Order texts by their number of pairs, most first, then by their own number; uint32[count]."""
    degrees = np.zeros(count, np.int64)
    for end in (pairs >> _U64(32), pairs & _U64(0xFFFFFFFF)):
        degrees += np.bincount(end.astype(np.int64), minlength=count)
    return np.argsort(-degrees, kind="stable").astype(np.uint32)


def _turned(pairs: npt.NDArray[np.uint64], order: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    """The pairs as places in the order, the later one first, ascending."""
    places = np.empty(len(order), np.uint64)
    places[order] = np.arange(len(order), dtype=np.uint64)
    one, two = places[pairs >> _U64(32)], places[pairs & _U64(0xFFFFFFFF)]
    return np.sort(np.maximum(one, two) << _U64(32) | np.minimum(one, two))


def _to_first(
    texts: Texts,
    centres: npt.NDArray[np.uint32],
    links: npt.NDArray[np.float32],
    firsts: npt.NDArray[np.uint32],
) -> npt.NDArray[np.float32]:
    """The similarity of each text to the first one of its cluster."""
    numbers = np.arange(len(centres), dtype=np.uint32)
    similar = links.copy()
    similar[numbers == firsts] = 1
    other = np.flatnonzero((centres != firsts) & (numbers != firsts)).astype(np.uint32)
    for start in range(0, len(other), BLOCK):
        some = other[start : start + BLOCK]
        found = np.empty(len(some), np.float32)
        _compare(texts.known, some, firsts[some], found)
        similar[some] = found
        texts.release()
    return similar


@compiled(f"void({KNOWN}, {PAIRS}, {_NUMBERS}, float64, uint32[::1], float32[::1])")
def _join(known: Any, turned: Any, order: Any, threshold: Any, centres: Any, links: Any) -> None:
    least = threshold if len(known[5]) == 0 else np.float64(0)
    for n in range(len(turned)):
        text = order[turned[n] >> _U64(32)]
        centre = centres[order[turned[n] & _U64(0xFFFFFFFF)]]
        if centre == centres[text]:
            continue
        found = similarity(known, np.int64(text), np.int64(centre), least)
        if found < threshold:
            continue
        close = np.float32(found)
        alone = centres[text] == text
        if alone or close > links[text] or (close == links[text] and centre < centres[text]):
            centres[text], links[text] = centre, close


@compiled(f"void({KNOWN}, {_NUMBERS}, {_NUMBERS}, float32[::1])")
def _compare(known: Any, ones: Any, others: Any, found: Any) -> None:
    for n in range(len(ones)):
        found[n] = similarity(known, np.int64(ones[n]), np.int64(others[n]), np.float64(0))
