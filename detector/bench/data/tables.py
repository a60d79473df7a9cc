"""Any table of texts: JSON lines, CSV or Parquet, with columns that the caller names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from detector.bench.data.base import (
    Bad,
    Format,
    Row,
    Rows,
    csv_rows,
    json_lines,
    missing,
    said,
    text_or_bad,
    unknown_label,
)  # fmt: skip
from detector.bench.data.parquet import columns_of, frames
from detector.bench.records import BenchText

# What each part of a text is read from, unless the caller names another column.
COLUMNS: Final = {
    "text": "text", "label": "label", "id": "id", "generator": "generator", "domain": "domain",
    "language": "language", "attack": "attack", "pair": "pair_id", "source": "source",
    "year": "year", "native": "native",
}  # fmt: skip
_VALUES: Final = {"human": "human", "ai": "ai,machine,llm,generated", "mixed": "mixed"}
OPTIONS: Final = frozenset({*COLUMNS, *_VALUES})
_TRUTHS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _read(path: Path, options: Mapping[str, str], rows: Iterator[tuple[str, Row | Bad]]) -> Rows:
    columns = {part: options.get(part, name) for part, name in COLUMNS.items()}
    labels = {
        value.strip().lower(): label
        for label, values in _VALUES.items()
        for value in options.get(label, values).split(",")
    }
    asked = [columns[part] for part in COLUMNS if part in options]
    checked = False
    for number, (where, row) in enumerate(rows):
        if isinstance(row, Bad):
            yield row
            continue
        if not checked:
            for name in (columns["text"], columns["label"], *asked):
                if name not in row:
                    hint = "say which column is it, as in FILE?text=body&label=class"
                    raise missing(path, name, ", ".join(row), hint)
            checked = True
        yield _text(row, columns, labels, f"{path.stem}-{number}", where)


def _text(
    row: Row, columns: Mapping[str, str], labels: Mapping[str, str], identity: str, where: str
) -> BenchText | Bad:
    text = text_or_bad(row.get(columns["text"]), where)
    if isinstance(text, Bad):
        return text
    value = row.get(columns["label"])
    label = labels.get(said(value).strip().lower())
    if label is None:
        known = ", ".join(sorted(labels))
        return unknown_label(value, where, f"{known} (say which it is, as in ?human=0&ai=1)")
    cells = {part: said(row.get(name)).strip() for part, name in columns.items() if part != "text"}
    year = cells["year"].removesuffix(".0")
    return BenchText(
        doc_id=cells["id"] or identity,
        text=text,
        label=label,
        generator=cells["generator"],
        domain=cells["domain"],
        language=cells["language"] or "en",
        attack=cells["attack"],
        pair_id=cells["pair"],
        source=cells["source"] or identity.rpartition("-")[0],
        year=int(year) if year.isdecimal() and len(year) == 4 else None,
        native=_TRUTHS.get(cells["native"].lower()),
    )


def read_jsonl(path: Path, options: Mapping[str, str]) -> Rows:
    """Read JSON lines."""
    yield from _read(path, options, json_lines(path))


def read_csv(path: Path, options: Mapping[str, str]) -> Rows:
    """Read CSV with names of columns in its first line."""
    yield from _read(path, options, csv_rows(path))


def read_parquet(path: Path, options: Mapping[str, str]) -> Rows:
    """Read Parquet; only the columns that are needed are taken from the disk."""
    present = columns_of(path)
    names = [options.get(part, name) for part, name in COLUMNS.items()]
    for part in ("text", "label"):
        if (name := options.get(part, part)) not in present:
            hint = "say which column is it, as in FILE?text=body&label=class"
            raise missing(path, name, ", ".join(present), hint)
    yield from _read(path, options, _rows(path, [n for n in dict.fromkeys(names) if n in present]))


def _rows(path: Path, names: list[str]) -> Iterator[tuple[str, Row | Bad]]:
    at = 0
    for frame in frames(path, names):
        for row in frame.iter_rows(named=True):
            yield f"{path.name} row {at}", row
            at += 1


JSONL: Final = Format("jsonl", "JSON lines, columns by name", read_jsonl, OPTIONS)
CSV: Final = Format("csv", "CSV with a first line of names, columns by name", read_csv, OPTIONS)
PARQUET: Final = Format("parquet", "Parquet, columns by name", read_parquet, OPTIONS)
