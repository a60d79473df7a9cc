"""A large scan made from a small one: its rows again and again, with other places and scores."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

PART = 2000
HOSTS = 300_000
FIRST, LAST = 1_546_300_800, 1_772_323_200  # seconds: 2019-01-01 to 2026-03-01
PUBLIC = 1_669_766_400  # 2022-11-30
SUFFIXES = ("com", "org", "net", "co.uk", "de", "io", "gov.au", "edu")


def replicate(base: Path, out: Path, documents: int, seed: int = 0) -> None:
    """Write a finished scan of so many documents into a new folder.

    Rows keep the places of the originals in their archive, so that their texts can be read again;
    ordinals, addresses, dates and scores are drawn anew.
    """
    draw = np.random.default_rng(seed)
    rows = pl.read_parquet(base / "documents" / "*.parquet")
    others = pl.read_parquet(base / "unlabelled" / "*.parquet")
    parts: list[dict[str, Any]] = []
    signatures = pl.read_parquet(base / "signatures" / "*.parquet").clear()
    for table in ("documents", "signatures", "unlabelled"):
        (out / table).mkdir(parents=True)
    for done in range(0, documents, PART):
        count = min(PART, documents - done)
        some = _varied(rows[draw.integers(0, len(rows), count)], done, draw)
        fewer = count // 20
        rest = others[draw.integers(0, len(others), fewer)].with_columns(
            ordinal=pl.Series(np.arange(fewer) + documents + done)
        )
        tables = {"documents": some, "signatures": signatures, "unlabelled": rest}
        parts.append(_write(out, len(parts), tables))
    _manifest(base, out, parts)


def _varied(rows: pl.DataFrame, first: int, draw: np.random.Generator) -> pl.DataFrame:
    count = len(rows)
    hosts = (HOSTS * draw.power(0.4, count)).astype(np.int64)
    seconds = draw.integers(FIRST, LAST, count)
    names = [f"w{host}.{SUFFIXES[host % len(SUFFIXES)]}" for host in hosts]
    moments = np.array(seconds, "datetime64[s]")
    months = np.datetime_as_string(moments.astype("datetime64[M]"))
    urls = [
        f"https://{name}/{month.replace('-', '/')}/page-{first + at}"
        if at % 3
        else f"https://{name}/page-{first + at}"
        for at, (name, month) in enumerate(zip(names, months.tolist(), strict=True))
    ]
    old = pl.Series(seconds < PUBLIC)
    return rows.with_columns(
        ordinal=pl.Series(np.arange(first, first + count)),
        url=pl.Series(urls),
        host=pl.Series([f"www.{name}" for name in names]),
        domain=pl.Series(names),
        captured=pl.Series(seconds * 1_000_000).cast(pl.Datetime("us", "UTC")),
        score=(pl.col("score") + pl.Series(draw.normal(0, 0.3, count))).cast(pl.Float32),
        label=pl.when(old).then(pl.lit("pre-llm")).otherwise("label"),
        reasons=pl.when(old).then(pl.lit(["origin.pre-llm"])).otherwise("reasons"),
    ).select(rows.columns)


def _write(out: Path, number: int, tables: dict[str, pl.DataFrame]) -> dict[str, Any]:
    files = []
    for table, rows in tables.items():
        name = f"{table}/part-00000-{number:04d}.parquet"
        rows.write_parquet(out / name, compression="zstd", row_group_size=16_384)
        data = (out / name).read_bytes()
        files.append([name, len(data), hashlib.sha256(data).hexdigest()])
    documents, others = (len(tables[name]) for name in ("documents", "unlabelled"))
    faults = int((tables["unlabelled"]["kind"] == "fault").sum())
    books = {
        "records": documents + others,
        "documents": documents,
        "skips": others - faults,
        "faults": faults,
    }
    return {
        "input": 0,
        "part": number,
        "resume": [0, None, 0],
        "books": books,
        "lost": 0,
        "files": files,
    }


def _manifest(base: Path, out: Path, parts: list[dict[str, Any]]) -> None:
    value = json.loads((base / "manifest.json").read_bytes())
    names = ("records", "documents", "skips", "faults")
    books = {name: sum(part["books"][name] for part in parts) for name in names}
    value["totals"] = {**books, "lost": 0}
    value["inputs"] = [{**value["inputs"][0], "books": books, "lost": 0, "parts": parts}]
    (out / "manifest.json").write_text(json.dumps(value, indent=1) + "\n", encoding="ascii")
