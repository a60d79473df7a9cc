"""Exports that are one table of the scan's order: sampling weights, and plain JSON lines."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from detector.label.known import KNOWN_AI
from detector.label.policy import CONCLUSIVE
from detector.pipeline.export_settings import POWER, Exported, ExportSettings
from detector.pipeline.progress import counted
from detector.pipeline.selection import select
from detector.records import Label
from detector.write.exports import ExportFolder, gzipped
from detector.write.frames import parquet_bytes
from detector.write.labels import Labels

PROVEN: Final = (*CONCLUSIVE, KNOWN_AI)
"""Reasons that are no matter of probability: the text is a language model's."""

_KEYS: Final = ("file", "offset", "length", "inner", "ordinal")
_READ: Final = (*_KEYS, "record_id", "url", "label", "probability", "reasons")


def export_weights(labels: Labels, out: Path, settings: ExportSettings, shown: bool) -> Exported:
    """Write a sampling weight for every document, in one file for each part of the scan."""
    power = POWER if settings.power is None else settings.power
    table = settings.table or "parquet"
    suffix = "parquet" if table == "parquet" else "jsonl.gz"
    folder = ExportFolder(out, manifest("weights", labels, settings))
    frames = selected(labels, settings, _READ)
    documents = left_out = 0
    names = [f"{part.stem}.{suffix}" for part in labels.documents]
    try:
        folder.begin(names)
        for name, frame in zip(names, counted(frames, "parts", shown), strict=True):
            rows = frame.select(
                *_KEYS, locator().alias("locator"), "record_id", "url", "label", "probability",
                weight(power).alias("weight"),
            )  # fmt: skip
            data = parquet_bytes(rows) if table == "parquet" else json_lines(rows)
            folder.write({name: data})
            documents += len(frame)
            left_out += len(frame) - int(frame["kept"].sum())
        found = Exported(out, "weights", documents, documents, len(names), left_out)
        folder.finish(found.counts())
    finally:
        folder.close()
    return found


def export_jsonl(labels: Labels, out: Path, settings: ExportSettings, shown: bool) -> Exported:
    """Write one JSON object for every document that is kept, in one file for each part."""
    folder = ExportFolder(out, manifest("jsonl", labels, settings))
    frames = selected(labels, settings, None)
    documents = rows = 0
    names = [f"{part.stem}.jsonl.gz" for part in labels.documents]
    try:
        folder.begin(names)
        for name, frame in zip(names, counted(frames, "parts", shown), strict=True):
            kept = frame.filter("kept").drop("kept", "why")
            folder.write({name: json_lines(kept)})
            documents += len(frame)
            rows += len(kept)
        found = Exported(out, "jsonl", documents, rows, len(names), documents - rows)
        folder.finish(found.counts())
    finally:
        folder.close()
    return found


def weight(power: float) -> pl.Expr:
    """The weight of a document, float64 in [0, 1].

    (1 - p)^power by its probability p; 0 for what the selection does not keep and for what is a
    language model's beyond probability; 1 for `pre-llm` and for what was not assessed.
    """
    proven = pl.col("reasons").list.set_intersection(list(PROVEN)).list.len() > 0
    likely = pl.col("label") == Label.LIKELY_AI.value
    return (
        pl.when(~pl.col("kept"))
        .then(0.0)
        .when(pl.col("label") == Label.PRE_LLM.value)
        .then(1.0)
        .when(likely & proven)
        .then(0.0)
        .when(pl.col("probability").is_null())
        .then(1.0)
        .otherwise((1 - pl.col("probability").cast(pl.Float64)).clip(0, 1) ** power)
    )


def locator() -> pl.Expr:
    """The text form of a document's locator, as `parse_locator` reads it."""
    inner = pl.when(pl.col("inner").is_null()).then(pl.lit("")).otherwise(
        pl.format("!{}", pl.col("inner"))
    )  # fmt: skip
    return pl.format("{}@{}{}+{}", "file", "offset", inner, "length")


def json_lines(table: pl.DataFrame) -> bytes:
    """The table as gzipped JSON lines; times as ISO 8601 in UTC, no number as null."""
    times = [name for name, kind in table.schema.items() if isinstance(kind, pl.Datetime)]
    plain = table.with_columns(pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ") for name in times)
    buffer = io.BytesIO()
    plain.write_ndjson(buffer)
    return gzipped(buffer.getvalue())


def selected(
    labels: Labels, settings: ExportSettings, columns: tuple[str, ...] | None
) -> Iterator[pl.DataFrame]:
    """The documents of the scan as the settings select them, a frame for each part."""
    return select(
        labels, drop=settings.drop, keep=settings.keep, clusters=settings.clusters, columns=columns
    )


def manifest(format_: str, labels: Labels, settings: ExportSettings) -> dict[str, Any]:
    """What the manifest of an export says of how it was made."""
    return {
        "export": format_,
        "scan": str(labels.path),
        "settings": settings.told(),
        "digests": dict(labels.settings.digests),
        "polars": pl.__version__,
    }
