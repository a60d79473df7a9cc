"""A results folder as the report sees it: sets, scores, runs and overlaps, checked.

What all figures rest on (the manifest, the sets, the overlaps) must be sound, or there is no
report. What belongs to one detector on one set (its scores and its run) may be damaged: that
becomes a failed row, which says what was found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detector.bench.records import LABELS
from detector.errors import InputError, UsageError

KIND: Final = "detector bench"
FORMAT: Final = 1
LARGEST_JSON: Final = 16 * 2**20  # bytes; a manifest of thousands of sets stays below
_ABSURD: Final = 2.0**63  # of bytes, tokens or seconds
LONGEST_NAME: Final = 200  # characters kept of a generator, a domain and so on

_TEXT_COLUMNS: Final = ("generator", "domain", "language", "attack", "pair_id", "source")
_COLUMNS: Final = ("doc_id", "label", *_TEXT_COLUMNS, "year", "native", "words")
_OVERLAPS: Final = ("set_a", "doc_a", "set_b", "doc_b")


@dataclass(frozen=True, slots=True)
class BenchSet:
    """One data set: a row a text (never the text itself), in the order of its scores.

    groups: a number a text; texts with one `pair_id` share it, the others have one of their own.
    """

    name: str
    table: pl.DataFrame
    groups: NDArray[np.int64]

    @property
    def labels(self) -> NDArray[np.str_]:
        return self.table["label"].to_numpy().astype(str)


@dataclass(frozen=True, slots=True)
class Run:
    """One detector on one set.

    failed: why there are no scores, "" when there are. scores: float64, one a text of the set; NaN
    where the detector abstained or was not asked. asked: whether it was asked about the text.
    cpu_seconds, wall_seconds, tokens, peak_rss_bytes: None where the run does not say. note: what
    the run found odd about the scores.
    """

    set: str
    detector: str
    failed: str
    scores: NDArray[np.float64]
    asked: NDArray[np.bool_]
    cpu_seconds: float | None = None
    wall_seconds: float | None = None
    tokens: int | None = None
    peak_rss_bytes: int | None = None
    device: str = "cpu"
    version: str = ""
    shared_pass: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """A whole results folder; sets and runs in the order of their names."""

    manifest: Mapping[str, Any]
    sets: tuple[BenchSet, ...]
    runs: tuple[Run, ...]
    overlaps: pl.DataFrame
    by_pair: Mapping[tuple[str, str], Run] = field(default_factory=dict)

    @property
    def detectors(self) -> tuple[str, ...]:
        return tuple(sorted({run.detector for run in self.runs}))


def failed_sets(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give the sets that the run could not read, each with the reason."""
    sets = manifest.get("sets")
    found = [one for one in sets if isinstance(one, dict)] if isinstance(sets, list) else []
    return [
        (str(one.get("name")), str(one.get("message") or "the run gives no reason"))
        for one in found
        if one.get("status") == "failed"
    ]


def read_results(folder: Path) -> Results:
    """Read and check what `detector bench run` wrote.

    UsageError when this is no such folder; InputError when a part that everything rests on is
    missing or damaged.
    """
    if not (folder / "manifest.json").is_file():
        raise UsageError(
            f"{folder}: no manifest.json: name a folder that `detector bench run` wrote"
        )
    manifest = _manifest(folder / "manifest.json")
    paths = sorted((folder / "sets").glob("*.parquet"))
    if not paths:
        raise InputError(f"{folder / 'sets'}: no sets: run `detector bench run` to its end first")
    sets = tuple(sorted((_set(path) for path in paths), key=lambda one: one.name))
    runs = [run for one in sets for run in _runs(folder, one)]
    if not runs:
        raise InputError(
            f"{folder / 'runs'}: no runs: no detector was asked; run `detector bench run` first"
        )
    runs.sort(key=lambda run: (run.set, run.detector))
    by_pair = {(run.set, run.detector): run for run in runs}
    return Results(manifest, sets, tuple(runs), _overlaps(folder / "overlaps.parquet"), by_pair)


def _manifest(path: Path) -> Mapping[str, Any]:
    found = _json(path)
    if found.get("kind") != KIND:
        raise UsageError(
            f"{path}: its kind is {str(found.get('kind'))[:60]!r}, not {KIND!r}: name a folder that"
            " `detector bench run` wrote"
        )
    if found.get("format") != FORMAT:
        raise UsageError(
            f"{path}: results format {str(found.get('format'))[:60]!r}, and this version reads"
            f" {FORMAT}: run the benchmark again, or report with the version that ran it"
        )
    return found


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(f"{path}: missing: run the benchmark again")
    try:
        if path.stat().st_size > LARGEST_JSON:
            raise InputError(f"{path}: over {LARGEST_JSON // 2**20} MiB: not a file of a benchmark")
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: cannot be read as JSON ({str(error)[:60]}): run the benchmark again"
        ) from error
    if not isinstance(found, dict):
        raise InputError(f"{path}: holds no JSON object: run the benchmark again")
    return found


def _table(path: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    try:
        table = pl.read_parquet(path, glob=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"{path}: cannot be read as Parquet ({str(error)[:60]!r}): run the benchmark again"
        ) from error
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise InputError(f"{path}: no column {missing[0]!r}: run the benchmark again")
    return table.select(columns)


def _set(path: Path) -> BenchSet:
    table = _table(path, _COLUMNS)
    try:
        table = table.with_columns(
            pl.col("doc_id").cast(pl.String),
            pl.col("label").cast(pl.String).fill_null(""),
            pl.col(_TEXT_COLUMNS).cast(pl.String).fill_null(""),
            pl.col("year", "words").cast(pl.Int64),
            pl.col("native").cast(pl.Boolean),
        )
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"{path}: a column of the wrong type ({str(error)[:60]!r}): run the benchmark again"
        ) from error
    names = [name for name in _TEXT_COLUMNS if name != "pair_id"]
    table = table.with_columns(
        pl.col("words").fill_null(0), pl.col(names).str.slice(0, LONGEST_NAME)
    )
    unknown = sorted({str(label) for label in table["label"].unique()} - {*LABELS, ""})
    if unknown:
        raise InputError(
            f"{path}: unknown label {unknown[0][:60]!r}: a label is human, ai or mixed, or empty"
        )
    if table["doc_id"].null_count() or table["doc_id"].n_unique() != table.height:
        raise InputError(f"{path}: doc_id is missing or twice there: run the benchmark again")
    return BenchSet(unquote(path.stem), table, _groups(table["pair_id"]))


def _groups(pairs: pl.Series) -> NDArray[np.int64]:
    codes = pairs.rank("dense").cast(pl.Int64).to_numpy().astype(np.int64)
    alone = (pairs == "").to_numpy()
    return np.where(alone, len(codes) + 1 + np.arange(len(codes)), codes)


def _overlaps(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise InputError(
            f"{path}: missing: without it nobody knows which texts two sets share; run the"
            " benchmark again"
        )
    return _table(path, _OVERLAPS).with_columns(pl.all().cast(pl.String))


def _runs(folder: Path, of: BenchSet) -> list[Run]:
    """The runs of one set: of every detector that has a run's file or scores."""
    places = [*(folder / "runs").glob("*"), *(folder / "scores").glob("*")]
    names = {
        (place.name, path.stem)
        for place in places
        if unquote(place.name) == of.name
        for path in (*place.glob("*.json"), *place.glob("*.parquet"))
    }
    return [_run(folder, of, *name) for name in sorted(names)]


def _run(folder: Path, of: BenchSet, in_set: str, stem: str) -> Run:
    try:
        notes = _json(folder / "runs" / in_set / f"{stem}.json")
        if notes.get("status") != "ok":
            message = str(notes.get("message") or "the run gives no reason")
            return _failed(of, unquote(stem), message)
        scores, asked = _scores(folder / "scores" / in_set / f"{stem}.parquet", of)
    except InputError as error:
        return _failed(of, unquote(stem), str(error).replace(str(folder), "").lstrip("/"))
    shared = notes.get("shared_pass")
    return Run(
        of.name,
        unquote(stem),
        "",
        scores,
        asked,
        cpu_seconds=_number(notes.get("cpu_seconds")),
        wall_seconds=_number(notes.get("wall_seconds")),
        tokens=_count(notes.get("tokens")),
        peak_rss_bytes=_count(notes.get("peak_rss_bytes")),
        device=str(notes.get("device") or "cpu"),
        version=str(notes.get("version") or ""),
        note=str(notes.get("message") or ""),
        shared_pass=tuple(str(name) for name in shared) if isinstance(shared, list) else (),
    )


def _failed(of: BenchSet, detector: str, message: str) -> Run:
    n = of.table.height
    return Run(of.name, detector, message, np.full(n, np.nan), np.zeros(n, np.bool_))


def _scores(path: Path, of: BenchSet) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores in the set's order, and which texts the detector was asked about at all."""
    if not path.is_file():
        raise InputError(f"{path}: missing, though the run says ok: run the benchmark again")
    table = _table(path, ("doc_id", "score"))
    if not table["score"].dtype.is_numeric() or table["doc_id"].dtype != pl.String:
        raise InputError(f"{path}: doc_id is no text or score no number: run the benchmark again")
    if table["doc_id"].n_unique() != table.height:
        raise InputError(f"{path}: a doc_id is twice there: run the benchmark again")
    strays = table.join(of.table, on="doc_id", how="anti").height
    if strays:
        raise InputError(
            f"{path}: {strays:,} texts that the set does not hold: run the benchmark again"
        )
    own = table.with_columns(pl.col("score").cast(pl.Float64), asked=pl.lit(True))
    joined = of.table.select("doc_id").join(own, on="doc_id", how="left", maintain_order="left")
    scores = joined["score"].fill_null(np.nan).to_numpy().astype(np.float64)
    infinite = int(np.isinf(scores).sum())
    if infinite:
        raise InputError(f"{path}: {infinite:,} scores are infinite: mend the detector")
    return scores, joined["asked"].fill_null(False).to_numpy().astype(np.bool_)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value < _ABSURD else None  # NaN is neither


def _count(value: object) -> int | None:
    found = _number(value)
    return None if found is None else int(found)
