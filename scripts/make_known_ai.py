"""Build an index of known AI texts from public synthetic corpora that lie on disk.

    python scripts/make_known_ai.py known-ai.idx cosmopedia/*.parquet alpaca_data.json ...

Knows the layouts of these corpora, by the fields of their rows, and takes the words of the model
alone, never the prompt:

    Cosmopedia     Parquet            text (beside prompt)
    TinyStories    Parquet or .txt    text; in .txt, stories end in a line <|endoftext|>
    OpenHermes     JSON or Parquet    conversations: value, where from is gpt; messages: content,
                                      where role is assistant
    Alpaca         JSON or Parquet    output (beside instruction)

JSON may be one array or one object a line, also .gz. Needs about as much memory as 65,536 texts.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import polars as pl

from detector.errors import DetectorError, UsageError
from detector.pipeline.index import index_texts
from detector.pipeline.known_sources import SourceText

FIELDS = ("text", "output", "instruction", "conversations", "messages")
STORY_END = "<|endoftext|>"
PIECE = 1 << 16
LONGEST_ROW = 1 << 26
ROWS = 4096


def written(row: dict[str, Any]) -> Iterator[str]:
    """Give what a model wrote in a row of any of the layouts."""
    turns = row.get("conversations") or row.get("messages")
    if isinstance(turns, list):
        for turn in turns:
            if turn.get("from") == "gpt" or turn.get("role") == "assistant":
                yield turn.get("value") or turn.get("content") or ""
    elif "instruction" in row and "output" in row:  # Alpaca's `text` holds the prompt too
        yield row["output"] or ""
    elif "text" in row:
        yield row["text"] or ""
    else:
        raise UsageError(
            f"rows have the fields {', '.join(map(repr, row))[:200]}, which is no layout known"
            " here: use `detector index build --text-column`"
        )


def parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read the rows of a Parquet file, of the fields that matter."""
    table = pl.scan_parquet(path)
    names = table.collect_schema().names()
    wanted = [name for name in FIELDS if name in names]
    if not wanted:
        yield dict.fromkeys(names)  # `written` says what is wrong with them
        return
    at = 0
    while rows := table.select(wanted).slice(at, ROWS).collect().to_dicts():
        yield from rows
        at += len(rows)


def json_rows(file: IO[str]) -> Iterator[dict[str, Any]]:
    """Read the objects of a JSON array, or of a file of one object a line, one at a time."""
    decoder = json.JSONDecoder()
    held, more = "", True
    while True:
        held = held.lstrip(" \t\r\n,[]")
        if held:
            try:
                row, end = decoder.raw_decode(held)
            except ValueError as error:
                if not more or len(held) > LONGEST_ROW:
                    raise UsageError(f"is not JSON at {held[:40]!r}: {error}") from error
            else:
                if not isinstance(row, dict):
                    raise UsageError(f"holds {str(row)[:40]!r} where a row should be")
                yield row
                held = held[end:]
                continue
        elif not more:
            return
        piece = file.read(max(PIECE, len(held)))
        more = bool(piece)
        held += piece


def stories(file: IO[str]) -> Iterator[dict[str, Any]]:
    """Read the stories of TinyStories' plain text."""
    lines: list[str] = []
    for line in file:
        if line.strip() == STORY_END:
            yield {"text": "".join(lines)}
            lines = []
        else:
            lines.append(line)
    yield {"text": "".join(lines)}


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Read a file of a corpus, by its suffix."""
    packed = path.suffix == ".gz"
    suffix = Path(path.stem).suffix if packed else path.suffix
    if suffix == ".parquet":
        yield from parquet_rows(path)
        return
    reader = {".json": json_rows, ".jsonl": json_rows, ".txt": stories}.get(suffix)
    if reader is None:
        raise UsageError(f"{path}: is neither .parquet, .json, .jsonl nor .txt")
    with gzip.open(path) if packed else path.open("rb") as raw:
        yield from reader(io.TextIOWrapper(raw, encoding="utf-8"))


def texts_of(paths: list[Path]) -> Iterator[SourceText]:
    """Read the texts of all files, each with an id: file, row, and turn of a conversation."""
    for path in paths:
        try:
            for number, row in enumerate(rows_of(path)):
                for turn, text in enumerate(written(row)):
                    yield SourceText(f"{path.name}#{number}" + (f".{turn}" if turn else ""), text)
        except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError, UsageError) as error:
            raise UsageError(f"{path}: {str(error)[:300]}") from error


def main() -> None:
    """Read the command line, build the index, say what it holds."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("index", type=Path, help="the index to write")
    parser.add_argument("files", type=Path, nargs="+", help="files of the corpora")
    parser.add_argument("--without-signatures", action="store_true", help="a fifth of the size")
    given = parser.parse_args()
    try:
        change = index_texts(
            given.index, texts_of(given.files), "ai", signatures=not given.without_signatures
        )
    except DetectorError as error:
        print(f"make_known_ai: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    print(
        f"{change.index.path}: {change.index.documents:,} texts, {change.index.size / 1e6:,.1f} MB;"
        f" {change.read:,} read, {change.short:,} of fewer than 13 words, {change.copies:,} copies"
    )


if __name__ == "__main__":
    main()
