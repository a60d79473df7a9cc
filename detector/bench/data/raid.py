"""RAID (Dugan et al. 2024, "RAID: A Shared Benchmark for Robust Evaluation"): train, extra, test.

A row has id, adv_source_id, source_id, model, decoding, repetition_penalty, attack, domain, title,
prompt and generation; test.csv has id and generation alone, and no labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from detector.bench.data.base import Bad, Format, Rows, csv_rows, need, said, text_or_bad
from detector.bench.records import BenchText

_LANGUAGES: Final = {"czech": "cs", "german": "de"}


def read(path: Path, _: Mapping[str, str]) -> Rows:
    """Read `train.csv`, `extra.csv`, or `test.csv`, whose texts have the label ""."""
    checked = False
    for where, row in csv_rows(path):
        if isinstance(row, Bad):
            yield row
            continue
        if not checked:
            need(path, set(row), "id", "generation", *(["model"] if "domain" in row else []))
            checked = True
        text = text_or_bad(row["generation"], where)
        if isinstance(text, Bad):
            yield text
            continue
        model, domain, attack = (said(row.get(n)) for n in ("model", "domain", "attack"))
        yield BenchText(
            doc_id=row["id"] or where,
            text=text,
            label="" if "model" not in row else "human" if model == "human" else "ai",
            generator="" if model == "human" else model,
            domain=domain,
            language=_LANGUAGES.get(domain, "en"),
            attack="" if attack == "none" else attack,
            pair_id=said(row.get("source_id")),
            source="raid",
        )


FORMAT: Final = Format("raid", "train.csv, extra.csv or test.csv of RAID (test: no labels)", read)
