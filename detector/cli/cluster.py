"""`detector cluster`: near-duplicates over any number of finished scans."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from detector.pipeline.cluster import Clustering


@click.command()
@click.argument("labels", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FOLDER",
    help="The folder for the clusters.",
)
@click.option(
    "--threshold",
    type=float,
    default=0.8,
    show_default=True,
    help="Near-duplicates share at least so much of their shingles (Jaccard similarity).",
)
@click.option(
    "--boilerplate",
    type=float,
    default=0.02,
    show_default=True,
    metavar="SHARE",
    help="A shingle in more than this share of the texts makes no two of them alike.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def cluster(
    labels: tuple[Path, ...], *, out: Path, threshold: float, boilerplate: float, as_json: bool
) -> None:
    """Find near-duplicate clusters over the finished scans in LABELS.

    Every document gets its cluster, the cluster's representative (the document seen first), its
    similarity to that, and one label for all copies, with the document that decided. The scans stay
    as they are, and their order does not matter.

    \b
    detector cluster labels/ more-labels/ --out clusters/
    """
    if not labels:
        raise click.UsageError("no scans: name one or more folders that `detector scan` wrote")
    from detector.pipeline.cluster import cluster as run

    found = run(labels, out, threshold=threshold, boilerplate=boilerplate)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2, default=str))
    else:
        click.echo(_render(found))


def _render(found: Clustering) -> str:
    return "\n".join(
        [
            f"{found.documents:,} documents, {found.texts:,} distinct texts",
            f"  exact copies:    {found.exact_documents:,} documents in {found.exact_groups:,}"
            " groups",
            f"  near-duplicates: {found.clustered:,} documents in {found.clusters:,} clusters at a"
            f" similarity of {found.threshold:g}; the largest holds {found.largest:,}",
            f"  {found.candidates:,} pairs compared, {found.verified:,} verified; {found.parted:,}"
            " texts kept apart that only a chain of pairs would join",
            f"  {found.relabelled:,} documents have another label than their cluster",
            f"{found.out}: one row for every document",
        ]
    )
