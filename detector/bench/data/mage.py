"""MAGE (Li et al. 2024, "MAGE: Machine-generated Text Detection in the Wild"), a CSV file.

A row has text, label and, in the main files, src, such as `yelp_human` or
`cmv_machine_continuation_gpt_j`. Mind the label: 1 is human, 0 is machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from detector.bench.data.base import (
    Bad,
    Format,
    Rows,
    csv_rows,
    need,
    said,
    text_or_bad,
    unknown_label,
)  # fmt: skip
from detector.bench.records import BenchText

_LABELS: Final = {"1": "human", "0": "ai"}
_SOURCE: Final = re.compile(
    r"(?P<domain>.+?)_(?:human|machine)(?:_(?:continuation|specified|topical))?(?:_(?P<model>.+))?"
)


def read(path: Path, _: Mapping[str, str]) -> Rows:
    """Read a CSV file; domain and generator are taken from src."""
    checked = False
    for number, (where, row) in enumerate(csv_rows(path)):
        if isinstance(row, Bad):
            yield row
            continue
        if not checked:
            need(path, row, "text", "label")
            checked = True
        label = _LABELS.get(row["label"].strip())
        text = text_or_bad(row["text"], where)
        if label is None:
            yield unknown_label(row["label"], where, "1 (human), 0 (machine)")
        elif isinstance(text, Bad):
            yield text
        else:
            source = said(row.get("src"))
            parts = _SOURCE.fullmatch(source)
            yield BenchText(
                f"{path.stem}-{number}", text, label,
                (parts["model"] or "") if parts and label == "ai" else "",
                parts["domain"] if parts else source,
                source="mage",
            )  # fmt: skip


FORMAT: Final = Format("mage", "CSV with text, label (1 is human) and src (MAGE)", read)
