"""`detector prevalence`: the share of machine text, corrected for the detector's errors."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detector.cli.output import say

if TYPE_CHECKING:
    from detector.pipeline.prevalence import GroupShare, Prevalence

_MOST = 20  # groups of one kind that are printed


@click.command()
@click.argument("labels", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--by",
    multiple=True,
    metavar="NAME[,NAME]",
    help="Also for each group of pages: host, domain, suffix (of the registered domain), month (of"
    " capture), language, media-type, length, scan. Several by commas.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a row for each group to this Parquet file.",
)
@click.option(
    "--min-pages",
    type=int,
    default=30,
    show_default=True,
    help="Groups with fewer pages that could be assessed get no row.",
)
@click.option("--confidence", type=float, default=0.95, show_default=True, help="Of the intervals.")
@click.option(
    "--count",
    type=click.Choice(["texts", "pages"]),
    default="texts",
    show_default=True,
    help="Count each distinct text of a group once, or every page.",
)
@click.option(
    "--placebo",
    is_flag=True,
    help="Only pages captured before 30 November 2022: the interval must contain zero.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def prevalence(
    labels: tuple[Path, ...], *, by: tuple[str, ...], as_json: bool, **options: Any
) -> None:
    """Estimate the share of machine text in the finished scans in LABELS.

    The share that is called `likely-ai` holds false positives and misses machine text. Here it is
    corrected by both rates, whose uncertainty, most of all how much they differ between sources of
    text, is in the interval. A second estimate, from all scores without a cut, checks the first.
    Pages that were not assessed take no part.

    \b
    detector prevalence labels/ --by host,month,language --out prevalence.parquet
    """
    if not labels:
        raise click.UsageError("no scans: name one or more folders that `detector scan` wrote")
    from detector.pipeline.prevalence import prevalence as run

    names = [name.strip() for part in by for name in part.split(",") if name.strip()]
    found = run(labels, by=names, **options)
    say(json.dumps(_told(found), indent=2) if as_json else _render(found))


def _told(found: Prevalence) -> dict[str, Any]:
    """The result as plain values, a placebo with its outcome."""
    told = asdict(found)
    return told | ({"contains_zero": found.contains_zero} if found.placebo else {})


def _render(found: Prevalence) -> str:
    from detector.report.terminal import thousands

    whole = found.whole
    lines = [
        f"{thousands(whole.pages)} pages, {thousands(whole.not_assessed)} of them not assessed;"
        f" {thousands(whole.texts)} distinct texts at {thousands(whole.sites)} sites",
        f"  above the cut ({found.fpr:g})   {_share(_flagged(whole))} of"
        f" {thousands(whole.counted)} {found.count}",
        f"  machine text         {_estimate(whole)}",
    ]
    if whole.mixture is not None:
        ends = f"{_share(whole.mixture_low)} to {_share(whole.mixture_high)}"
        lines.append(f"  without a cut        {_share(whole.mixture)} ({ends})")
    if whole.disagree:
        lines.append("  the two contradict each other: trust neither (docs/prevalence.md says why)")
    if found.placebo:
        right = "contains zero, as it must" if found.contains_zero else "DOES NOT contain zero"
        lines.append(f"  placebo: the interval {right}")
    for by in found.left_out:
        lines += ["", *_groups(found, by)]
    if found.out is not None:
        lines += ["", f"{found.out}: one row for every group"]
    return "\n".join(lines)


def _groups(found: Prevalence, by: str) -> list[str]:
    """The table of one kind of group, those with the highest lower ends first."""
    from detector.report.terminal import harmless, thousands

    own = [one for one in found.groups if one.by == by]
    ranked = sorted(own, key=lambda one: (-(one.low or 0), -(one.share or 0), -one.pages))
    if by == "month":
        ranked = sorted(own, key=lambda one: one.group or "")[-_MOST:]
    lines = [f"by {by}: {thousands(len(own))} with {found.min_pages} pages or more,"
             f" {thousands(found.left_out[by])} with fewer"]  # fmt: skip
    for one in ranked[:_MOST]:
        name = "(unknown)" if one.group is None else harmless(one.group, 40)
        mark = "  more than false positives explain" if one.excess else ""
        lines.append(f"  {name:<40} {thousands(one.pages):>10}  {_estimate(one)}{mark}")
    if len(own) > _MOST:
        lines.append(f"  and {thousands(len(own) - _MOST)} more")
    return lines


def _flagged(one: GroupShare) -> float | None:
    return one.flagged / one.counted if one.counted else None


def _estimate(one: GroupShare) -> str:
    if one.share is None:
        return "nothing was assessed"
    return f"{_share(one.share)} ({_share(one.low)} to {_share(one.high)})"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
