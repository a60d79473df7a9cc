"""Findings from matches: their place, their excerpt, and never too many of one kind."""

from __future__ import annotations

from typing import Final

from detector.records import Finding

EXCERPT: Final = 60  # characters
MOST_TEXT: Final = 1 << 20  # characters of a text that are looked at
MOST_OF_A_CODE: Final = 5  # findings of one code in one page; more of the same say no more


def finding(code: str, place: str, source: str, start: int, end: int) -> Finding:
    """Make the finding of `source[start:end]`."""
    return Finding(code, place, start, end, source[start : min(end, start + EXCERPT)])
