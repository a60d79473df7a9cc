"""`detector serve`: the report live, for reviewers who mark its samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from detector.cli.report import showing_options


@click.command()
@click.argument("labels", type=click.Path(path_type=Path))
@showing_options
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Where to listen on 127.0.0.1; 0 for any free port.",
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
def serve(labels: Path, *, quiet: bool, **shown: Any) -> None:
    """Show the report of the scan in LABELS on 127.0.0.1, where its samples can be marked.

    Each mark, right or wrong, is added to the file of --marks at once; `detector report` shows the
    measured precision. Ctrl-C ends it.

    \b
    detector serve labels/
    """
    from detector.pipeline.serve import serve_report as run

    try:
        run(labels, progress=not quiet, ready=_ready, **shown)
    except KeyboardInterrupt:
        click.echo("stopped; every mark is stored", err=True)


def _ready(url: str, marks: Path) -> None:
    from detector.report.terminal import harmless

    click.echo(f"{url} (Ctrl-C ends it); marks go to {harmless(str(marks))}")
