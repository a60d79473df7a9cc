"""Recall, precision and false merges on a corpus whose duplicates are planted."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.clusters.made import Corpus, jaccard, planted, text
from detector.fingerprint import fingerprint
from detector.fingerprint.cluster import Clusters, cluster_signatures
from detector.fingerprint.sets import ShingleSets, write_sets

THRESHOLD = 0.8
EDGES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
TRADED = ("recall_above_0.85", "recall_above_0.9", "precision", "links_at_least_0.75", "links")
CUT_OFFS = (0.8, 0.82, 0.84, 0.86, 0.88, 0.9)
RECALL, PRECISION = 0.98, 0.995


def measure(count: int = 100_000, templated: int = 5_000) -> dict[str, Any]:
    """Cluster by signatures alone and by texts, with the guard against templates and without."""
    corpus = planted(count, templated)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        normals = [text(words) for words in corpus.words]
        unequal = _unequal(normals)
        signed = b"".join(fingerprint(normals[n], "en").signature for n in unequal)
        (folder / "signatures").write_bytes(signed)

        def sets_of(some: npt.NDArray[np.uint32]) -> ShingleSets:
            wanted = ((int(n), normals[unequal[n]], "en") for n in some)
            return write_sets(folder / "sets", wanted, len(unequal))

        runs = {
            "signatures": {},
            "texts": {"sets_of": sets_of},
            "signatures, no guard": {"boilerplate": 1.0},
        }
        found = {
            name: _judged(corpus, unequal, _clustered(folder, len(unequal), **how))
            for name, how in runs.items()
        }
        cut_offs = {
            f"signatures, {cut}": _judged(
                corpus, unequal, _clustered(folder, len(unequal), threshold=cut)
            )
            for cut in CUT_OFFS
        }
    return {
        "texts": count,
        "distinct": len(unequal),
        "templated": templated,
        "threshold": THRESHOLD,
        "planted_pairs": len(corpus.pairs),
        "by": found,
        "cut_offs": {
            name: {key: one[key] for key in TRADED}
            for name, one in {**cut_offs, f"texts, {THRESHOLD}": found["texts"]}.items()
        },
        "target": {
            "recall_above_0.85": RECALL,
            "precision": PRECISION,
            "met": {
                name: one["recall_above_0.85"] >= RECALL and one["precision"] >= PRECISION
                for name, one in found.items()
            },
        },
    }


def _unequal(normals: list[str]) -> list[int]:
    """The first of each set of equal texts; the others are exact copies, which need no estimate."""
    seen: dict[str, int] = {}
    for n, normal in enumerate(normals):
        seen.setdefault(normal, n)
    return list(seen.values())


def _clustered(folder: Path, count: int, *, threshold: float = THRESHOLD, **how: Any) -> Clusters:
    with tempfile.TemporaryDirectory(dir=folder) as work:
        numbers = np.arange(count, dtype=np.uint32)
        return cluster_signatures(
            folder / "signatures", numbers, Path(work), threshold=threshold, **how
        )


def _judged(corpus: Corpus, unequal: list[int], found: Clusters) -> dict[str, Any]:
    place = {number: n for n, number in enumerate(unequal)}
    kept = [
        (place[a], place[b], known)
        for (a, b), known in zip(corpus.pairs.tolist(), corpus.known.tolist(), strict=True)
        if a in place and b in place
    ]
    one, two = (np.array([pair[k] for pair in kept]) for k in (0, 1))
    known = np.array([pair[2] for pair in kept])
    together = found.stars.firsts[one] == found.stars.firsts[two]
    curve = [
        {
            "from": low,
            "to": high,
            "pairs": int(inside.sum()),
            "together": round(float(together[inside].mean()), 4),
        }
        for low, high in pairwise(EDGES)
        if (inside := (known >= low) & (known < high)).any()
    ]
    family = corpus.family[unequal]
    templated = np.array(unequal) >= len(corpus.words) - corpus.templated
    members = np.flatnonzero(found.stars.centres != np.arange(len(unequal)))
    natural = members[~templated[members]]
    centres = found.stars.centres[natural]
    words = [corpus.words[n] for n in unequal]
    exact = np.array([jaccard(words[n], words[c]) for n, c in zip(natural, centres, strict=True)])
    return {
        "recall_above_0.85": round(float(together[known > 0.85].mean()), 4),
        "recall_above_0.9": round(float(together[known > 0.9].mean()), 4),
        "recall_above_0.8": round(float(together[known >= THRESHOLD].mean()), 4),
        "curve": curve,
        "links": len(natural),
        "precision": round(float((exact >= THRESHOLD).mean()), 4),
        "links_at_least_0.75": round(float((exact >= 0.75).mean()), 4),
        "least_similarity_of_a_link": round(float(exact.min()), 4),
        "links_between_unrelated": int((family[natural] != family[centres]).sum()),
        "templated_merged": round(float(templated[members].sum() / max(1, templated.sum())), 4),
        "candidates": found.candidates,
        "verified": found.verified,
        "kept_apart": found.parted,
    }
