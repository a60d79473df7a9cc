"""`detector filter`: the archives of a scan without what is to go."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detector.cli.output import say
from detector.errors import InputError

if TYPE_CHECKING:
    from detector.pipeline.filter import Filtering


@click.command("filter")
@click.argument("labels", type=click.Path(path_type=Path))
@click.option(
    "--drop",
    multiple=True,
    metavar="LABEL|CODE",
    help="Documents with this label go, or records that the scan skipped or found at fault with"
    " this code; may be given several times.",
)
@click.option(
    "--keep",
    metavar="EXPR",
    help="Documents for which this is false go: an expression over the columns of the documents"
    " table, in Python's notation.",
)
@click.option(
    "--clusters",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="A folder of `detector cluster`: judge by the one label of all copies, and let --keep use"
    " its columns.",
)
@click.option(
    "--out", metavar="FOLDER", help="Where the archives go: a folder, or an address such as s3://."
)
@click.option(
    "--archives-in",
    metavar="FOLDER",
    help="Where the archives lie now, if they have moved: a folder or an address.",
)
@click.option("--dry-run", is_flag=True, help="Count what would go, and write nothing.")
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def filter_command(labels: Path, *, quiet: bool, as_json: bool, **options: Any) -> None:
    """Copy the archives of the scan in LABELS without the records that are to go.

    Requests, metadata and revisits of a dropped page go with it. All other bytes stay as they are.
    Beside the archives lie a ledger of what went and why, and a manifest with books. The same
    command goes on with an interrupted filtering.

    \b
    detector filter labels/ --drop likely-ai --out clean/
    detector filter labels/ --keep 'label == "no-evidence" and language == "en"' --dry-run
    """
    if options["out"] is None and not options["dry_run"]:
        raise click.UsageError("--out is missing: name the folder where the archives go")
    from detector.pipeline.filter import filter_warcs
    from detector.report.terminal import harmless

    found = filter_warcs(labels, progress=not quiet, **options)
    if as_json:
        say(json.dumps(asdict(found), indent=2))
    elif not quiet:
        say(_render(found))
    for name, reason in found.failures:
        click.echo(f"detector: {harmless(name, 300)}: {harmless(reason, 500)}", err=True)
    if found.failures and not options["dry_run"]:
        click.echo("detector: run the same command again to retry the failed archives", err=True)
        sys.exit(InputError.exit_code)


def _render(found: Filtering) -> str:
    lines = [
        f"{found.records:,} records: {found.kept:,} kept, {found.records - found.kept:,} dropped"
    ]
    lines += [f"  {reason:<20} {count:,}" for reason, count in found.dropped.items()]
    if found.rewritten:
        lines.append(f"  {found.rewritten:,} kept records got a compressed member of their own")
    share = found.bytes_out / found.bytes_in if found.bytes_in else 1.0
    sizes = f"{found.bytes_in / 1e6:,.1f} MB in, {found.bytes_out / 1e6:,.1f} MB ({share:.1%}) out"
    if found.out is None:
        lines.append(f"dry run: about {sizes}; requests and the like that go along are not counted")
    else:
        lines.append(f"{sizes}: {found.out}")
    return "\n".join(lines)
