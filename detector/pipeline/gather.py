"""What clustering needs of finished scans: places, dates, exact hashes, and signatures on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from detector.errors import OutputError, UsageError
from detector.label.copies import BY_SCORE, PROVEN
from detector.records import Label
from detector.report.terminal import harmless
from detector.write.labels import Labels, open_labels

RUNNING: Final = "running"
COLUMNS: Final = (
    "file",
    "offset",
    "inner",
    "ordinal",
    "host",
    "captured",
    "fingerprint",
    "label",
    "p_value",
    "reasons",
)
LABELS: Final = pl.Enum([label.value for label in Label])
SIGNATURE_BYTES: Final = 512


@dataclass(frozen=True, slots=True)
class Gathered:
    """All documents of some scans, by precedence.

    documents: one row each, ascending in (captured, file, ordinal, scan), those without a date
    last: `scan`, `file` and `host` (uint32, into `scans`, `files`, and null for no host), `offset`,
    `inner`, `ordinal` (int64), `captured`, `high` and `low` (uint64, the halves of the exact
    hash), `text` (uint32, the number of the distinct text, by precedence), `read` (uint32, the
    place in the order of reading), `label` (`LABELS`), `p_value` (float32), `proven` and `traced`
    (booleans, as in `detector.label.copies.Copy`).
    """

    scans: tuple[str, ...]
    files: tuple[str, ...]
    documents: pl.DataFrame


class _Codes:
    """Numbers for names, in the order of their appearance."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}

    def of(self, column: pl.Series) -> pl.Series:
        """The numbers of a column of names; nulls stay."""
        fresh = column.unique().drop_nulls().to_list()
        known = {name: self.names.setdefault(name, len(self.names)) for name in fresh}
        if not known:
            return pl.Series(column.name, [None] * len(column), dtype=pl.UInt32)
        return column.replace_strict(known, return_dtype=pl.UInt32)


def open_scans(folders: Sequence[str | Path]) -> list[Labels]:
    """Open finished scans, in the order of their names; UsageError for any that is not."""
    names = sorted({str(folder) for folder in folders})
    if not names:
        raise UsageError("no scans: name one or more folders that `detector scan` wrote")
    real: dict[Path, str] = {}
    for name in names:
        other = real.setdefault(Path(name).resolve(), name)
        if other != name:
            raise UsageError(f"{name}: is the same folder as {other}: name it once")
    opened = [open_labels(Path(name)) for name in names]
    for labels in opened:
        if labels.state == RUNNING:
            raise UsageError(
                f"{labels.path}: unfinished, and clusters depend on every document: go on with the"
                " scan first"
            )
    return opened


def gather(opened: Sequence[Labels]) -> Gathered:
    """Read the documents tables of some scans; UsageError when they hold none at all."""
    files, hosts = _Codes(), _Codes()
    frames = []
    for number, labels in enumerate(opened):
        for part in labels.documents:
            table = read_columns(part, COLUMNS)
            frames.append(
                table.select(
                    pl.lit(number, pl.UInt32).alias("scan"),
                    files.of(table["file"]),
                    "offset",
                    "inner",
                    "ordinal",
                    hosts.of(table["host"]),
                    "captured",
                    *_halves(part, table["fingerprint"]),
                    *_standing(part, table),
                )
            )
    joined = pl.concat(frames) if frames else pl.DataFrame()
    if joined.is_empty():
        raise UsageError(
            f"{', '.join(str(labels.path) for labels in opened)}: no documents: nothing can be"
            " clustered"
        )
    names = sorted(files.names)
    order = np.empty(len(names), np.uint32)
    order[[files.names[name] for name in names]] = np.arange(len(names), dtype=np.uint32)
    ranked = (
        joined.with_row_index("read")
        .with_columns(pl.Series("file", order[joined["file"].to_numpy()]))
        .sort("captured", "file", "ordinal", "scan", nulls_last=True)
    )
    numbered = ranked.with_row_index("row")
    first = numbered.select(pl.col("row").min().over("high", "low")).to_series()
    text = first.rank("dense").cast(pl.UInt32) - 1
    return Gathered(
        scans=tuple(str(labels.path) for labels in opened),
        files=tuple(names),
        documents=ranked.with_columns(text.alias("text")),
    )


def write_signatures(
    opened: Sequence[Labels], gathered: Gathered, path: Path
) -> tuple[npt.NDArray[np.uint32], str | None]:
    """Write the signature of each distinct text to a file, one after the other.

    Gives the numbers of the texts in the file's order, uint32[n], and the scheme (None where there
    is no signature). A text has the signature of its first document. UsageError when signatures of
    different schemes meet, OutputError when a table is damaged.
    """
    documents = gathered.documents
    firsts = documents["text"].is_first_distinct()
    chosen = np.full(len(documents), -1, np.int64)
    chosen[documents["read"].filter(firsts).to_numpy()] = documents["text"].filter(firsts)
    schemes = _Schemes()
    written = []
    with path.open("wb") as file:
        for read, ordinals, part, table in _parts(opened):
            schemes.check(part, table)
            at = np.searchsorted(ordinals, table["ordinal"].to_numpy())
            if (at >= len(ordinals)).any() or (ordinals[at] != table["ordinal"].to_numpy()).any():
                raise damaged(part, "a signature without its document")
            texts = chosen[read + at]
            wanted = texts >= 0
            values = table.filter(pl.Series(wanted))["signature"]
            if not (values.bin.size() == SIGNATURE_BYTES).all():
                raise damaged(part, f"a signature that has not {SIGNATURE_BYTES} bytes")
            file.write(b"".join(values))
            written.append(texts[wanted].astype(np.uint32))
    return np.concatenate([np.empty(0, np.uint32), *written]), schemes.name


class _Schemes:
    """The one scheme that all signatures must have, and where it was first seen."""

    def __init__(self) -> None:
        self.name: str | None = None
        self._where = Path()

    def check(self, part: Path, table: pl.DataFrame) -> None:
        for scheme in sorted(table["scheme"].unique().to_list()):
            if self.name is None:
                self.name, self._where = scheme, part
            if scheme != self.name:
                raise UsageError(
                    f"{part}: holds signatures of the scheme {scheme!r:.60}, but {self._where}"
                    f" holds {self.name!r:.60}, and only signatures of one scheme compare: scan"
                    " both with one version of the software"
                )


def _parts(
    opened: Iterable[Labels],
) -> Iterator[tuple[int, npt.NDArray[np.int64], Path, pl.DataFrame]]:
    """Of each part: documents read before it, its ordinals, and its signatures."""
    read = 0
    for labels in opened:
        for documents, signatures in zip(labels.documents, labels.signatures, strict=True):
            ordinals = read_columns(documents, ("ordinal",))["ordinal"].to_numpy()
            yield (
                read,
                ordinals,
                signatures,
                read_columns(signatures, ("ordinal", "scheme", "signature")),
            )
            read += len(ordinals)


def _halves(part: Path, fingerprints: pl.Series) -> tuple[pl.Series, pl.Series]:
    try:
        data = bytes.fromhex("".join(fingerprints))
    except (ValueError, TypeError) as error:
        raise damaged(part, "a fingerprint that is not hexadecimal") from error
    if len(data) != 16 * len(fingerprints) or not (fingerprints.str.len_bytes() == 32).all():
        raise damaged(part, "a fingerprint that has not 32 digits")
    values = np.frombuffer(data, ">u8").astype(np.uint64).reshape(-1, 2)
    return pl.Series("high", values[:, 0]), pl.Series("low", values[:, 1])


def _standing(part: Path, table: pl.DataFrame) -> tuple[pl.Series, ...]:
    """What the rule about copies looks at."""
    reasons = pl.col("reasons").list
    try:
        found = table.select(
            pl.col("label").cast(LABELS),
            "p_value",
            (reasons.set_intersection(list(PROVEN)).list.len() > 0).alias("proven"),
            (reasons.set_difference(list(BY_SCORE)).list.len() > 0).alias("traced"),
        )
    except pl.exceptions.PolarsError as error:
        raise damaged(part, "a label that no scan writes") from error
    return tuple(found)


def read_columns(part: Path, columns: Sequence[str]) -> pl.DataFrame:
    """Read some columns of a table; OutputError when it is damaged."""
    try:
        return pl.read_parquet(part, columns=list(columns), glob=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise damaged(part, harmless(str(error), 200)) from error


def collected(part: Path, query: pl.LazyFrame) -> pl.DataFrame:
    """What a query over tables finds; OutputError, naming `part`, when one is damaged."""
    try:
        return query.collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise damaged(part, harmless(str(error), 200)) from error


def damaged(part: Path, what: str) -> OutputError:
    """The one message for a table that is not what a scan wrote."""
    return OutputError(
        f"{part}: cannot be used ({what}): the file was removed or changed; restore it, or scan"
        " again into another folder"
    )
