"""DetectRL (Wu et al. 2024, "DetectRL: Benchmarking LLM-Generated Text Detection"): JSON arrays.

An item has text, label ("human" or "llm"), data_type (the domain) and llm_type. What was done to
the texts is in the name of the file, such as `prompt_few_shot_llm_test.json`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from detector.bench.data.base import Bad, Format, Rows, said, text_or_bad, unknown_label
from detector.bench.data.json_files import items
from detector.bench.records import BenchText
from detector.errors import InputError

_PLAIN: Final = re.compile(r"multi_(?:domains|llms)_")
_SPLIT: Final = re.compile(r"_(?:test|train)$")


def read(path: Path, _: Mapping[str, str]) -> Rows:
    """Read one file; machine texts of a file about mixing are mixed, the rest are ai."""
    attack = "" if _PLAIN.match(path.stem) else _SPLIT.sub("", path.stem)
    machine = "mixed" if "mixing" in attack else "ai"
    number = -1
    for number, row in enumerate(items(path, "item")):
        where = f"{path.name} item {number}"
        if not isinstance(row, dict):
            yield Bad("damaged item", f"{where}: {str(row)[:60]!r} is no object")
            continue
        if number == 0 and not {"text", "label"} <= row.keys():
            raise InputError(f"{path}: its items have {', '.join(sorted(row))}, not text and label")
        label = {"human": "human", "llm": machine}.get(said(row.get("label")))
        text = text_or_bad(row.get("text"), where)
        if label is None:
            yield unknown_label(row.get("label"), where, "human, llm")
        elif isinstance(text, Bad):
            yield text
        else:
            yield BenchText(
                f"{path.stem}-{number}", text, label,
                "" if label == "human" else said(row.get("llm_type")), said(row.get("data_type")),
                attack=attack, source="detectrl",
            )  # fmt: skip
    if number < 0:
        raise InputError(f"{path}: holds no JSON array with items: it is not of DetectRL")


FORMAT: Final = Format(
    "detectrl", "a JSON array of text, label, data_type, llm_type (DetectRL)", read
)
