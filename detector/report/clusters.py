"""What a clustering found, for a report: sizes of clusters, and the largest of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from detector.records import Locator

MOST_CLUSTERS: Final = 50
_COMPARED: Final = 500
# Sizes are counted in these classes: the least size of each.
SIZES: Final = (2, 3, 5, 11, 101, 1001)

_COLUMNS: Final = (
    "cluster", "size", "texts", "hosts", "first_captured", "representative", "label",
    "cluster_label", "scan", "file", "ordinal",
)  # fmt: skip


def cluster_tables(files: Sequence[Path]) -> dict[str, Any]:
    """`sizes` of clusters of two or more documents by class, and the `largest` clusters."""
    if not files:
        return {"sizes": [], "largest": []}
    rows = pl.scan_parquet(list(files), glob=False).select(_COLUMNS).filter(pl.col("size") > 1)
    firsts = ("size", "texts", "hosts", "first_captured", "representative", "cluster_label")
    each = rows.group_by("cluster").agg(
        *(pl.col(name).first() for name in firsts),
        (pl.col("label") != pl.col("cluster_label")).sum().alias("relabelled"),
    )
    found = each.collect()
    ends = (*SIZES[1:], None)
    sizes = []
    for low, high in zip(SIZES, ends, strict=True):
        size = pl.col("size")
        of = found.filter(size >= low if high is None else (size >= low) & (size < high))
        documents = int(of["size"].sum())
        sizes.append({"low": low, "high": high, "clusters": len(of), "documents": documents})
    largest = found.sort(["size", "cluster"], descending=[True, False]).head(MOST_CLUSTERS)
    return {"sizes": sizes, "largest": [_cluster(row) for row in largest.to_dicts()]}


def _cluster(row: Mapping[str, Any]) -> dict[str, Any]:
    first, seen = row["representative"], row["first_captured"]
    return {
        "size": row["size"],
        "texts": row["texts"],
        "hosts": row["hosts"],
        "first": None if seen is None else seen.strftime("%Y-%m-%d"),
        "label": row["cluster_label"],
        "relabelled": row["relabelled"],
        "scan": first["scan"],
        "file": first["file"],
        "ordinal": first["ordinal"],
        "offset": first["offset"],
        "inner": first["inner"],
    }


def scans_of(files: Sequence[Path], documents: Sequence[Path], count: int) -> list[str]:
    """The names under which a clustering has all the documents of a scan.

    A name is a path as it was given then, so the documents decide: their number (`count`), and of
    the first part of the scan each file, ordinal and exact hash.
    """
    if not files or not documents:
        return []
    place = ("file", "ordinal")
    rows = pl.scan_parquet(list(files), glob=False).select("scan", *place, "exact")
    first = pl.read_parquet(documents[0], columns=[*place, "fingerprint"]).head(_COMPARED)
    same = rows.join(
        first.rename({"fingerprint": "exact"}).lazy(), on=[*place, "exact"], how="semi"
    )
    sizes = rows.group_by("scan").agg(pl.len()).collect()
    found = same.group_by("scan").agg(pl.len()).collect()
    whole = set(sizes.filter(pl.col("len") == count)["scan"])
    return sorted(whole & set(found.filter(pl.col("len") == len(first))["scan"]))


def copies_of(
    files: Sequence[Path], scans: Iterable[str], places: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], dict[str, Any]]:
    """Cluster size, hosts and label of some documents, given by file and ordinal."""
    if not files or not places:
        return {}
    wanted = pl.DataFrame(places, schema={"file": pl.String, "ordinal": pl.Int64}, orient="row")
    rows = pl.scan_parquet(list(files), glob=False).filter(pl.col("scan").is_in(list(scans)))
    found = rows.join(wanted.lazy(), on=["file", "ordinal"], how="semi").select(
        "file", "ordinal", "size", "hosts", "cluster_label", "decided_how"
    )
    return {
        (row["file"], row["ordinal"]): {
            "size": row["size"],
            "hosts": row["hosts"],
            "label": row["cluster_label"],
            "how": row["decided_how"],
        }
        for row in found.collect().iter_rows(named=True)
    }


def addresses(
    files: Sequence[Path], places: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], tuple[str | None, str | None, int]]:
    """URL, title and length of some documents of a scan, given by file and ordinal."""
    if not files or not places:
        return {}
    wanted = pl.DataFrame(places, schema={"file": pl.String, "ordinal": pl.Int64}, orient="row")
    table = pl.scan_parquet(list(files), glob=False).select(
        "file", "ordinal", "url", "title", "length"
    )
    found = table.join(wanted.unique().lazy(), on=["file", "ordinal"], how="semi").collect()
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in found.iter_rows()}


def locator_text(cluster: Mapping[str, Any], length: int) -> str:
    """The locator of a cluster's first document."""
    return str(Locator(cluster["file"], cluster["offset"], length, cluster["inner"]))
