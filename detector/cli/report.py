"""`detector report`: a scan as one page that opens from disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detector.cli.options import Command, add_options
from detector.cli.output import say

if TYPE_CHECKING:
    from detector.pipeline.report import Report


def showing_options(command: Command) -> Command:
    """Add the options that say what a page shows; `report` and `serve` share them."""
    options: tuple[Callable[[Command], Command], ...] = (
        click.option(
            "--clusters",
            type=click.Path(path_type=Path),
            metavar="FOLDER",
            help="What `detector cluster` wrote about this scan.",
        ),
        click.option(
            "--archives-in",
            "archives",
            type=click.Path(path_type=Path),
            metavar="FOLDER",
            help="Where the archives are now, if they were moved since the scan.",
        ),
        click.option(
            "--marks",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Marks of reviewers.  [default: LABELS.marks.jsonl]",
        ),
        click.option(
            "--sample",
            type=int,
            default=40,
            show_default=True,
            metavar="N",
            help="So many documents of each label can be read in the page.",
        ),
        click.option(
            "--seed",
            type=int,
            default=0,
            show_default=True,
            help="Chooses which documents.",
        ),
    )
    return add_options(command, *options)


@click.command()
@click.argument("labels", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FOLDER",
    help="The folder for the page.",
)
@showing_options
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def report(labels: Path, *, out: Path, quiet: bool, as_json: bool, **shown: Any) -> None:
    """Write a page about the scan in LABELS: one folder, which opens from disk without network.

    Totals and books, how much machines wrote (by month, language, suffix and host, with intervals),
    labels over time, scores beside those of the calibration, copies, faults with the command that
    replays each, and a sample of the documents to read, with reasons.

    \b
    detector report labels/ --out report/
    detector report labels/ --clusters clusters/ --marks labels.marks.jsonl --out report/
    """
    from detector.pipeline.report import write_report as run

    made = run(labels, out, progress=not quiet, **shown)
    if as_json:
        say(json.dumps(asdict(made), indent=2, default=str))
    elif not quiet:
        say(_render(made))


def _render(made: Report) -> str:
    from detector.report.terminal import harmless

    lines = [
        f"{made.documents:,} documents, {made.sampled:,} of them to read in the page",
    ]
    if made.without_text:
        lines.append(f"  {made.without_text:,} of these without their text:")
        lines += [f"    {harmless(why, 300)}" for why in made.missing[:3]]
        lines.append("    (--archives-in FOLDER says where archives are that were moved)")
    for one in made.measured.labels if made.measured else ():
        if one.share is not None:
            lines.append(
                f"  {one.label}: {one.right:,} of {one.marked:,} marked are right, {one.share:.1%}"
                f" (95 %: {one.low:.1%} - {one.high:.1%})"
            )
    if made.foreign:
        lines.append(f"  {made.foreign:,} marks of other scans were left out")
    page = harmless(str(made.out / "index.html"))
    return "\n".join([*lines, f"{page}: {made.size / 1e6:.1f} MB, open it in a browser"])
