"""Attributes for Dolma's mixer: a parallel tree of JSON lines, beside documents or to go with them.

The form is that of Dolma 1 (https://github.com/allenai/dolma/blob/main/docs/data-format.md): each
line of `attributes/NAME/X` belongs to the same line of `documents/X`, with the same `id`, and each
attribute is a list of [start, end, value].
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from detector.errors import UsageError
from detector.pipeline.export_settings import NAME, Exported, ExportSettings
from detector.pipeline.export_tables import locator, manifest, selected
from detector.pipeline.progress import counted
from detector.pipeline.rereading import Texts
from detector.records import Label
from detector.write.exports import ExportFolder, gzipped
from detector.write.labels import Labels

VALUES: Final = ("probability", "p_value", "score", "ai_fraction")
SAID: Final = ("label", "kept", *VALUES, "spans", "chars")
_IDENTITY: Final = (
    "file", "offset", "length", "inner", "record_id", "url", "captured", "payload_digest",
    "fingerprint", "media_type", "title", "language",
)  # fmt: skip
_READ: Final = tuple(name for name in (*_IDENTITY, *SAID) if name != "kept")


def tree_of(out: Path, name: str, *, write_documents: bool) -> tuple[Path, str, list[str]]:
    """The root of a Dolma export, and its folders below it: of the attributes, of all that is ours.

    A folder that is called `attributes` is itself the tree of attributes.
    """
    if out.name != "attributes":
        home = f"attributes/{name}"
        return out, home, [home, *(["documents"] if write_documents else [])]
    if write_documents:
        raise UsageError(
            f"{out}: documents do not belong below `attributes`: name the folder in which both are"
            " to lie"
        )
    return out, name, [name]


def export_dolma(labels: Labels, out: Path, settings: ExportSettings, shown: bool) -> Exported:
    """Write attributes for every document of a scan, and the documents too where that is asked.

    UsageError when texts are asked for that cannot be had; InputError when an archive changed.
    """
    name = settings.name or NAME
    write_documents = bool(settings.write_documents)
    texts = Texts(labels, settings.archives) if write_documents else None
    root, home, trees = tree_of(out, name, write_documents=write_documents)
    columns = [*_READ, *(texts.columns if texts else ())]
    frames = selected(labels, settings, tuple(dict.fromkeys(columns)))
    folder = ExportFolder(root, manifest("dolma", labels, settings), home=home, trees=trees)
    files = [f"{part.stem}.jsonl.gz" for part in labels.documents]
    names = [f"{tree}/{file}" for tree in trees for file in files]
    attributes = Attributes(name)
    documents = kept = 0
    try:
        folder.begin(names)
        parts = zip(labels.documents, files, counted(frames, "parts", shown), strict=True)
        for part, file, frame in parts:
            ids = _own_ids(frame, settings.id or "locator")
            rows = said(frame)
            lines = (
                {"id": one, "source": source, "attributes": attributes.of(row, row["chars"])}
                for one, source, row in zip(ids, frame["file"], rows, strict=True)
            )
            made = {f"{home}/{file}": gzipped(b"".join(json_lines(lines)))}
            if texts is not None:
                some = _documents(ids, frame, texts.of(part, frame))
                made[f"documents/{file}"] = gzipped(b"".join(json_lines(some)))
            folder.write(made)
            documents += len(frame)
            kept += int(frame["kept"].sum())
        found = Exported(out, "dolma", documents, documents, len(names), documents - kept)
        folder.finish(found.counts())
    finally:
        if texts is not None:
            texts.close()
        folder.close()
    return found


class Attributes:
    """Makes the attributes of a document: every key for every document, each a list of spans.

    name: stands before each key, with two underscores between.
    """

    def __init__(self, name: str) -> None:
        labels = [label.value for label in Label]
        self._labels = [(f"{name}__{label.replace('-', '_')}", label) for label in labels]
        self._kept = f"{name}__kept"
        self._values = [(f"{name}__{column}", column) for column in VALUES]
        self._spans = f"{name}__spans"
        self._chances = f"{name}__spans_p_value"

    def of(
        self, row: Mapping[str, Any] | None, chars: int, *, spans: bool = True
    ) -> dict[str, list[list[float]]]:
        """The attributes of one document of so many characters.

        row: what the scan says of it, None where it does not know it; then all are empty. spans:
        whether the text is the one that was judged, so that its spans can be given.
        """
        made: dict[str, list[list[float]]] = {}
        for key, label in self._labels:
            made[key] = [[0, chars, float(row["label"] == label)]] if row else []
        made[self._kept] = [[0, chars, float(row["kept"])]] if row else []
        for key, column in self._values:
            known = row is not None and row[column] is not None
            made[key] = [[0, chars, row[column]]] if row and known else []
        found = row["spans"] if row and spans else ()
        made[self._spans] = [[s["start"], s["end"], _short(s["score"])] for s in found]
        made[self._chances] = [[s["start"], s["end"], _short(s["p_value"])] for s in found]
        return made


def said(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """What the scan says of each document, its numbers as short as they can be."""
    short = [_shortest(frame[column]) for column in VALUES]
    return frame.select(SAID).with_columns(short).iter_rows(named=True)


def identity(kind: str) -> pl.Expr:
    """By what a document is known; null where the archive does not say it."""
    return locator() if kind == "locator" else pl.col(kind.replace("-", "_"))


def _own_ids(frame: pl.DataFrame, kind: str) -> list[str]:
    """The ids of documents that are written here: where the archive has none, the locator."""
    return frame.select(pl.coalesce(identity(kind), locator())).to_series().to_list()


def json_lines(lines: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """JSON lines in UTF-8, without spaces."""
    encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return ((encoder.encode(line) + "\n").encode() for line in lines)


def _documents(
    ids: Sequence[str | None], frame: pl.DataFrame, texts: Iterator[str]
) -> Iterator[dict[str, Any]]:
    created = frame["captured"].dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
    metadata = frame.select(*(c for c in _IDENTITY if c != "captured"))
    rows = zip(ids, texts, frame["file"], created, metadata.iter_rows(named=True), strict=True)
    for one, text, source, time, more in rows:
        line = {"id": one, "text": text, "source": source}
        if time is not None:
            line["created"] = time
        yield {**line, "metadata": {k: v for k, v in more.items() if v is not None}}


def _shortest(column: pl.Series) -> pl.Series:
    """float32 as the float64 of the shortest decimal that stands for it; NaN as null."""
    values = [None if v is None or v != v else _short(v) for v in column]  # noqa: PLR0124 - NaN
    return pl.Series(column.name, values, dtype=pl.Float64)


def _short(value: float) -> float:
    return float(str(np.float32(value)))
