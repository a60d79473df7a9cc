"""The command line: each command parses, calls one function, prints, and exits.

Heavy imports stand inside the commands, so that `--help` and mistakes answer at once.
"""

from detector.cli.main import cli, main

__all__ = ["cli", "main"]
