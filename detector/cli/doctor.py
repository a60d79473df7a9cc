"""`detector doctor`: whether this installation scores as it should."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from detector.errors import ModelError


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def doctor(*, as_json: bool) -> None:
    """Check this installation: versions, models, kernels, disk, and scores of frozen texts.

    A dozen texts that the package carries are scored and compared with the scores that the shipped
    model had when it was made. Exit code 5 when they differ, or when a model is missing.
    """
    from detector.pipeline.doctor import examine
    from detector.report.terminal import harmless

    health = examine()
    if as_json:
        click.echo(json.dumps({"sound": health.sound, **asdict(health)}, indent=2))
    else:
        marks = {True: "ok", False: "BAD", None: "-"}
        for check in health.checks:
            click.echo(f"{marks[check.ok]:<4}{check.name:<16}{harmless(check.found)}")
    if not health.sound:
        click.echo("detector: this installation does not score as it should, see above", err=True)
        sys.exit(ModelError.exit_code)
