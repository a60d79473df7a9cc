"""Standard output, which may be a terminal, a file on a full disk, or a reader that has gone."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

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


@contextlib.contextmanager
def results_alone() -> Iterator[None]:
    """Send what others' code prints meanwhile to standard error, from C and processes too."""
    with contextlib.redirect_stdout(sys.stderr):
        try:
            sys.__stdout__.flush()  # type: ignore[union-attr]  # None raises too
            kept = os.dup(1)
            os.dup2(2, 1)
        except (AttributeError, OSError, ValueError):  # one of both is closed
            yield
            return
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def _drop_the_rest() -> None:
    """Let what is still in the buffer go nowhere, or Python fails once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
