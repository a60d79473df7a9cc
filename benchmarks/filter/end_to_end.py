"""An archive scanned, filtered by its real labels, and scanned again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.speed.tree import run_tree


def detector(*arguments: str | Path) -> float:
    """Run a command; gives its CPU seconds."""
    return run_tree([sys.executable, "-m", "detector", *map(str, arguments)]).cpu


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / name / "*.parquet")


def measure(archive: Path, folder: Path) -> dict[str, Any]:
    """Filter, scan again, and compare every member with the original's bytes."""
    first, out, second = folder / "labels", folder / "clean", folder / "again"
    scan_cpu = detector("scan", "--quiet", archive, "--out", first)
    filter_cpu = detector("filter", first, "--quiet", "--drop", "likely-ai", "--out", out)
    detector("scan", "--quiet", out / archive.name, "--out", second)
    ledger = pl.read_parquet(out / "ledger" / "*.parquet")
    before = {name: table(first, name) for name in ("documents", "unlabelled")}
    after = {name: table(second, name) for name in before}
    records = sum(map(len, before.values()))
    left = sum(map(len, after.values()))
    return {
        "records": records,
        "left": left,
        "in_ledger": len(ledger),
        "explained": records == left + len(ledger),
        "likely_ai_before": likely(before["documents"]),
        "likely_ai_after": likely(after["documents"]),
        "members_that_differ": differing(archive, out / archive.name, before, ledger),
        "labels_that_changed": changed(before["documents"], after["documents"]),
        "bytes_in": archive.stat().st_size,
        "bytes_out": (out / archive.name).stat().st_size,
        "scan_cpu": scan_cpu,
        "filter_cpu": filter_cpu,
    }


def likely(documents: pl.DataFrame) -> int:
    return int((documents["label"] == "likely-ai").sum())


def differing(
    archive: Path, left: Path, tables: dict[str, pl.DataFrame], ledger: pl.DataFrame
) -> int:
    """Kept members whose bytes are not those of the original, found one after another."""
    rows = pl.concat([one.select("ordinal", "offset", "length") for one in tables.values()])
    kept = rows.join(ledger.select("ordinal"), on="ordinal", how="anti").sort("ordinal")
    data, made = archive.read_bytes(), left.read_bytes()
    at = differ = 0
    for _, offset, length in kept.rows():
        differ += data[offset : offset + length] != made[at : at + length]
        at += length
    return differ + (at != len(made))


def changed(before: pl.DataFrame, after: pl.DataFrame) -> int:
    """Pages whose label the second scan sees otherwise."""
    joined = before.join(after, on="record_id", suffix="_again")
    return int((joined["label"] != joined["label_again"]).sum())
