"""Standard output, which may be a terminal, a file on a full disk, or a reader that has gone."""

from __future__ import annotations

import os
import sys

import click

from detector.errors import OutputError


def say(text: str) -> None:
    """Print a result; that its reader went away (`detector show | head`) is no failure.

    OutputError when it cannot be written for another reason.
    """
    try:
        click.echo(text)
    except BrokenPipeError:
        _drop_the_rest()
    except OSError as error:
        _drop_the_rest()
        raise OutputError(
            f"standard output: cannot write: {error.strerror}. Free some space or send it elsewhere"
            " and run the same command again"
        ) from error


def _drop_the_rest() -> None:
    """Let what is still in the buffer go nowhere, or Python fails once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
