"""`detector show`: what a folder of labels holds."""

from __future__ import annotations

import json
from pathlib import Path

import click

from detector.cli.output import say


@click.command()
@click.argument("labels", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def show(labels: str, *, as_json: bool) -> None:
    """Sum up a folder of LABELS: records, labels, skips, faults, rate; unfinished runs too."""
    from detector.report import render_summary, summarise, summary_json
    from detector.write.labels import open_labels

    summary = summarise(open_labels(Path(labels)))
    say(json.dumps(summary_json(summary), indent=2) if as_json else render_summary(summary))
