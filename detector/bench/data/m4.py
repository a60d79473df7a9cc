"""M4 (Wang et al. 2024) and SemEval-2024 task 8, which was made of it.

A line of M4 has prompt, human_text, machine_text, model, source and source_ID; one of SemEval
(subtask A) has text, label (0 human, 1 machine), model, source and id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from detector.bench.data.base import (
    Bad,
    Format,
    Row,
    Rows,
    json_lines,
    need,
    said,
    text_or_bad,
    unknown_label,
)  # fmt: skip
from detector.bench.records import BenchText

# What M4 calls its sources that are not in English.
_LANGUAGES: Final = {
    "baike": "zh", "qazh": "zh", "webqa": "zh", "chinese": "zh", "ruatd": "ru", "russian": "ru",
    "urdu": "ur", "urdu-news": "ur", "id-newspaper": "id", "id_newspaper": "id",
    "indonesian": "id", "bulgarian": "bg", "true-fake-news": "bg", "german": "de",
    "germanwikipedia": "de", "arabic": "ar", "arabicwikipedia": "ar",
}  # fmt: skip
_LABELS: Final = {"0": "human", "1": "ai"}


def read(path: Path, _: Mapping[str, str]) -> Rows:
    """Read either layout; in M4 a line's two texts are a pair, in SemEval none is."""
    checked = False
    for number, (where, row) in enumerate(json_lines(path)):
        if isinstance(row, Bad):
            yield row
            continue
        both = "human_text" in row or "machine_text" in row
        if not checked:
            need(path, row, *(["model", "source"] if both else ["text", "label", "model"]))
            checked = True
        yield from _pair(row, path, number, where) if both else _single(row, path, number, where)


def _pair(row: Row, path: Path, number: int, where: str) -> Iterator[BenchText | Bad]:
    source = said(row.get("source")) or path.stem
    pair = f"{path.stem}-{said(row.get('source_ID')) or number}"
    for column, label in (("human_text", "human"), ("machine_text", "ai")):
        value = row.get(column)
        if value is None and column not in row:
            continue
        text = text_or_bad(value, where)
        if isinstance(text, Bad):
            yield text
            continue
        yield BenchText(
            f"{pair}-{label}", text, label, said(row.get("model")) if label == "ai" else "",
            source, _language(source), pair_id=pair, source=source,
        )  # fmt: skip


def _single(row: Row, path: Path, number: int, where: str) -> Iterator[BenchText | Bad]:
    label = _LABELS.get(said(row.get("label")))
    text = text_or_bad(row.get("text"), where)
    if label is None:
        yield unknown_label(row.get("label"), where, "0 (human), 1 (machine)")
    elif isinstance(text, Bad):
        yield text
    else:
        source = said(row.get("source")) or path.stem
        identity = said(row.get("id"))
        yield BenchText(
            f"{path.stem}-{identity or number}", text, label,
            "" if label == "human" else said(row.get("model")), source, _language(source),
            source=source,
        )  # fmt: skip


def _language(source: str) -> str:
    return _LANGUAGES.get(source.lower(), "en")


FORMAT: Final = Format(
    "m4", "JSON lines with human_text and machine_text (M4), or text and label (SemEval-2024)", read
)
