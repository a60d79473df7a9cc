"""Makes results folders, as `detector bench run` writes them, from random scores."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import polars as pl

SCORES = {"doc_id": pl.String, "score": pl.Float32}
OVERLAPS = {
    "set_a": pl.String,
    "doc_a": pl.String,
    "set_b": pl.String,
    "doc_b": pl.String,
    "similarity": pl.Float32,
    "exact": pl.Boolean,
}


def coded(name: str) -> str:
    """A set's or detector's name as it stands in file names."""
    return quote(name, safe="").replace("~", "%7E")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def write_table(path: Path, table: pl.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table.write_parquet(path)


def texts(
    name: str, humans: int, machines: int, *, mixed: int = 0, seed: int = 1, **columns: Any
) -> pl.DataFrame:
    """The rows of a set: humans first, then AI texts, then mixed ones."""
    rng = np.random.default_rng(seed)
    n = humans + machines + mixed
    ai = np.arange(n) >= humans
    rows = {
        "doc_id": [f"{name}-{i}" for i in range(n)],
        "label": ["human"] * humans + ["ai"] * machines + ["mixed"] * mixed,
        "generator": np.where(ai, rng.choice(["gpt-4", "llama-2-70b"], n), ""),
        "domain": rng.choice(["news", "essays"], n),
        "language": ["en"] * n,
        "attack": np.where(ai, rng.choice(["", "paraphrase"], n), ""),
        "pair_id": [""] * n,
        "source": [name] * n,
        "year": [2019] * humans + [2024] * (machines + mixed),
        "native": [None] * n,
        "words": rng.integers(20, 900, n),
        **columns,
    }
    return pl.DataFrame(rows).with_columns(
        pl.col("year", "words").cast(pl.Int32), pl.col("native").cast(pl.Boolean)
    )


def scores(
    table: pl.DataFrame, strength: float, *, seed: int = 2, silent: float = 0.0
) -> pl.Series:
    """Normal scores, those of AI and mixed texts higher by `strength`; a share is missing."""
    rng = np.random.default_rng(seed)
    ai = (table["label"] != "human").to_numpy()
    values = rng.normal(size=table.height) + strength * ai
    missing = rng.random(table.height) < silent
    return pl.Series("score", np.where(missing, np.nan, values), pl.Float32).fill_nan(None)


def start(folder: Path, **changes: Any) -> Path:
    """A results folder with its manifest and no overlaps."""
    manifest = {
        "kind": "detector bench",
        "format": 1,
        "normalised": True,
        "versions": {"detector": "0.1.0", "python": "3.11.2"},
        "machine": {"cpu": "a processor", "cores": 2},
        "sets": [],
        "overlaps": {"pairs": 0},
        **changes,
    }
    write_json(folder / "manifest.json", manifest)
    write_table(folder / "overlaps.parquet", pl.DataFrame(schema=OVERLAPS))
    return folder


def add_set(folder: Path, name: str, table: pl.DataFrame) -> None:
    write_table(folder / "sets" / f"{coded(name)}.parquet", table)


def add_run(
    folder: Path, name: str, detector: str, table: pl.DataFrame, values: pl.Series, **notes: Any
) -> None:
    """One detector's scores and run on one set."""
    own = pl.DataFrame({"doc_id": table["doc_id"], "score": values}, schema=SCORES)
    write_table(folder / "scores" / coded(name) / f"{coded(detector)}.parquet", own)
    run = {
        "set": name,
        "detector": detector,
        "status": "ok",
        "message": "",
        "texts": table.height,
        "words": int(table["words"].sum()),
        "tokens": None,
        "wall_seconds": 2.0,
        "cpu_seconds": 1.5,
        "device": "cpu",
        "peak_rss_bytes": 300_000_000,
        "shared_pass": [detector],
        "version": "1",
        "command": "detector bench run",
        **notes,
    }
    write_json(folder / "runs" / coded(name) / f"{coded(detector)}.json", run)


def add_failure(folder: Path, name: str, detector: str, message: str) -> None:
    run = {"set": name, "detector": detector, "status": "failed", "message": message}
    write_json(folder / "runs" / coded(name) / f"{coded(detector)}.json", run)


def whole(folder: Path) -> Path:
    """Three sets and four detectors, one of which failed once and one of which often abstains."""
    start(folder)
    sets = {
        "calibration": texts("calibration", 700, 400, seed=3),
        "essays": texts(
            "essays",
            300,
            260,
            mixed=80,
            seed=4,
            native=[i % 3 > 0 if i < 300 else None for i in range(640)],
        ),
        "only humans": texts("humans", 520, 0, seed=5),
    }
    detectors = {"strong.v1": (2.5, 0.0), "weak.v1": (0.7, 0.0), "shy.v2:model": (1.8, 0.3)}
    for place, (name, table) in enumerate(sets.items()):
        add_set(folder, name, table)
        for number, (detector, (strength, silent)) in enumerate(detectors.items()):
            values = scores(table, strength, seed=10 * place + number, silent=silent)
            add_run(folder, name, detector, table, values, cpu_seconds=0.4 * (number + 1) ** 3)
    add_run(folder, "essays", "lame.v1", sets["essays"], scores(sets["essays"], 1.0), tokens=90_000)
    add_failure(folder, "calibration", "lame.v1", "score() gave 3 scores for 64 texts")
    shared = pl.DataFrame(
        [
            ("calibration", f"calibration-{i}", "essays", f"essays-{i}", 0.9, False)
            for i in range(9)
        ],
        schema=OVERLAPS,
        orient="row",
    )
    write_table(folder / "overlaps.parquet", shared)
    return folder
