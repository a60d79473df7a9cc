"""Detectors that come with the bench, beside which others are measured."""

from __future__ import annotations

from typing import Final

from detector.bench.registry import Entry

ENTRIES: Final[tuple[Entry, ...]] = ()
