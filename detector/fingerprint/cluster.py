"""Near-duplicate clusters over a file of signatures, out of core."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detector.fingerprint.bands import Banding, banding_for
from detector.fingerprint.boilerplate import SHARE, find_boilerplate
from detector.fingerprint.candidates import find_candidates
from detector.fingerprint.centres import Stars, find_stars
from detector.fingerprint.sets import ShingleSets, open_sets
from detector.fingerprint.store import open_signatures
from detector.fingerprint.union import components
from detector.fingerprint.verify import Texts, looser, verified

SetsOf = Callable[[npt.NDArray[np.uint32]], ShingleSets]


@dataclass(frozen=True, slots=True)
class Clusters:
    """What belongs together among n texts, numbered from 0 by precedence.

    stars: the clusters. banding: how candidates were found. candidates, verified: pairs. parted:
    texts that hang together with others by a chain of pairs alone, and were kept apart.
    boilerplate: values of signatures that were too common to count.
    """

    stars: Stars
    banding: Banding
    candidates: int
    verified: int
    parted: int
    boilerplate: int


def cluster_signatures(
    path: Path,
    texts: npt.NDArray[np.uint32],
    folder: Path,
    *,
    threshold: float = 0.8,
    boilerplate: float = SHARE,
    sets_of: SetsOf | None = None,
) -> Clusters:
    """Cluster the texts whose signatures a file holds.

    path: n signatures of 512 bytes, of unequal texts. texts: uint32[n], the number of the text of
    each: all of 0 to n-1, by precedence (0 was seen first). folder: an empty folder for the files
    in between. threshold: Jaccard similarity, in [0.3, 1]. boilerplate: the share of texts, in
    (0, 1], over which a shingle does not count. sets_of: gives the shingle sets of some texts
    (ascending numbers), so that similarities are exact; without it they are estimated from the
    signatures. UsageError for numbers out of range.
    """
    how = banding_for(threshold)
    at = np.empty(len(texts), np.uint32)
    at[texts] = np.arange(len(texts), dtype=np.uint32)
    with open_signatures(path) as signatures:
        known = Texts(signatures, at, find_boilerplate(signatures, at, boilerplate))
        least = threshold if sets_of is None else looser(threshold)
        count, kept = 0, [np.empty(0, np.uint64)]
        for pairs in find_candidates(signatures, texts, how, folder):
            count += len(pairs)
            kept.append(verified(known, pairs, least))
        edges = np.concatenate(kept)
        if sets_of is None:
            stars = find_stars(known, edges, threshold)
        else:
            with open_sets(sets_of(_members(edges))) as sets:
                known = replace(known, sets=sets)
                edges = verified(known, edges, threshold)
                stars = find_stars(known, edges, threshold)
    parted = np.count_nonzero(components(edges, len(at)) != stars.firsts)
    common = int(known.common.counts.sum())
    return Clusters(stars, how, count, len(edges), int(parted), common)


def _members(pairs: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
    """The texts that stand in some pair, ascending."""
    both = np.concatenate([pairs >> np.uint64(32), pairs & np.uint64(0xFFFFFFFF)])
    return np.unique(both).astype(np.uint32)
