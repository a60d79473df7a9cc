"""A text cut into passages, each with the notes that are about it: spans, findings, known texts.

Offsets are characters (code points) of the whole text. Notes may overlap; a passage ends wherever
one of them begins or ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

SPAN: Final = "span"
FINDING: Final = "finding"
MATCH: Final = "match"
MOST_NOTES: Final = 30  # of one kind, on one text


@dataclass(frozen=True, slots=True)
class Note:
    """Something said of the characters [start, end) of a text. says: for a person."""

    kind: str
    start: int
    end: int
    says: str


def notes_of(row: Mapping[str, Any], longest: int) -> list[Note]:
    """The notes on the first `longest` characters of a text, from its row in the documents table.

    Of each kind the first `MOST_NOTES`.
    """
    matches = [
        (
            one,
            f"known text of the index {one['index']} ({one['kind']}): {one['id'][:200]}, about"
            f" {one['coverage']:.0%} of the page",
        )
        for one in row.get("matches") or ()
    ]
    spans = [
        (
            one,
            f"this stretch scores {one['score']:.2f}: of human stretches of its length,"
            f" {one['p_value']:.2%} score as high",
        )
        for one in row.get("spans") or ()
    ]
    findings = [
        (one, str(one["code"])) for one in row.get("findings") or () if one["place"] == "text"
    ]
    notes = []
    for kind, found in ((MATCH, matches), (SPAN, spans), (FINDING, findings)):
        near = [(one, says) for one, says in found if one["start"] < longest]
        notes += [Note(kind, one["start"], one["end"], says) for one, says in near[:MOST_NOTES]]
    return notes


def passages(text: str, notes: Sequence[Note], longest: int) -> list[tuple[str, list[int]]]:
    """The first `longest` characters as passages, each with the numbers of its notes.

    >>> passages("one two", [Note("span", 0, 3, ""), Note("match", 2, 9, "")], 6)
    [('on', [0]), ('e', [0, 1]), (' tw', [1])]
    """
    end = min(len(text), longest)
    borders = {0, end}
    for note in notes:
        borders |= {max(0, min(end, note.start)), max(0, min(end, note.end))}
    ordered = sorted(borders)
    return [
        (
            text[start:stop],
            [at for at, note in enumerate(notes) if note.start < stop and start < note.end],
        )
        for start, stop in pairwise(ordered)
    ]
