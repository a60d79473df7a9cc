"""`detector detectors`: detectors that others have made."""

from __future__ import annotations

import sys

import click

from detector.cli.output import results_alone, say


@click.group()
def detectors() -> None:
    """Detectors that you or others have made."""


@detectors.command("check")
@click.argument("name", metavar="DETECTOR")
@click.option(
    "--data",
    metavar="[FORMAT:]PATH",
    help="Labelled texts: 50 by people and 50 by machines, which it should tell apart.",
)
@click.option("--lm", metavar="NAME", help="The language model of a detector that needs one.")
@click.option("--device", metavar="NAME", help="Where it computes: cpu, cuda, cuda:1.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="The longest that a command or a server may take for a batch.",
)
def check(name: str, **options: str | float | None) -> None:
    """Try whether DETECTOR keeps the contract of a detector.

    One float a text, the same whatever stands beside it and whenever it is asked, no failure on odd
    input. DETECTOR is a known name, FILE.py:CLASS, cmd:COMMAND or http://.... Exit code 3 when it
    breaks a promise.

    \b
    detector detectors check ./my_detector.py:MyDetector
    """
    from detector.bench.registry import Options
    from detector.errors import InputError
    from detector.pipeline.bench_check import check_named
    from detector.report.terminal import harmless

    data = options.pop("data")
    with results_alone():
        checks = check_named(
            name,
            None if data is None else str(data),
            Options(**options),  # type: ignore[arg-type]  # click has checked them
        )
    for one in checks:
        say(harmless(f"{one.detector}: {'keeps the contract' if one.sound else 'BREAKS it'}"))
        for violation in one.violations:
            say(harmless(f"  {violation.rule}: {violation.message}"))
    if not all(one.sound for one in checks):
        sys.exit(InputError.exit_code)
