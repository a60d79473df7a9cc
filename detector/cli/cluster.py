"""`detector cluster`: near-duplicates over any number of finished scans."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
@click.option(
    "--from-archives",
    is_flag=True,
    help="Compare texts, not signatures: read those of candidates from the archives again.",
)
@click.option(
    "--archives-in",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where the archives lie now, if they have moved; implies --from-archives.",
)
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def cluster(
    labels: tuple[Path, ...], *, out: Path, quiet: bool, as_json: bool, **options: Any
) -> None:
    """Find near-duplicate clusters over the finished scans in LABELS.

    Every document gets its cluster, the cluster's representative (the document seen first), its
    similarity to that, and one label for all copies, with the document that decided. The scans stay
    as they are, and their order does not matter.

    \b
    detector cluster labels/ more-labels/ --out clusters/
    """
    from detector.report.terminal import harmless

    if not labels:
        raise click.UsageError("no scans: name one or more folders that `detector scan` wrote")
    from detector.pipeline.cluster import cluster as run

    found = run(labels, out, progress=not quiet, **options)
    for line in found.unread:
        click.echo(f"detector: {harmless(line, 500)}", err=True)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2, default=str))
    elif not quiet:
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
            f"  similarity: {_compared_by(found)}",
            f"  {found.relabelled:,} documents have another label than their cluster",
            f"{found.out}: one row for every document",
        ]
    )


def _compared_by(found: Clustering) -> str:
    """What the similarities are of, and which texts could not be had."""
    again = f"; {found.read_again:,} texts read again from archives" if found.read_again else ""
    if found.exact_similarity:
        return f"exact, by the texts{again}"
    if not found.estimated:
        return "estimated from signatures"
    lost = (
        f"exact, by the texts{again}; but for {found.estimated:,} of the texts, compared by"
        " signature"
    )
    if not found.from_archives:
        return f"{lost}, because their scan kept no texts"
    return (
        f"{lost}: of {found.archive_missing:,} the archive is missing or cannot be read, of"
        f" {found.archive_changed:,} it holds another text now"
    )
