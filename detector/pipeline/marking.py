"""Marks and the scan that they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import polars as pl

from detector.label.marked import Measured, measure
from detector.records import Locator, Mark
from detector.write.labels import Labels
from detector.write.marks import marks_beside, read_marks


def marks_of(labels: Path, named: Path | None) -> tuple[Mark, ...]:
    """The marks in the file that is named, or in the one beside the folder, if there is one."""
    if named is not None:
        return read_marks(named)
    beside = marks_beside(labels)
    return read_marks(beside) if beside.is_file() else ()


def own_marks(labels: Labels, marks: Sequence[Mark]) -> tuple[list[Mark], int]:
    """The marks on documents of this scan, with the labels they have now; the number of others."""
    if not marks or not labels.documents:
        return [], len(marks)
    texts = sorted({mark.fingerprint for mark in marks})
    table = pl.scan_parquet(list(labels.documents), glob=False)
    found = table.select("file", "ordinal", "fingerprint", "label")
    rows = found.filter(pl.col("fingerprint").is_in(texts)).collect().iter_rows()
    known = {(file, ordinal, text): label for file, ordinal, text, label in rows}
    own = [mark for mark in marks if known.get(mark.document) == mark.label]
    return own, len(marks) - len(own)


def measured_json(
    marks: Sequence[Mark], counts: Mapping[str, int]
) -> tuple[Measured | None, dict[str, Any] | None]:
    """What marks say of a scan, also as plain values; None without marks."""
    if not marks:
        return None, None
    measured = measure(marks, counts)
    return measured, asdict(measured)


def make_mark(
    row: Mapping[str, Any],
    counts: Mapping[str, int],
    *,
    right: bool | None,
    reviewer: str,
    note: str,
) -> Mark:
    """A mark on the document of a row, made now. counts: documents of the scan by label."""
    return Mark(
        locator=Locator(row["file"], row["offset"], row["length"], row["inner"]),
        ordinal=row["ordinal"],
        fingerprint=row["fingerprint"],
        label=row["label"],
        policy=row["policy"],
        documents=tuple(sorted(counts.items())),
        right=right,
        reviewer=reviewer,
        note=note,
        at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
