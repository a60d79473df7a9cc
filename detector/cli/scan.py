"""`detector scan`: archives in, labels out."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from detector.cli.fdr import discoveries, sentence, told
from detector.cli.options import DEFAULTS, input_options, settings_from, settings_options
from detector.cli.output import say
from detector.errors import InputError

if TYPE_CHECKING:
    from detector.pipeline.sample import Estimate


@click.command()
@click.argument("inputs", nargs=-1)
@click.option("--out", type=click.Path(), metavar="FOLDER", help="Where the labels go.")
@input_options
@click.option("--resume", is_flag=True, help="Insist on taking up an unfinished run in --out.")
@click.option(
    "--part-size",
    type=int,
    default=DEFAULTS.part_size,
    show_default=True,
    metavar="DOCUMENTS",
    help="Documents in one part of the output: the most work that a crash can undo.",
)
@click.option("--with-text", is_flag=True, help="Store the text itself in the documents table.")
@settings_options
@click.option(
    "--fdr",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="RATE",
    help="When done, also label the whole by this false-discovery rate, into fdr.parquet in --out"
    " (see `detector fdr`).",
)
@click.option("--dry-run", is_flag=True, help="Judge a sample, estimate time and shares, stop.")
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def scan(inputs: tuple[str, ...], **options: Any) -> None:
    """Label every page of INPUTS into --out; account for every other record too.

    INPUTS are files, folders, globs, http(s):// and s3:// addresses (a prefix that ends in / is
    listed), or - for standard input: WARC, ARC and WET, plain, .gz or .zst.

    A run that was interrupted goes on where it was, when the same command is given again. Output
    is the same, byte for byte, for any number of workers and interruptions.

    \b
    detector scan crawl/*.warc.gz --out labels/
    detector scan s3://bucket/crawl/ https://host/x.warc.gz --out labels/
    detector scan --paths-file warc.paths.gz --base-url https://data.commoncrawl.org/ --out labels/
    zcat x.warc.gz | detector scan - --out labels/
    """
    from detector.pipeline.server import start_server

    if not inputs and not options["paths_file"]:
        raise click.UsageError("no inputs: name files, folders or addresses, or give --paths-file")
    if not options["out"] and not options["dry_run"]:
        raise click.UsageError("--out is missing: name the folder where the labels go")
    start_server()  # it loads the models while this process imports the rest

    from detector.pipeline.scan import Scanner
    from detector.report import harmless, render_summary, summarise, summary_json
    from detector.write.labels import open_labels

    if options["dry_run"]:
        _dry_run(inputs, options)
        return
    result = Scanner(settings_from(options)).scan(
        inputs,
        options["out"],
        paths_file=options["paths_file"],
        base_url=options["base_url"],
        workers=options["workers"],
        resume=options["resume"],
        progress=not options["quiet"],
    )
    summary = summarise(open_labels(result.out))
    found = None
    if options["fdr"] is not None:
        found = discoveries(result.out, options["fdr"], result.out / "fdr.parquet")
    if options["as_json"]:
        say(
            json.dumps(
                {**summary_json(summary), **({"fdr": told(found)} if found else {})}, indent=2
            )
        )
    elif not options["quiet"]:
        say(render_summary(summary) + (f"\n  {sentence(found)}" if found else ""))
    for name, reason in result.failures:
        click.echo(f"detector: {harmless(name, 300)}: {harmless(reason, 500)}", err=True)
    if result.failures:
        click.echo("detector: run the same command again to retry the failed inputs", err=True)
        sys.exit(InputError.exit_code)


def _dry_run(inputs: tuple[str, ...], options: dict[str, Any]) -> None:
    from detector.pipeline.sample import estimate
    from detector.pipeline.scan import default_workers

    sampled = estimate(
        inputs,
        settings_from(options),
        workers=options["workers"] or default_workers(),
        paths_file=options["paths_file"],
        base_url=options["base_url"],
    )
    if options["as_json"]:
        say(json.dumps(sampled.as_json(), indent=2))
    else:
        say(_render(sampled))


def _render(sampled: Estimate) -> str:
    size = "of unknown size" if sampled.size is None else f"{sampled.size / 1e6:,.1f} MB"
    lines = [
        f"{sampled.inputs:,} inputs, {size}; sampled {sampled.sampled_bytes / 1e6:,.1f} MB:"
        f" {sampled.sampled_records:,} records, {sampled.sampled_documents:,} documents",
    ]
    if sampled.seconds is not None and sampled.documents is not None:
        lines.append(
            f"estimate: about {sampled.documents:,} documents in {_duration(sampled.seconds)}"
            f" with {sampled.workers} workers on this machine"
        )
    elif sampled.size is None:
        lines.append("no estimate of the whole: not every input tells its size before it is read")
    else:
        lines.append("no estimate of the whole: too little of the inputs could be sampled")
    lines += [
        f"  {share.label:<13} {share.share:6.1%}  (95 %: {share.low:.1%} - {share.high:.1%})"
        for share in sampled.shares
    ]
    lines += [f"  skip  {code:<20} {count:,}" for code, count in sampled.skips]
    lines += [f"  fault {code:<20} {count:,}" for code, count in sampled.faults]
    return "\n".join(lines)


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
