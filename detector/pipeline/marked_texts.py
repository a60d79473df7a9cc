"""The texts that reviewers marked, as labelled text to train on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from detector.errors import OutputError, UsageError
from detector.label.marked import settle
from detector.pipeline.marking import marks_of, own_marks
from detector.pipeline.reread import Texts
from detector.report.terminal import harmless
from detector.write import disk
from detector.write.corpus import corpus_bytes, corpus_row
from detector.write.labels import Labels, open_labels


@dataclass(frozen=True, slots=True)
class MarkedTexts:
    """What was written. out: the file; human, ai: texts of each label in it.

    undecided: marked documents that say nothing of an author (a rightly uncertain page, one that
    was not assessed); disputed: those on which reviewers differ; foreign: marks of other scans.
    without_text: documents whose text is not at hand, missing: why, each reason once.
    """

    out: Path
    human: int
    ai: int
    undecided: int
    disputed: int
    foreign: int
    without_text: int
    missing: tuple[str, ...]


def marked_texts(
    labels: str | Path,
    out: str | Path,
    *,
    marks: str | Path | None = None,
    archives: str | Path | None = None,
) -> MarkedTexts:
    """Write the marked texts of a scan as a Parquet file for a folder of `detector fit`.

    marks: what `detector serve` wrote; the file beside the folder, if none is named. archives:
    where the archives are now, if they were moved. UsageError when there is nothing to write, or
    `out` is no file in a folder that exists.
    """
    target, path = Path(out), Path(labels)
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise UsageError(f"--out {str(target)!r}: name a file in a folder that exists")
    opened = open_labels(path)
    own, foreign = own_marks(opened, marks_of(path, None if marks is None else Path(marks)))
    agreed, disputed = settle(own)
    authors = {one.mark.document: one.author for one in agreed if one.author is not None}
    rows = _rows(opened, {document[2] for document in authors})
    wanted = [row for row in rows if _key(row) in authors]
    written: list[dict[str, Any]] = []
    missing: list[str] = []
    for at, (text, why) in Texts(opened, None if archives is None else Path(archives)).of(wanted):
        if text is None:
            missing.append(why)
        else:
            author = authors[_key(wanted[at])]
            written.append(corpus_row(wanted[at], text, str(author)))
    if not written:
        raise UsageError(
            f"{path}: no marked text to write ({len(own):,} marks are of this scan, {foreign:,} of"
            f" others, {disputed:,} documents disputed, {len(missing):,} texts not at hand):"
            " mark some with `detector serve`, or name their file with --marks"
        )
    written.sort(key=lambda row: str(row["doc_id"]))
    disk.write_files({target: corpus_bytes(written)})
    count = Counter(row["label"] for row in written)
    undecided = len(agreed) - len(authors)
    return MarkedTexts(
        target,
        count["human"],
        count["ai"],
        undecided,
        disputed,
        foreign,
        len(missing),
        tuple(dict.fromkeys(missing)),
    )


def _key(row: dict[str, Any]) -> tuple[str, int, str]:
    return row["file"], row["ordinal"], row["fingerprint"]


def _rows(labels: Labels, fingerprints: set[str]) -> list[dict[str, Any]]:
    """The rows of the documents with these texts."""
    if not fingerprints:
        return []
    try:
        table = pl.scan_parquet(list(labels.documents), glob=False)
        found = table.filter(pl.col("fingerprint").is_in(sorted(fingerprints))).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise OutputError(
            f"{labels.path}: a table cannot be read ({harmless(str(error), 200)}): restore it, or"
            " scan again into another folder"
        ) from error
    return found.to_dicts()
