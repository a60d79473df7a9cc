"""`detector export`: the labels of a finished scan in the form of another tool."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detector.cli.options import add_options

if TYPE_CHECKING:
    from detector.pipeline.export_settings import Exported

FOLDER = click.Path(file_okay=False, path_type=Path)


def selection_options(command: Any) -> Any:
    """Add the options that say which documents are kept."""
    return add_options(
        command,
        click.option(
            "--drop",
            multiple=True,
            metavar="LABEL",
            help="Documents of this label go; may be given several times.",
        ),
        click.option(
            "--keep",
            metavar="EXPRESSION",
            help="""Only documents for which this holds, as in 'language == "en"'.""",
        ),
        click.option(
            "--clusters",
            type=FOLDER,
            help="A folder of `detector cluster`: one label for all copies of a text.",
        ),
    )


def dolma_options(command: Any) -> Any:
    """Add the options of the format dolma."""
    return add_options(
        command,
        click.option(
            "--documents",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            metavar="FOLDER",
            help="dolma: the documents that the attributes are for.",
        ),
        click.option(
            "--write-documents",
            is_flag=True,
            default=None,
            help="dolma: write the documents too; their texts are read from the archives again"
            " unless the scan stored them (--with-text).",
        ),
        click.option(
            "--id",
            metavar="KIND",
            help="dolma: what the ids of documents are: record-id, locator, url, payload-digest or"
            " fingerprint.  [default: record-id with --documents, else locator]",
        ),
        click.option(
            "--archives-in",
            "archives",
            type=str,
            metavar="FOLDER",
            help="dolma: where the archives of the scan lie now, for --write-documents.",
        ),
    )


@click.command()
@click.argument("labels", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    required=True,
    type=click.Choice(["dolma", "weights", "cc-annotation", "jsonl"]),
    help="The form that is wanted.",
)
@click.option("--out", type=FOLDER, required=True, help="The folder for it.")
@click.option(
    "--name",
    help="dolma, cc-annotation: the prefix of attributes and columns.  [default: detector]",
)
@click.option(
    "--power",
    type=float,
    metavar="K",
    help="weights: they are (1 - probability)^K.  [default: 1]",
)
@click.option(
    "--table",
    type=click.Choice(["parquet", "jsonl"]),
    help="weights: the kind of file.  [default: parquet]",
)
@click.option(
    "--crawl",
    metavar="NAME",
    help="cc-annotation: the crawl, where the paths of the archives do not say it.",
)
@dolma_options
@selection_options
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def export(
    labels: Path, *, format_: str, out: Path, quiet: bool, as_json: bool, **options: Any
) -> None:
    """Write the labels of the finished scan in LABELS in the form of another tool.

    dolma: attributes for `dolma mix`. weights: a sampling weight for each document. cc-annotation:
    rows that join Common Crawl's URL index. jsonl: one object for each document. The scan stays as
    it is. docs/export.md specifies the formats.

    \b
    detector export labels/ --format dolma --out attributes/
    detector export labels/ --format weights --power 2 --out weights/
    """
    from detector.cli.output import say
    from detector.pipeline.export import export as run
    from detector.pipeline.export_settings import ExportSettings

    settings = ExportSettings(**{**options, "drop": tuple(options["drop"])})
    found = run(labels, out, format_, settings, shown=not quiet)
    if as_json:
        say(json.dumps(asdict(found), indent=2, default=str))
    elif not quiet:
        say(_render(found))


def _render(found: Exported) -> str:
    lines = [
        f"{found.out}: {found.rows:,} rows in {found.files:,} files, of {found.documents:,}"
        " documents"
    ]
    if found.left_out:
        lines.append(f"  {found.left_out:,} documents {_LEFT_OUT[found.format]}")
    if found.unmatched:
        lines.append(f"  {found.unmatched:,} Dolma documents are not in the scan: no attributes")
    if found.other_text:
        lines.append(f"  {found.other_text:,} have another text than was judged: no spans")
    return "\n".join(lines)


_LEFT_OUT = {
    "dolma": "are not kept: their attribute `kept` is 0",
    "weights": "are not kept: their weight is 0",
    "cc-annotation": "left out: not kept, or without an address",
    "jsonl": "left out: not kept",
}
