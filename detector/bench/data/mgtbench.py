"""MGTBench (He et al. 2024): what its loader makes, as JSON, and the CSV files that it reads.

JSON: {"train": {"text": [...], "label": [...]}, "test": {...}}, 0 human, 1 machine. CSV: a column
`human` and one a model (Essay, Reuters, WP), or `Best Answer` and `MODEL_answer` (TruthfulQA).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Final

from detector.bench.data.base import (
    Bad,
    Format,
    Rows,
    csv_rows,
    missing,
    text_or_bad,
    unknown_label,
)  # fmt: skip
from detector.bench.data.json_files import items, top
from detector.bench.records import BenchText

_LABELS: Final = {0: "human", 1: "ai", "0": "human", "1": "ai"}
_HUMAN: Final = ("human", "Best Answer")
_ANSWER: Final = "_answer"


def read(path: Path, _: Mapping[str, str]) -> Rows:
    """Read either layout, told apart by the file's extension."""
    yield from _csv(path) if path.suffix.lower() == ".csv" else _json(path)


def _json(path: Path) -> Rows:
    splits = [key for key in top(path) or [] if key in ("train", "test", "validation")]
    if not splits:
        raise missing(path, "train", "no such key at the top", "it is not of MGTBench")
    for split in splits:
        pairs = zip_longest(items(path, f"{split}.text.item"), items(path, f"{split}.label.item"))
        for number, (value, number_of_label) in enumerate(pairs):
            where = f"{path.name} {split} {number}"
            label = _label(number_of_label)
            text = text_or_bad(value, where)
            if label is None:
                yield unknown_label(number_of_label, where, "0 (human), 1 (machine)")
            elif isinstance(text, Bad):
                yield text
            else:
                yield BenchText(f"{path.stem}-{split}-{number}", text, label, source="mgtbench")


def _label(value: object) -> str | None:
    return _LABELS.get(value) if isinstance(value, (int, str)) else None


def _csv(path: Path) -> Rows:
    human, models = "", {}
    domain = path.stem.split("_")[0]
    for number, (where, row) in enumerate(csv_rows(path)):
        if isinstance(row, Bad):
            yield row
            continue
        if not human:
            human = next((name for name in _HUMAN if name in row), "")
            if not human:
                raise missing(path, "human", ", ".join(row), "it is not of MGTBench")
            models = {
                name: name.removesuffix(_ANSWER) for name in row
                if name != human and (human == "human" or name.endswith(_ANSWER))
                and name not in ("", "id", "prompt", "Unnamed: 0")
            }  # fmt: skip
        pair = f"{path.stem}-{number}"
        for column, model in {human: "", **models}.items():
            text = text_or_bad(row[column], f"{where} {column}")
            if isinstance(text, Bad):
                yield text
                continue
            yield BenchText(
                f"{pair}-{model or 'human'}", text, "ai" if model else "human", model, domain,
                pair_id=pair, source="mgtbench",
            )  # fmt: skip


FORMAT: Final = Format(
    "mgtbench", "JSON of train and test, each of text and label, or its CSV files (MGTBench)", read
)
