"""Where texts for an index come from: Parquet, JSON lines, plain text, or the folder of a scan."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

import polars as pl

from detector.errors import UsageError
from detector.fingerprint import SCHEME
from detector.label.policy import CONCLUSIVE
from detector.pipeline.known_dates import last_day
from detector.records import Label, Locator
from detector.score.signals.capture_date import FIRST_DAY
from detector.write import open_labels

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESSIONS: Final = (".gz", ".zst")
KINDS_OF_FILE: Final = (".parquet", ".jsonl", ".ndjson", ".txt", ".md")
_ROWS: Final = 4096
_LONGEST_LINE: Final = 1 << 26
_COLUMNS: Final = (
    "file",
    "offset",
    "length",
    "inner",
    "ordinal",
    "captured",
    "words",
    "fingerprint",
)


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text from a source, or what a scan kept of it.

    id: file and row, or the locator. text: None where a scan kept none. words, exact, signature:
    the scan's own, None where the text has yet to be fingerprinted. proven: whether a scan shows
    that the text belongs into an index of the kind asked for.
    """

    id: str
    text: str | None
    date: date | None = None
    words: int | None = None
    exact: str | None = None
    signature: bytes = b""
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of Parquet, or the keys of JSON lines, that hold a text and its date."""

    text: str = "text"
    date: str | None = None


def read_sources(names: Sequence[str], kind: str, columns: Columns) -> Iterator[SourceText]:
    """Read texts from files, from folders of them, and from output folders of scans.

    Of a scan, a pre-LLM index takes the pages captured before 30 November 2022, and an index of AI
    texts those that carry a conclusive trace of a language model, such as a disclosure: never those
    that a classifier alone called so. Where dates stand beside texts, a pre-LLM index takes those
    that are surely of before that day, and those without one. UsageError for a source that is
    missing, of an unknown kind, or without a column; OutputError for a damaged scan.
    """
    for name in names:
        path = Path(name)
        if path.is_dir() and any((path / f).exists() for f in ("manifest.json", "journal.jsonl")):
            yield from _scan_folder(path, kind)
        elif path.is_dir():
            files = sorted(file for file in path.rglob("*") if _kind_of(file) and file.is_file())
            if not files:
                raise UsageError(f"{name}: no {', '.join(KINDS_OF_FILE)} in this folder")
            for file in files:
                yield from _proven(_file(file, columns), kind)
        elif path.exists():
            yield from _proven(_file(path, columns), kind)
        else:
            raise UsageError(f"{name}: no such file or folder")


def _proven(texts: Iterator[SourceText], kind: str) -> Iterator[SourceText]:
    """Say of texts of the LLM age that they do not belong into a pre-LLM index."""
    for text in texts:
        late = kind == "pre-llm" and text.date is not None and text.date >= FIRST_DAY.date()
        yield replace(text, proven=False) if late else text


def _kind_of(path: Path) -> str | None:
    """The suffix that says what is in a file, seen through compression."""
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    return suffixes[-1] if suffixes and suffixes[-1] in KINDS_OF_FILE else None


def _file(path: Path, columns: Columns) -> Iterator[SourceText]:
    readers: dict[str | None, Callable[[Path, Columns], Iterator[SourceText]]] = {
        ".parquet": _parquet,
        ".jsonl": _json_lines,
        ".ndjson": _json_lines,
        ".txt": _plain,
        ".md": _plain,
    }
    reader = readers.get(_kind_of(path))
    if reader is None:
        raise UsageError(
            f"{path}: cannot tell what this is: name {', '.join(KINDS_OF_FILE)} (.gz or .zst but"
            " for Parquet), or the folder of a scan"
        )
    try:
        yield from reader(path, columns)
    except (OSError, EOFError, zstd.ZstdError, pl.exceptions.PolarsError) as error:
        raise UsageError(f"{path}: cannot be read: {str(error)[:200]}") from error


def _parquet(path: Path, columns: Columns) -> Iterator[SourceText]:
    table = pl.scan_parquet(path)
    schema = table.collect_schema()
    if schema.get(columns.text) != pl.String:
        usable = ", ".join(name for name, dtype in schema.items() if dtype == pl.String)
        raise UsageError(
            f"{path}: has no column {columns.text!r:.60} of text; give --text-column one of:"
            f" {usable[:300] or '(none)'}"
        )
    if columns.date is not None and columns.date not in schema:
        raise UsageError(
            f"{path}: has no column {columns.date!r:.60}; give --date-column one of:"
            f" {', '.join(schema)[:300]}"
        )
    at = 0
    while True:
        here = table.slice(at, _ROWS).select(columns.text, *filter(None, [columns.date])).collect()
        days = here[columns.date] if columns.date else [None] * len(here)
        for row, (text, day) in enumerate(zip(here[columns.text], days, strict=True), at):
            yield SourceText(f"{path}#{row}", text or "", _day(path, row, day))
        if len(here) < _ROWS:
            return
        at += _ROWS


def _day(path: Path, row: int, value: object) -> date | None:
    try:
        return last_day(value)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{path}: row {row} has the date {value!r:.60}: --date-column takes dates, years, and"
            " ISO 8601 such as 2019-05-01"
        ) from error


def _json_lines(path: Path, columns: Columns) -> Iterator[SourceText]:
    with _opened(path) as file:
        for row, line in enumerate(_lines(path, file)):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
                text = value[columns.text]
                day = value[columns.date] if columns.date else None
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise UsageError(
                    f"{path}: line {row + 1} holds no JSON object with a text {columns.text!r:.60}"
                    f"{f' and a date {columns.date!r:.60}' if columns.date else ''}"
                    f" ({type(error).__name__}): give --text-column, or mend the file"
                ) from error
            text = text if isinstance(text, str) else ""
            yield SourceText(f"{path}#{row}", text, _day(path, row, day))


def _lines(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise UsageError(f"{path}: has a line of more than {_LONGEST_LINE >> 20} MiB")
        yield line


def _plain(path: Path, _: Columns) -> Iterator[SourceText]:
    with _opened(path) as file:
        data = file.read(_LONGEST_LINE + 1)
    if len(data) > _LONGEST_LINE:
        raise UsageError(
            f"{path}: a plain text file is one text, and this has more than"
            f" {_LONGEST_LINE >> 20} MiB: cut it into texts, as JSON lines or Parquet"
        )
    yield SourceText(str(path), data.decode("utf-8", "replace"))


def _opened(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return io.BufferedReader(gzip.open(path, "rb"))
    if path.suffix.lower() == ".zst":
        return io.BufferedReader(zstd.open(path))
    return path.open("rb")


def _scan_folder(path: Path, kind: str) -> Iterator[SourceText]:
    labels = open_labels(path)
    for documents, signatures in zip(labels.documents, labels.signatures, strict=True):
        stored = pl.read_parquet(signatures, columns=["ordinal", "scheme", "signature"])
        other = stored.filter(pl.col("scheme") != SCHEME)
        if len(other):
            raise UsageError(
                f"{path}: its signatures are of the scheme {other['scheme'][0]!r:.60}, and these of"
                f" {SCHEME!r}: scan again"
            )
        signed = dict(zip(stored["ordinal"], stored["signature"], strict=True))
        columns = [*_COLUMNS, "label", "reasons", *(["text"] if labels.settings.with_text else [])]
        for row in pl.read_parquet(documents, columns=columns).iter_rows(named=True):
            yield _scanned(row, kind, signed.get(row["ordinal"], b""))


def _scanned(row: dict[str, Any], kind: str, signature: bytes) -> SourceText:
    place = Locator(row["file"], row["offset"], row["length"], row["inner"])
    captured = row["captured"]
    if kind == "pre-llm":
        proven = captured is not None and captured < FIRST_DAY
    else:
        proven = row["label"] == Label.LIKELY_AI.value and not {*row["reasons"]}.isdisjoint(
            CONCLUSIVE
        )
    return SourceText(
        str(place),
        row.get("text"),
        None if captured is None else captured.date(),
        row["words"],
        row["fingerprint"],
        signature,
        proven,
    )
