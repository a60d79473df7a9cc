"""Makes a report: reads a results folder, computes, and writes four files."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
from tqdm import tqdm

from detector.bench.report import markdown, page, plots
from detector.bench.report.figures import FROZEN_LEVELS, Figures, compute, steps
from detector.bench.report.folder import Results, read_results
from detector.bench.report.means import add_means
from detector.bench.report.page import described
from detector.bench.report.published import beside
from detector.errors import OutputError, UsageError

KIND: Final = "detector bench report"
FORMAT: Final = 1
DIGITS: Final = 7  # of figures in results.json


@dataclass(frozen=True, slots=True)
class Report:
    """What was written, and what a person is told about it.

    calibration: the set of the frozen thresholds. failed: (set, detector, reason). plots: whether
    the page has plots.
    """

    out: Path
    sets: int
    detectors: int
    figures: int
    refused: int
    calibration: str
    failed: tuple[tuple[str, str, str], ...]
    plots: bool


def make_report(
    results: Path, out: Path, calibration: Sequence[str] = (), *, progress: bool = False
) -> Report:
    """Write leaderboard.md, leaderboard.html, results.parquet and results.json into a folder.

    calibration: the sets that thresholds are frozen on; the first is that of all figures which have
    only one. Without any, each set is one, and the first is the set with most human texts, among
    those with both kinds if there are any. UsageError, InputError: as `read_results`, or an unknown
    set is named. OutputError when the files cannot be written. progress: a bar on standard error,
    if that is a terminal.
    """
    read = read_results(results)
    disable = None if progress else True
    with tqdm(total=steps(read), unit=" runs", disable=disable, dynamic_ncols=True) as bar:
        found = compute(read, *_calibrations(read, calibration), bar.update)
    add_means(found)
    table = found.book.table()
    _write(out, "results.parquet", table.write_parquet)
    _write(out, "results.json", lambda path: path.write_text(_json(found, table), "utf-8"))
    _write(out, "leaderboard.md", lambda path: path.write_text(markdown.render(found), "utf-8"))
    _write(out, "leaderboard.html", lambda path: path.write_text(page.render(found), "utf-8"))
    return Report(
        out,
        len(read.sets),
        len(read.detectors),
        table.height,
        int((table["refused"] != "").sum()),
        found.reference,
        tuple((run.set, run.detector, run.failed) for run in read.runs if run.failed),
        plots.available(),
    )


def _calibrations(read: Results, named: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The reference and all calibration sets."""
    names = [one.name for one in read.sets]
    unknown = [name for name in named if name not in names]
    if unknown:
        raise UsageError(
            f"no set {unknown[0][:60]!r} in the results: choose among {', '.join(names)[:300]}"
        )
    if named:
        return named[0], tuple(dict.fromkeys(named))
    counts = {one.name: one.table["label"].value_counts().rows() for one in read.sets}
    humans = {name: dict(found).get("human", 0) for name, found in counts.items()}
    both = [name for name in names if humans[name] and dict(counts[name]).get("ai", 0)] or names
    return max(both, key=lambda name: humans[name]), tuple(names)


def _json(of: Figures, table: pl.DataFrame) -> str:
    """The long table row by row, with what it is about."""
    numbers = [name for name, kind in table.schema.items() if kind == pl.Float64]
    rounded = table.with_columns(pl.col(numbers).round(DIGITS))
    content: dict[str, Any] = {
        "kind": KIND,
        "format": FORMAT,
        "about": dict(described(of)),
        "calibration": of.reference,
        "levels": list(FROZEN_LEVELS),
        "sets": {one.name: one.table.height for one in of.results.sets},
        "failed": [
            {"set": run.set, "detector": run.detector, "reason": run.failed}
            for run in of.results.runs
            if run.failed
        ],
        "shared": [
            {"calibration": one, "test": other, "texts": int(mask.sum())}
            for (one, other), mask in sorted(of.shared.items())
        ],
        "published": [
            {
                "set": one.published.set,
                "method": one.published.detector,
                "measure": one.published.measure,
                "published": one.published.value,
                "source": one.published.source,
                "ours": {name: figure.value for name, figure in one.ours},
            }
            for one in beside(of)
        ],
        "columns": table.columns,
        "rows": rounded.rows(),
    }
    head = json.dumps({**content, "rows": []}, indent=1)
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in content["rows"])
    return head.removesuffix("[]\n}") + f"[\n{rows}\n]\n}}\n"


def _write(out: Path, name: str, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all."""
    part = out / f".{name}.part"
    try:
        out.mkdir(parents=True, exist_ok=True)
        write(part)
        part.replace(out / name)
    except (OSError, pl.exceptions.PolarsError) as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise OutputError(
            f"{out / name}: cannot write: {str(error)[:120]}. Free some space or choose another"
            " folder, and run the same command again"
        ) from error
