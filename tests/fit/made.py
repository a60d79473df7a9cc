"""A small corpus of made-up texts in two manners, deterministic to the byte."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import polars as pl

PLAIN = [
    "rain",
    "boat",
    "dog",
    "hill",
    "bread",
    "door",
    "kitchen",
    "uncle",
    "road",
    "shed",
    "mud",
    "coat",
    "stove",
    "fence",
    "ladder",
    "bucket",
    "got",
    "went",
    "said",
    "took",
    "kept",
    "broke",
    "lost",
    "sold",
    "found",
    "left",
]
POLISHED = [
    "landscape",
    "journey",
    "tapestry",
    "insight",
    "strategy",
    "framework",
    "potential",
    "growth",
    "synergy",
    "resilience",
    "innovation",
    "fosters",
    "leverages",
    "enhances",
    "underscores",
    "navigates",
    "unlocks",
    "empowers",
    "ensures",
]
COMMON = [
    "the",
    "a",
    "of",
    "and",
    "to",
    "in",
    "it",
    "was",
    "that",
    "for",
    "on",
    "with",
    "as",
    "at",
    "by",
    "from",
    "but",
    "not",
]


def sentence(rng: random.Random, words: list[str]) -> str:
    chosen = [
        rng.choice(words if rng.random() < 0.4 else COMMON) for _ in range(rng.randint(6, 14))
    ]
    return " ".join(chosen).capitalize() + "."


def text(rng: random.Random, machine: bool, sentences: int) -> str:
    # A fifth of the sentences are of the other manner, so that the two overlap.
    words = POLISHED if machine else PLAIN
    other = PLAIN if machine else POLISHED
    return " ".join(sentence(rng, other if rng.random() < 0.2 else words) for _ in range(sentences))


def rows(source: str, label: str, count: int, seed: int) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    return [
        {
            "doc_id": f"{source}-{label}-{number}",
            "text": text(rng, label == "ai", rng.randint(6, 60)),
            "label": label,
            "generator": "model-x" if label == "ai" else None,
            "domain": "test",
            "language": "en",
            "pair_id": f"{source}-{number}",
            "source": source,
            "year": 2020,
            "license": "CC0-1.0",
        }
        for number in range(count)
    ]


def write_corpus(folder: Path) -> Path:
    """Three sources: one of both labels, one of people alone, one of machines alone."""
    folder.mkdir(exist_ok=True)
    sources = {
        "both": rows("both", "human", 60, 1) + rows("both", "ai", 60, 2),
        "people": rows("people", "human", 60, 3),
        "letters": rows("letters", "human", 60, 4),
        "machines": rows("machines", "ai", 60, 5),
    }
    schema = dict.fromkeys(sources["both"][0], pl.String) | {"year": pl.Int64}
    for name, entries in sources.items():
        pl.DataFrame(entries, schema=schema).write_parquet(folder / f"{name}.parquet")
    return folder
