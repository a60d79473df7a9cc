"""`detector explain`: one record, replayed from the archive."""

from __future__ import annotations

from typing import Any

import click

from detector.cli.options import settings_from, settings_options
from detector.cli.output import say
from detector.errors import UsageError
from detector.records import parse_locator


@click.command()
@click.argument("locator")
@settings_options
@click.option("--full-text", is_flag=True, help="Print the whole text, not its first part.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def explain(locator: str, *, full_text: bool, as_json: bool, **options: Any) -> None:
    """Replay the record at LOCATOR: headers, text, fingerprint, every score, why this label.

    LOCATOR is FILE@OFFSET+LENGTH (or FILE@OFFSET!INNER+LENGTH), as rows and messages give it. Give
    the options of the scan to replay what it did.
    """
    from detector.cli.render import explanation_json, render_explanation
    from detector.pipeline.replay import replay

    try:
        place = parse_locator(locator)
    except ValueError as error:
        raise UsageError(str(error)) from None
    replayed = replay(place, settings_from(options))
    say(explanation_json(replayed) if as_json else render_explanation(replayed, full=full_text))
