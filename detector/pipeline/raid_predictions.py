"""The scores of a set in the form that the leaderboard of RAID takes."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from detector.bench.results import Layout, read_json
from detector.errors import InputError, UsageError
from detector.write import disk


def write_predictions(results: Path, name: str, detector: str, out: Path) -> tuple[int, int]:
    """Write [{"id": ..., "score": ...}, ...] of a detector's scores of a set.

    Gives the number of texts, and of those it abstained on, whose score is null. UsageError when
    the folder has no such scores, InputError when they are damaged; OutputError when the file
    cannot be written.
    """
    layout = Layout(results)
    info = read_json(layout.run(name, detector))
    if info is None or info.get("status") != "ok":
        raise UsageError(
            f"{results}: has no scores of {detector!r:.60} for the set {name!r:.60}:"
            " `detector bench run` makes them"
        )
    try:
        with disk.explained(layout.scores(name, detector), "read"):
            frame = pl.read_parquet(layout.scores(name, detector), glob=False)
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"{layout.scores(name, detector)}: cannot be read as Parquet: run the benchmark again"
        ) from error
    rows = [{"id": identity, "score": score} for identity, score in frame.iter_rows()]
    disk.write_files({out: (json.dumps(rows) + "\n").encode()})
    return len(frame), frame["score"].null_count()
