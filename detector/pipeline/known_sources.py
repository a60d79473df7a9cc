"""Where texts for an index come from: Parquet, JSON lines, plain text, or the folder of a scan."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

import polars as pl

from detector.errors import UsageError
from detector.fingerprint import SCHEME
from detector.label.policy import CONCLUSIVE
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


def read_sources(names: Sequence[str], kind: str, text_column: str) -> Iterator[SourceText]:
    """Read texts from files, from folders of them, and from output folders of scans.

    Of a scan, a pre-LLM index takes the pages captured before 30 November 2022, and an index of AI
    texts those that carry a conclusive trace of a language model, such as a disclosure: never those
    that a classifier alone called so. UsageError for a source that is missing, of an unknown kind,
    or without the column; OutputError for a damaged scan.
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
                yield from _file(file, text_column)
        elif path.exists():
            yield from _file(path, text_column)
        else:
            raise UsageError(f"{name}: no such file or folder")


def _kind_of(path: Path) -> str | None:
    """The suffix that says what is in a file, seen through compression."""
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    return suffixes[-1] if suffixes and suffixes[-1] in KINDS_OF_FILE else None


def _file(path: Path, column: str) -> Iterator[SourceText]:
    readers: dict[str | None, Callable[[Path, str], Iterator[SourceText]]] = {
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
        yield from reader(path, column)
    except (OSError, EOFError, zstd.ZstdError, pl.exceptions.PolarsError) as error:
        raise UsageError(f"{path}: cannot be read: {str(error)[:200]}") from error


def _parquet(path: Path, column: str) -> Iterator[SourceText]:
    table = pl.scan_parquet(path)
    schema = table.collect_schema()
    if schema.get(column) != pl.String:
        texts = ", ".join(name for name, dtype in schema.items() if dtype == pl.String)
        raise UsageError(
            f"{path}: has no column {column!r:.60} of text; give --text-column one of:"
            f" {texts[:300] or '(none)'}"
        )
    at = 0
    while True:
        texts_here = table.select(column).slice(at, _ROWS).collect()[column].to_list()
        for row, text in enumerate(texts_here, at):
            yield SourceText(f"{path}#{row}", text or "")
        if len(texts_here) < _ROWS:
            return
        at += _ROWS


def _json_lines(path: Path, column: str) -> Iterator[SourceText]:
    with _opened(path) as file:
        for row, line in enumerate(_lines(path, file)):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
                text = value[column]
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise UsageError(
                    f"{path}: line {row + 1} holds no JSON object with a text {column!r:.60}"
                    f" ({type(error).__name__}): give --text-column, or mend the file"
                ) from error
            yield SourceText(f"{path}#{row}", text if isinstance(text, str) else "")


def _lines(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise UsageError(f"{path}: has a line of more than {_LONGEST_LINE >> 20} MiB")
        yield line


def _plain(path: Path, _: str) -> Iterator[SourceText]:
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
