"""`detector bench`: detectors measured on sets of labelled texts."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector.cli.bench_report import report_command
from detector.cli.output import results_alone, say

if TYPE_CHECKING:
    from detector.pipeline.bench import BenchRun
    from detector.pipeline.bench_pass import RunInfo
    from detector.pipeline.bench_sets import SetInfo


@click.group()
def bench() -> None:
    """Benchmark detectors of AI-generated text, anybody's, on anybody's sets.

    \b
    detector bench run --data dev/*.parquet --detector hashed_ngram.v2 --out results/
    detector bench report results/ --out report/
    detector bench list
    """


bench.add_command(report_command)


@bench.command("run")
@click.option(
    "--data",
    "first",
    metavar="[FORMAT:]PATH...",
    multiple=True,
    required=True,
    help="Sets of labelled texts: files, patterns or folders (see `detector bench list`).",
)
@click.argument("more", nargs=-1, metavar="[DATA]...")
@click.option(
    "--detector",
    "detectors",
    metavar="NAME",
    multiple=True,
    required=True,
    help="A known name, FILE.py:CLASS, hf:MODEL, cmd:COMMAND or http://...; may be repeated.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="The folder for results; what it has already is not done again.",
)
@click.option("--raw", is_flag=True, help="Texts as the files have them, not normalised.")
@click.option(
    "--batch",
    type=click.IntRange(1),
    default=64,
    show_default=True,
    metavar="N",
    help="Texts in a batch.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help="Texts of a set; of a greater one, a sample over its sources and labels.",
)
@click.option("--lm", metavar="NAME", help="The language model of detectors that need one.")
@click.option("--performer", metavar="NAME", help="The second one, of detectors that compare two.")
@click.option(
    "--device", metavar="NAME", help="Where they compute: cpu, cuda:1; the type too: cpu@bfloat16."
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="The longest that a command or a server may take for a batch.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def run_command(
    first: tuple[str, ...],
    more: tuple[str, ...],
    detectors: tuple[str, ...],
    out: Path,
    *,
    raw: bool,
    limit: int | None,
    as_json: bool,
    **options: str | int | float | None,
) -> None:
    """Ask detectors about sets of labelled texts and keep every score in a folder.

    A set that cannot be read, or a detector that fails, is a row that says so; the rest goes on,
    and the exit code is 3.

    \b
    detector bench run --data dev/*.parquet --data raid:train.csv --detector hashed_ngram.v2 \\
        --detector ./mine.py:Mine --detector cmd:"./score --stdin" --out results/
    """
    from detector.bench.registry import Options
    from detector.errors import InputError
    from detector.pipeline.bench import bench_run

    with results_alone():
        done = bench_run(
            [*first, *more],
            detectors,
            out,
            raw=raw,
            limit=limit,
            options=Options(**options),  # type: ignore[arg-type]  # click has checked them
            progress=True,
        )
    say(json.dumps(asdict(done), indent=2, default=str) if as_json else _rendered(done))
    if not done.sound:
        sys.exit(InputError.exit_code)


def _rendered(done: BenchRun) -> str:
    from detector.report.terminal import harmless

    lines = [_set_line(one) for one in done.sets] + [""] + [_run_line(info) for info in done.runs]
    if done.resumed:
        lines.append(f"({done.resumed:,} of these had been done before)")
    lines.append("")
    lines.append(
        f"{done.overlaps['pairs']:,} pairs of similar texts in different sets"
        f" ({done.overlaps['exact']:,} of equal ones): {done.out}/overlaps.parquet"
    )
    return "\n".join(harmless(line) for line in lines)


def _set_line(one: SetInfo) -> str:
    if one.status != "ok":
        return f"{one.name}: FAILED: {one.message}"
    labels = ", ".join(f"{count:,} {label or 'unlabelled'}" for label, count in one.labels.items())
    told = [f"{one.texts:,} texts ({labels})"]
    if one.left_out:
        left = ", ".join(f"{count:,} {reason}" for reason, count in one.left_out.items())
        told.append(f"left out: {left} (first: {next(iter(one.first_left_out.values()))})")
    if one.note:
        told.append(one.note)
    return f"{one.name}: {'; '.join(told)}"


def _run_line(info: RunInfo) -> str:
    where = f"{info.set} x {info.detector}"
    if info.status != "ok":
        return f"{where}: FAILED: {info.message}"
    rate = info.asked / info.wall_seconds if info.wall_seconds else 0.0
    scored = info.asked - info.abstained
    told = f"{scored:,} of {info.texts:,} scored, {rate:,.1f} texts/s"
    return f"{where}: {told}{'; ' if info.message else ''}{info.message}"


@bench.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_command(*, as_json: bool) -> None:
    """List the detectors and the formats of data that are known, and what each needs."""
    from detector.bench.data import FORMATS
    from detector.pipeline.bench_detectors import known_detectors, outside_names

    entries = known_detectors()
    if as_json:
        value = {
            "detectors": [
                {"name": entry.name, "needs": entry.needs, "what": entry.what} for entry in entries
            ],
            "entry_points": outside_names(),
            "formats": [
                {"name": one.name, "what": one.what, "options": sorted({*one.options, "lang"})}
                for one in FORMATS.values()
            ],
        }
        say(json.dumps(value, indent=2))
        return
    wide = max(len(name) for name in (*(entry.name for entry in entries), *FORMATS))
    lines = ["Detectors:"]
    for entry in entries:
        needs = f" (needs {entry.needs})" if entry.needs else ""
        lines.append(f"  {entry.name:<{wide}}  {entry.what}{needs}")
    lines += [f"  {name:<{wide}}  of an installed distribution" for name in outside_names()]
    lines += [
        f"  {'FILE.py:CLASS':<{wide}}  a class with name, languages, min_words and score(texts)",
        f"  {'hf:MODEL':<{wide}}  a sequence classifier of transformers, by path or name",
        f"  {'cmd:COMMAND':<{wide}}  a command: JSON lines in, a number a line out",
        f"  {'http://...':<{wide}}  a server: JSON in, JSON out",
        "",
        "Formats of data:",
        *(f"  {one.name:<{wide}}  {one.what}" for one in FORMATS.values()),
    ]
    say("\n".join(lines))


@bench.command("raid-predictions")
@click.argument("results", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--set", "name", required=True, metavar="SET", help="That of RAID's test.csv.")
@click.option("--detector", required=True, metavar="NAME", help="Whose scores.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("predictions.json"),
    show_default=True,
    metavar="FILE",
    help="Where to write them.",
)
def raid_command(results: Path, name: str, detector: str, out: Path) -> None:
    """Write the scores in RESULTS as RAID's leaderboard takes them."""
    from detector.pipeline.raid_predictions import write_predictions

    texts, abstained = write_predictions(results, name, detector, out)
    told = f"{out}: scores of {texts:,} texts"
    if abstained:
        told += (
            f"; {abstained:,} of them null, where it abstained: RAID leaves out each split that"
            " has one"
        )
    say(told)
