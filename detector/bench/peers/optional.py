"""Packages that only some detectors need, imported when such a detector is loaded."""

from __future__ import annotations

from importlib import import_module, metadata
from typing import Any

from detector.errors import UsageError


def needed(module: str, install: str) -> Any:
    """Import a module; UsageError that says what to install where it is missing."""
    try:
        return import_module(module)
    except ImportError as error:
        raise UsageError(
            f"the Python module {module!r} cannot be imported ({str(error)[:60]}): `pip install"
            f" {install}`"
        ) from error


def version_of(distribution: str) -> str:
    """Give a distribution and its installed version, as `lmscan 0.6.1`."""
    try:
        return f"{distribution} {metadata.version(distribution)}"
    except metadata.PackageNotFoundError:
        return distribution
