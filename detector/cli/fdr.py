"""`detector fdr`: a whole scan labelled at a false-discovery rate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from detector.report.discovery import Discoveries


@click.command()
@click.argument("labels", type=click.Path(path_type=Path))
@click.option(
    "--fdr",
    "rate",
    type=float,
    default=0.05,
    show_default=True,
    help="Of the documents that are called `likely-ai`, the share that may be people's.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write each document's q-value and new label to this Parquet file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def fdr(labels: Path, *, rate: float, out: Path | None, as_json: bool) -> None:
    """Label the finished scan in LABELS by the false-discovery rate among what is called.

    Where --fpr bounds the share of human texts that are called, --fdr bounds the share of called
    texts that are human (Benjamini and Hochberg, over the column p_value). The folder stays as it
    is.

    \b
    detector fdr labels/ --fdr 0.05 --out discoveries.parquet
    """
    found = discoveries(labels, rate, out)
    if as_json:
        click.echo(json.dumps(told(found), indent=2))
        return
    click.echo(sentence(found))
    if out is not None:
        click.echo(f"{out}: q_value and label_fdr of every document")


def discoveries(labels: Path, rate: float, out: Path | None) -> Discoveries:
    """Label a finished scan by a false-discovery rate, and write that to `out`."""
    from detector.label.known import KNOWN_AI, KNOWN_AI_PART
    from detector.label.policy import CLASSIFIER_PART, CONCLUSIVE, SUGGESTIVE
    from detector.report.discovery import discover, write_discoveries
    from detector.write.labels import open_labels

    opened = open_labels(labels)
    found = discover(opened, rate)
    if out is not None:
        conclusive = (*CONCLUSIVE, KNOWN_AI)
        suggestive = (*SUGGESTIVE, CLASSIFIER_PART, KNOWN_AI_PART)
        write_discoveries(opened, found, out, conclusive=conclusive, suggestive=suggestive)
    return found


def told(found: Discoveries) -> dict[str, float | int | None]:
    """What was found, as plain values."""
    return {
        "fdr": found.fdr,
        "tested": found.tested,
        "called": found.called,
        "p_cut": found.p_cut,
        "by_fpr": found.by_fpr,
    }


def sentence(found: Discoveries) -> str:
    """What was found, in one sentence."""
    cut = "no p-value is small enough" if found.p_cut is None else f"p-value <= {found.p_cut:.3g}"
    return (
        f"{found.called:,} of {found.tested:,} documents are likely-ai at a false-discovery rate of"
        f" {found.fdr:g} ({cut}); the scan called {found.by_fpr:,} so by their scores"
    )
