"""`detector index`: memory of texts that are known to be AI-written, or known to be older."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from detector.cli.output import say

if TYPE_CHECKING:
    from detector.pipeline.index import IndexChange, IndexInfo

Command = TypeVar("Command", bound=Callable[..., Any])

PATH = click.argument("path", metavar="INDEX", type=click.Path(dir_okay=False, path_type=Path))
SOURCES = click.argument("more", nargs=-1, metavar="[SOURCES]...")
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
FROM = click.option(
    "--from",
    "first",
    metavar="SOURCES...",
    multiple=True,
    required=True,
    help="Parquet, JSON lines or plain text, folders of them, or the output folder of a scan.",
)
TEXT_COLUMN = click.option(
    "--text-column",
    default="text",
    show_default=True,
    metavar="NAME",
    help="The column of Parquet, or the key of JSON lines, that holds the text.",
)
DATE_COLUMN = click.option(
    "--date-column",
    metavar="NAME",
    help="The column or key that holds the text's date: a date, a year, or ISO 8601.",
)


@click.group()
def index() -> None:
    """Remember texts that are known to be AI-written, or known to be older than AI.

    \b
    detector index build known-ai.idx --kind ai --from cosmopedia/*.parquet
    detector index build before-llm.idx --kind pre-llm --from old-crawl-labels/
    detector scan new/*.warc.gz --out labels/ --index known-ai.idx --index before-llm.idx
    """


@index.command("build")
@PATH
@click.option(
    "--kind",
    type=click.Choice(["ai", "pre-llm"]),
    required=True,
    help="What is known of the texts: a language model wrote them, or they are older than any.",
)
@FROM
@SOURCES
@TEXT_COLUMN
@DATE_COLUMN
@click.option(
    "--without-signatures",
    is_flag=True,
    help="Store nothing that finds similar texts: a fifth of the size.",
)
@JSON
def build_command(path: Path, **options: Any) -> None:
    """Build INDEX from texts; one that is there is replaced once the new one is whole.

    Of a scan, a pre-llm index takes the pages captured before 30 November 2022, an ai index those
    with a conclusive trace, such as a disclosure. A scan made without --with-text gives signatures
    alone: its pages are found as wholes, not inside other pages.
    """
    from detector.pipeline.index import build_index

    change = build_index(
        path,
        [*options["first"], *options["more"]],
        options["kind"],
        text_column=options["text_column"],
        date_column=options["date_column"],
        progress=True,
        signatures=not options["without_signatures"],
    )
    _say_change(change, as_json=options["as_json"])


@index.command("add")
@PATH
@FROM
@SOURCES
@TEXT_COLUMN
@DATE_COLUMN
@JSON
def add_command(path: Path, **options: Any) -> None:
    """Add texts to INDEX, which then is what an index of all of them together would be."""
    from detector.pipeline.index import add_to_index

    change = add_to_index(
        path,
        [*options["first"], *options["more"]],
        text_column=options["text_column"],
        date_column=options["date_column"],
        progress=True,
    )
    _say_change(change, as_json=options["as_json"])


@index.command("merge")
@PATH
@click.argument("indexes", nargs=-1, required=True)
@JSON
def merge_command(path: Path, indexes: tuple[str, ...], *, as_json: bool) -> None:
    """Merge INDEXES of one kind into INDEX, which may be one of them."""
    from detector.pipeline.index import merge_indexes

    _say_info(merge_indexes(path, indexes), as_json=as_json)


@index.command("info")
@PATH
@JSON
def info_command(path: Path, *, as_json: bool) -> None:
    """Say what INDEX holds."""
    from detector.pipeline.index import describe_index

    _say_info(describe_index(path), as_json=as_json)


@index.command("verify")
@PATH
@JSON
def verify_command(path: Path, *, as_json: bool) -> None:
    """Read INDEX whole and compare it with its digests; exit code 5 when a byte differs."""
    from detector.pipeline.index import verify_index

    _say_info(verify_index(path), as_json=as_json, note="every byte is as it was written")


def _say_change(change: IndexChange, *, as_json: bool) -> None:
    if as_json:
        say(json.dumps(asdict(change), indent=2, default=str))
        return
    lines = [
        _told(change.index),
        f"  {change.read:,} texts read; left out: {change.short:,} of fewer than 13 words,"
        f" {change.unproven:,} pages without proof, {change.copies:,} copies",
    ]
    if change.textless:
        lines.append(
            f"  {change.textless:,} pages of scans made without --with-text: found as wholes, not"
            " inside other pages"
        )
    say("\n".join(lines))


def _say_info(info: IndexInfo, *, as_json: bool, note: str | None = None) -> None:
    if as_json:
        say(json.dumps(asdict(info), indent=2, default=str))
    else:
        say(_told(info) + (f"\n  {note}" if note else ""))


def _told(info: IndexInfo) -> str:
    from detector.report.terminal import harmless

    each = info.size / info.documents if info.documents else 0
    return (
        f"{harmless(str(info.path))}: {info.documents:,} texts of kind {info.kind},"
        f" {info.size / 1e6:,.1f} MB ({each:.0f} bytes each)\n"
        f"  {info.shingles:,} sampled shingles; signatures of {info.signed:,} texts;"
        f" format {info.format}, digest {info.digest}"
    )
