"""The command line: each command parses, calls one function, prints, and exits."""

from detector.cli.main import cli, main

__all__ = ["cli", "main"]
