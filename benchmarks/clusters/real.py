"""Real texts: how similar originals are to their polishes, and news to its simpler levels."""

from __future__ import annotations

import tempfile
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from detector.extract.normal import normal_form
from detector.fingerprint import fingerprint
from detector.fingerprint.cluster import cluster_signatures
from detector.fingerprint.sets import shingle_set

DATA = Path(__file__).parents[3] / "shared" / "data" / "train"
STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def measure(data: Path = DATA) -> dict[str, Any]:
    """The curve of each kind of pair; what is absent is skipped, with the reason."""
    found: dict[str, Any] = {}
    for name, kind in (("hppt", "generator"), ("onestopenglish", "domain")):
        path = data / f"{name}.parquet"
        if path.exists():
            found[name] = _measured(pl.read_parquet(path), kind)
        else:
            found[name] = {"skipped": f"{name}.parquet is not there: see ../shared/data/train"}
    return found


def _measured(table: pl.DataFrame, kind: str) -> dict[str, Any]:
    # Some intermediate texts stand twice, the second time under a name of their own.
    pair_id = pl.col("pair_id").str.replace("Int-Txt/", "", literal=True)
    table = table.with_columns(pl.col(kind).fill_null("original"), pair_id)
    normals = [normal_form(one) for one in table["text"]]
    sets = [shingle_set(one, "en") for one in normals]
    signed = [fingerprint(one, "en").signature for one in normals]
    pairs: dict[str, list[tuple[float, float]]] = {}
    rows = pl.DataFrame({"row": range(len(table)), "kind": table[kind], "pair": table["pair_id"]})
    for _, group in rows.group_by("pair", maintain_order=True):
        ordered = group.select("row", "kind").sort("kind", "row").rows()
        for (a, one), (b, two) in combinations(ordered, 2):
            if signed[a] and signed[b]:
                name = " and ".join(sorted({one, two})) if one != two else f"two of {one}"
                values = _exact(sets[a], sets[b]), _estimated(signed[a], signed[b])
                pairs.setdefault(name, []).append(values)
    return {
        "texts": len(table),
        "pairs": {name: _curve(np.array(some)) for name, some in sorted(pairs.items())},
        "clusters": [_clustered(signed, table["pair_id"].to_list(), t) for t in THRESHOLDS],
    }


def _exact(one: Any, two: Any) -> float:
    both = len(np.intersect1d(one, two, assume_unique=True))
    return both / (len(one) + len(two) - both)


def _estimated(one: bytes, two: bytes) -> float:
    return float((np.frombuffer(one, "<u4") == np.frombuffer(two, "<u4")).mean())


def _curve(values: Any) -> dict[str, Any]:
    exact, estimate = values.T
    return {
        "pairs": len(values),
        "median": round(float(np.median(exact)), 3),
        "share_at_least": {str(step): round(float((exact >= step).mean()), 4) for step in STEPS},
        "estimated_at_least": {
            str(step): round(float((estimate >= step).mean()), 4) for step in STEPS
        },
    }


def _clustered(signed: list[bytes], pair: list[str], threshold: float) -> dict[str, Any]:
    """What a threshold joins: texts of one pair, and texts of different ones."""
    numbers = [n for n, one in enumerate(signed) if one]
    with tempfile.TemporaryDirectory() as name:
        path, work = Path(name, "signatures"), Path(name, "work")
        work.mkdir()
        path.write_bytes(b"".join(signed[n] for n in numbers))
        texts = np.arange(len(numbers), dtype=np.uint32)
        found = cluster_signatures(path, texts, work, threshold=threshold)
    joined = [(n, int(one)) for n, one in enumerate(found.stars.centres) if n != one]
    same = sum(pair[numbers[a]] == pair[numbers[b]] for a, b in joined)
    return {"threshold": threshold, "same_pair": same, "different_pairs": len(joined) - same}
