"""`detector fdr`: a whole scan labelled at a false-discovery rate."""

from __future__ import annotations

import json
from pathlib import Path

import click


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
    from detector.label.policy import CONCLUSIVE, SUGGESTIVE
    from detector.report.discovery import discover, write_discoveries
    from detector.write.labels import open_labels

    opened = open_labels(labels)
    found = discover(opened, rate)
    if out is not None:
        write_discoveries(opened, found, out, conclusive=CONCLUSIVE, suggestive=SUGGESTIVE)
    told = {
        "fdr": found.fdr,
        "tested": found.tested,
        "called": found.called,
        "p_cut": found.p_cut,
        "by_fpr": found.by_fpr,
    }
    if as_json:
        click.echo(json.dumps(told, indent=2))
        return
    cut = "no p-value is small enough" if found.p_cut is None else f"p-value <= {found.p_cut:.3g}"
    click.echo(
        f"{found.called:,} of {found.tested:,} documents are likely-ai at a false-discovery rate of"
        f" {found.fdr:g} ({cut}); the scan called {found.by_fpr:,} so by their scores"
    )
    if out is not None:
        click.echo(f"{out}: q_value and label_fdr of every document")
