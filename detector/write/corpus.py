"""Labelled texts as a Parquet file of the columns that `detector fit` reads."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import polars as pl

CORPUS: Final[Mapping[str, pl.DataType]] = MappingProxyType(
    {
        "doc_id": pl.String(),
        "text": pl.String(),
        "label": pl.String(),
        "generator": pl.String(),
        "domain": pl.String(),
        "language": pl.String(),
        "pair_id": pl.String(),
        "source": pl.String(),
        "year": pl.Int32(),
        "license": pl.String(),
    }
)
SOURCE: Final = "marks"


def corpus_bytes(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The rows, which have the columns of `CORPUS`, as a Parquet file."""
    file = io.BytesIO()
    pl.DataFrame(rows, schema=dict(CORPUS), orient="row").write_parquet(file, compression="zstd")
    return file.getvalue()


def corpus_row(row: Mapping[str, Any], text: str, author: str) -> dict[str, Any]:
    """One marked text. row: of the documents table. author: "human" or "ai".

    Texts of one exact hash are one group, which no split of a fit tears apart.
    """
    captured = row["captured"]
    return {
        "doc_id": f"{SOURCE}/{row['fingerprint']}",
        "text": text,
        "label": author,
        "generator": "unknown" if author == "ai" else "",
        "domain": "web",
        "language": row["language"],
        "pair_id": row["fingerprint"],
        "source": SOURCE,
        "year": None if captured is None else captured.year,
        "license": "",
    }
