"""`detector audit`: what would go, and what of it people wrote, before anything is dropped."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from detector.cli.output import say


@click.command()
@click.argument("labels", type=click.Path(path_type=Path))
@click.option(
    "--drop",
    multiple=True,
    metavar="LABEL",
    help="Documents with this label go, as in `detector filter`; may be given several times.",
)
@click.option(
    "--keep",
    metavar="EXPR",
    help="Documents for which this is false go, as in `detector filter`.",
)
@click.option(
    "--clusters",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="A folder of `detector cluster`: judge by the one label of all copies.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FOLDER",
    help="The folder for the audit: new, empty, or an earlier audit's.",
)
@click.option(
    "--archives-in",
    "archives",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where the scanned archives are now, if they were moved.",
)
@click.option(
    "--sample",
    type=int,
    default=50,
    show_default=True,
    help="Documents that would go, chosen at random, to be read.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random choice.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def audit(labels: Path, *, as_json: bool, **options: Any) -> None:
    """Say what a filtering of the scan in LABELS would take out, before anything is dropped.

    By host, length, language, media type and suffix of the registered domain: what share would go,
    and how many of those pages are expected to be human-written, with an interval. With a sample
    of what would go, to be read. The scan and its archives stay as they are.

    \b
    detector audit labels/ --drop likely-ai --out audit/
    """
    from detector.pipeline.audit import audit as run
    from detector.report.removal import removal_summary

    found = run(labels, **options)
    told = asdict(found)
    del told["page"]
    if as_json:
        say(json.dumps(told, indent=2))
    else:
        say(f"{removal_summary(told, told)}\n{found.out}/audit.md: the page to read")
