"""Near-duplicate clusters over any number of finished scans, from their folders to a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from detector.fingerprint.bands import banding_for
from detector.fingerprint.boilerplate import SHARE, check_share
from detector.fingerprint.centres import Stars
from detector.fingerprint.cluster import Clusters, cluster_signatures
from detector.fingerprint.sets import ShingleSets
from detector.pipeline.archives import find_archives
from detector.pipeline.gather import Gathered, gather, open_scans, write_signatures
from detector.pipeline.grouped import Grouped
from detector.pipeline.texts import TextsAtHand
from detector.write import disk
from detector.write.clusters import ClusterFolder

THRESHOLD: Final = 0.8
ROWS_A_PART: Final = 100_000


@dataclass(frozen=True, slots=True)
class Clustering:
    """What a clustering found, and where it was written.

    exact_similarity: whether all similarities are those of the texts; otherwise the signatures
    estimate some or all. documents: of all scans. texts: distinct ones
    among them (xxh3-128). clusters: those of two or more documents; clustered: the documents in
    them; largest: the documents of the largest. exact_groups, exact_documents: the same, by equal
    texts alone. candidates: pairs of texts that were compared; verified: those similar enough;
    parted: texts that hang together with others by a chain of pairs alone, and were kept apart.
    bands, rows: how candidates were found. relabelled: documents whose own label is not their
    cluster's. from_archives: whether texts that the scans had not kept were to be read again;
    read_again: how many were. archive_missing: texts whose archive was not there or could not be
    read; archive_changed: those whose archive holds another text now, or none; unread: the first
    few of both, for a person. estimated: texts in pairs that may be similar enough, but compared by
    their signatures.
    """

    out: Path
    scans: tuple[str, ...]
    threshold: float
    boilerplate: float
    from_archives: bool
    exact_similarity: bool
    scheme: str | None
    bands: int
    rows: int
    documents: int
    texts: int
    clusters: int
    clustered: int
    largest: int
    exact_groups: int
    exact_documents: int
    relabelled: int
    candidates: int
    verified: int
    parted: int
    read_again: int
    archive_missing: int
    archive_changed: int
    estimated: int
    unread: tuple[str, ...]


def cluster(
    scans: Sequence[str | Path] | str | Path,
    out: str | Path,
    *,
    threshold: float = THRESHOLD,
    boilerplate: float = SHARE,
    from_archives: bool = False,
    archives_in: str | Path | None = None,
    progress: bool = False,
) -> Clustering:
    """Find near-duplicate clusters over finished scans and write them to a folder.

    threshold: the Jaccard similarity of shingles that near-duplicates have at least, in [0.3, 1];
    exact between texts that scans kept or archives still hold, otherwise estimated. boilerplate: a
    shingle in more than this share of the texts, in (0, 1], makes no two of them alike.
    from_archives: read the texts that may have near-duplicates from the archives again where a scan
    kept none. archives_in: the folder in which the archives lie, where they have moved since the
    scan. progress: show a bar while texts are read. The same scans in any order give the same
    bytes. UsageError for scans that are missing, unfinished or of different schemes, for archives
    none of which is found, or an `out` that holds something else; OutputError when a table is
    damaged or the output cannot be written.
    """
    how = banding_for(threshold)
    check_share(boilerplate)
    opened = open_scans([scans] if isinstance(scans, (str, Path)) else scans)
    names = [str(labels.path) for labels in opened]
    from_archives = from_archives or archives_in is not None
    places = find_archives(opened, archives_in) if from_archives else {}
    at_hand = TextsAtHand(opened, places, shown=progress)
    settings: dict[str, Any] = {
        "threshold": threshold,
        "boilerplate": boilerplate,
        "from_archives": from_archives,
        "scans": names,
    }
    folder = ClusterFolder(Path(out), settings)

    def read(some: npt.NDArray[np.uint32]) -> ShingleSets:
        return at_hand.read_sets(gathered, some, np.sort(texts), folder.work / "sets")

    try:
        gathered = gather(opened)
        with disk.explained(folder.work):
            signatures = folder.work / "signatures"
            texts, scheme = write_signatures(opened, gathered, signatures)
            found = cluster_signatures(
                signatures,
                _dense(texts),
                folder.work,
                threshold=threshold,
                boilerplate=boilerplate,
                sets_of=read if at_hand else None,
            )
        grouped = Grouped(gathered, _stars(gathered, texts, found.stars))
        folder.begin()
        for start in range(0, len(gathered.documents), ROWS_A_PART):
            folder.write_part(grouped.rows(start, start + ROWS_A_PART))
        counted: dict[str, Any] = {
            "scheme": scheme,
            **asdict(how),
            **grouped.counts(),
            **_compared(found),
            **at_hand.counts(),
        }
        folder.finish(counted)
    finally:
        folder.close()
    unread = tuple(at_hand.tally.told)
    return Clustering(
        folder.home, tuple(names), threshold, boilerplate, from_archives, unread=unread, **counted
    )


def _dense(texts: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Texts that have a signature, numbered without gaps in the same order."""
    dense = np.empty(len(texts), np.uint32)
    dense[np.argsort(texts)] = np.arange(len(texts), dtype=np.uint32)
    return dense


def _stars(gathered: Gathered, texts: npt.NDArray[np.uint32], found: Stars) -> Stars:
    """The clusters of all distinct texts; those without a signature are alone."""
    count = int(gathered.documents["text"].max() or 0) + 1  # type: ignore[arg-type]
    alone = np.arange(count, dtype=np.uint32)
    every = Stars(alone, np.ones(count, np.float32), alone.copy(), np.ones(count, np.float32))
    signed = np.sort(texts)
    every.centres[signed], every.links[signed] = signed[found.centres], found.links
    every.firsts[signed], every.similarity[signed] = signed[found.firsts], found.similarity
    return every


def _compared(found: Clusters) -> dict[str, int]:
    return {
        "candidates": found.candidates,
        "verified": found.verified,
        "parted": found.parted,
    }
