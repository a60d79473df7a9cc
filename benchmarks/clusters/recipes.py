"""Near-duplicates among the texts of a Parquet file, by our functions and by datasketch's.

    python -m benchmarks.clusters.recipes NAME TEXTS FOLDER

Writes into the folder the texts that stay, as Parquet, and the cluster of each, `clusters.npy`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

BATCH = 10_000
THRESHOLD = 0.8


def batches(texts: Path) -> Iterator[list[str]]:
    """The texts, so many at a time."""
    table = pl.scan_parquet(texts)
    start = 0
    while some := table.slice(start, BATCH).collect()["text"].to_list():
        yield some
        start += BATCH


def write(texts: Path, folder: Path, clusters: npt.NDArray[np.int64]) -> None:
    """The first text of each cluster, and the clusters."""
    np.save(folder / "clusters.npy", clusters)
    stays = np.zeros(len(clusters), np.bool_)
    stays[np.unique(clusters, return_index=True)[1]] = True
    start = 0
    for number, some in enumerate(batches(texts)):
        kept = pl.Series("text", some).filter(pl.Series(stays[start : start + len(some)]))
        kept.to_frame().write_parquet(folder / f"kept-{number:03d}.parquet")
        start += len(some)


def ours(texts: Path, folder: Path, *, exact: bool) -> None:
    """Sign, verify by signatures or by the texts, read once more for that, and write."""
    from detector.extract import normal_form
    from detector.fingerprint import fingerprint
    from detector.fingerprint.cluster import cluster_signatures
    from detector.fingerprint.sets import ShingleSets, write_sets

    numbers: dict[str, int] = {}
    of_each = []
    with (folder / "signatures").open("wb") as file:
        for some in batches(texts):
            for text in some:
                made = fingerprint(normal_form(text), "en")
                if made.exact not in numbers:
                    file.write(made.signature)
                of_each.append(numbers.setdefault(made.exact, len(numbers)))
    text_of = np.array(of_each)
    first_of = np.unique(text_of, return_index=True)[1]

    def sets_of(some: npt.NDArray[np.uint32]) -> ShingleSets:
        wanted = dict(zip(first_of[some].tolist(), some.tolist(), strict=True))

        def normals() -> Iterator[tuple[int, str, str]]:
            every = (text for some in batches(texts) for text in some)
            for row, text in enumerate(every):
                if row in wanted:
                    yield wanted[row], normal_form(text), "en"

        return write_sets(folder / "sets", normals(), len(numbers))

    work = folder / "work"
    work.mkdir()
    found = cluster_signatures(
        folder / "signatures",
        np.arange(len(numbers), dtype=np.uint32),
        work,
        threshold=THRESHOLD,
        sets_of=sets_of if exact else None,
    )
    write(texts, folder, found.stars.firsts[text_of].astype(np.int64))


def datasketch(texts: Path, folder: Path) -> None:
    """Sign, insert all, query each, verify each candidate by the signatures, unite, and write."""
    from datasketch import LeanMinHash, MinHash, MinHashLSH

    lsh = MinHashLSH(num_perm=128, params=(18, 7))
    signed = []
    for some in batches(texts):
        for text in some:
            words = text.lower().split()
            made = MinHash(num_perm=128)
            made.update_batch([" ".join(words[n : n + 5]).encode() for n in range(len(words) - 4)])
            signed.append(LeanMinHash(made))
    for n, one in enumerate(signed):
        lsh.insert(n, one, check_duplication=False)
    parents = list(range(len(signed)))

    def root(n: int) -> int:
        while parents[n] != n:
            parents[n] = parents[parents[n]]
            n = parents[n]
        return n

    for n, one in enumerate(signed):
        for other in lsh.query(one):
            if other < n and one.jaccard(signed[other]) >= THRESHOLD:
                parents[max(root(n), root(other))] = min(root(n), root(other))
    write(texts, folder, np.array([root(n) for n in range(len(signed))]))


if __name__ == "__main__":
    name, places = sys.argv[1], (Path(sys.argv[2]), Path(sys.argv[3]))
    if name == "datasketch":
        datasketch(*places)
    else:
        ours(*places, exact=name == "ours, texts")
