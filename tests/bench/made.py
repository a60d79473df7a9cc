"""Texts made here, files of them in every format, and detectors that do as they should or not."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detector.bench.data import Bad, find_sources
from detector.bench.records import BenchText

_LINE = (
    "river stone lantern winter market paper garden window harbour engine letter bridge morning "
    "valley copper thread basket hollow meadow timber anchor pepper saddle ribbon kettle candle"
)
WORDS = _LINE.split()


def prose(seed: int, words: int = 60) -> str:
    """Some words in a row, the same for the same seed."""
    rng = random.Random(seed)
    return " ".join(rng.choice(WORDS) for _ in range(words)).capitalize() + "."


def texts(count: int = 6, **fields: Any) -> list[BenchText]:
    """As many human texts as machine ones, by turns."""
    return [
        BenchText(f"t{n}", prose(n), "ai" if n % 2 else "human", "gpt-x" if n % 2 else "", **fields)
        for n in range(count)
    ]


def write_ours(path: Path, rows: Sequence[BenchText]) -> Path:
    pl.DataFrame([asdict(row) for row in rows], infer_schema_length=None).write_parquet(path)
    return path


def write_jsonl(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(spec: str | Path) -> list[BenchText]:
    """The sound texts of the one set that a spec names."""
    [source] = find_sources([str(spec)])
    return [text for text in source.read() if isinstance(text, BenchText)]


def bad(spec: str | Path) -> list[Bad]:
    """What is wrong with its other rows."""
    [source] = find_sources([str(spec)])
    return [text for text in source.read() if isinstance(text, Bad)]


class Length:
    """Scores a text by its length: a detector that keeps its promises."""

    name = "length.v1"
    languages = frozenset({"en"})
    min_words = 5

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([len(text) for text in texts], np.float32)
