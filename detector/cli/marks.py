"""`detector marks`: marked texts in, a file for `detector fit` out."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector.cli.output import say

if TYPE_CHECKING:
    from detector.pipeline.marked_texts import MarkedTexts


@click.command()
@click.argument("labels", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="The Parquet file to write.",
)
@click.option(
    "--marks",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Marks of reviewers.  [default: LABELS.marks.jsonl]",
)
@click.option(
    "--archives-in",
    "archives",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where the archives are now, if they were moved since the scan.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def marks(
    labels: Path, *, out: Path, marks: Path | None, archives: Path | None, as_json: bool
) -> None:
    """Write the texts of the scan in LABELS that reviewers marked, as `detector fit` reads them.

    A page that is rightly `likely-ai`, or wrongly `no-evidence`, becomes an AI text; one that is
    rightly `no-evidence` or `pre-llm`, or wrongly `likely-ai` or `uncertain`, a human one.

    \b
    detector marks labels/ --out corpora/train/marked.parquet
    detector fit corpora/train --model my.model
    """
    from detector.pipeline.marked_texts import marked_texts

    made = marked_texts(labels, out, marks=marks, archives=archives)
    say(json.dumps(asdict(made), indent=2, default=str) if as_json else _render(made))


def _render(made: MarkedTexts) -> str:
    from detector.report.terminal import harmless

    lines = [
        f"{harmless(str(made.out))}: {made.human:,} human and {made.ai:,} AI texts",
        f"  left out: {made.undecided:,} marked pages that say nothing of an author,"
        f" {made.disputed:,} disputed, {made.foreign:,} marks of other scans,"
        f" {made.without_text:,} texts not at hand",
    ]
    return "\n".join([*lines, *(f"    {harmless(why, 300)}" for why in made.missing[:3])])
