"""`detector calibrate`: a user's own old pages in, a policy file out."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detector.cli.options import input_options, reading_options, settings_from

if TYPE_CHECKING:
    from detector.label import BandCheck
    from detector.pipeline.calibrate import Recalibration


@click.command()
@click.argument("inputs", nargs=-1)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="The policy file to write.",
)
@click.option(
    "--fpr",
    type=float,
    default=0.01,
    show_default=True,
    help="False-positive rate that the policy is for.",
)
@click.option(
    "--marks",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Marks of reviewers (`detector serve`): pages that they call human count too, whatever"
    " their date.",
)
@input_options
@reading_options
@click.option("--quiet", is_flag=True, help="No progress bar and no report.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def calibrate(inputs: tuple[str, ...], **options: Any) -> None:
    """Refit the cut points on your own old pages, and say how far the shipped ones were off.

    INPUTS are archives as for `detector scan`. Pages captured before 30 November 2022 count, each
    text once; later ones are left out. Give the options of the scan that will use the policy.

    \b
    detector calibrate old-crawl/*.warc.gz --fpr 0.01 --out mine.policy
    detector scan crawl/ --out labels/ --policy mine.policy
    """
    if not inputs and not options["paths_file"]:
        raise click.UsageError("no inputs: name files, folders or addresses, or give --paths-file")
    from detector.pipeline.calibrate import calibrate as run

    found = run(
        inputs,
        options["out"],
        settings_from(options),
        paths_file=options["paths_file"],
        base_url=options["base_url"],
        workers=options["workers"],
        marks=options["marks"],
        progress=not options["quiet"],
    )
    if options["as_json"]:
        click.echo(json.dumps(asdict(found), indent=2, default=str))
    elif not options["quiet"]:
        click.echo(_render(found))


def _render(found: Recalibration) -> str:
    refitted = sum(band.refitted for band in found.bands)
    lines = [
        f"{found.out}: {refitted} of {len(found.bands)} kinds of text refitted at a false-positive"
        f" rate of {found.fpr:g}, digest {found.digest[:16]}",
        f"  {found.pages:,} pages; left out: {found.later:,} captured since 30 November 2022 or"
        f" without a date{_marked(found.marked)}, {found.copies:,} copies,"
        f" {sum(count for _, count in found.unscored):,} of another kind"
        f" ({', '.join(f'{name} {count:,}' for name, count in found.unscored[:5]) or 'none'})",
    ]
    for band in found.bands:
        lines += _band_lines(band)
    return "\n".join(lines)


def _marked(count: int) -> str:
    return f" (of these {count:,} count by their marks)" if count else ""


def _band_lines(band: BandCheck) -> list[str]:
    lines = [f"  {band.kind}: {band.texts:,} human texts of {band.sources:,} domains"]
    if band.flagged is not None and band.rate is not None:
        lines.append(
            f"    as shipped: {band.flagged:,} called likely-ai, {band.rate:.2%}"
            f" (95 %: {band.low:.2%} - {band.high:.2%}), above {band.old_cut:.4f}"
        )
    elif band.texts:
        lines.append("    as shipped: no contract at this rate")
    if band.bound is not None:
        lines.append(
            f"    refitted:   likely-ai above {band.new_cut:.4f}; false-positive rate at most"
            f" {band.bound:.2%} (95 % confidence)"
        )
    else:
        lines.append("    too few to refit: the shipped numbers stay")
    return lines
