"""`detector bench report`: figures, tables and one page from a folder of results."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector.cli.output import say

if TYPE_CHECKING:
    from detector.bench.report.make import Report


@click.command("report")
@click.argument("results", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="The folder for the four files of the report.",
)
@click.option(
    "--calibration",
    multiple=True,
    metavar="SET",
    help="A set that thresholds are frozen on, the first also for probabilities, shares and slices."
    " Without it: every set, and first the one with most human texts.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def report_command(
    results: Path, *, out: Path, calibration: tuple[str, ...], as_json: bool
) -> None:
    """Compare the detectors in RESULTS, which `detector bench run` wrote.

    Writes leaderboard.md, leaderboard.html (opens from disk, needs no network), results.parquet and
    results.json. No text and no detector is needed, and the same results give the same report.

    \b
    detector bench report results/ --out report/
    detector bench report results/ --out report/ --calibration wiki --calibration essays
    """
    from detector.bench.report.make import make_report

    made = make_report(results, out, calibration, progress=True)
    say(json.dumps(asdict(made), indent=2, default=str) if as_json else _rendered(made))


def _rendered(made: Report) -> str:
    from detector.report.terminal import harmless

    lines = [
        f"{made.detectors:,} detectors on {made.sets:,} sets: {made.figures:,} figures, of which"
        f" {made.refused:,} refused for want of texts",
        f"thresholds frozen on {made.calibration}",
        *(f"{detector} on {name}: FAILED: {reason}" for name, detector, reason in made.failed),
    ]
    if not made.plots:
        lines.append("no plots: they need matplotlib (pip install 'contamination-detector[bench]')")
    lines.append(f"{made.out}: leaderboard.html, leaderboard.md, results.parquet, results.json")
    return "\n".join(harmless(line) for line in lines)
