"""The sampled documents as a page shows them: plain values, nothing cut that matters."""

from __future__ import annotations

import json
import math
import re
import shlex
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from detector.records import Locator, Mark
from detector.report.passages import Note, notes_of, passages
from detector.report.terminal import harmless

LONGEST_TEXT: Final = 20_000  # characters of one text
SHORTEST_TEXT: Final = 200  # if need be
LARGEST: Final = 3_500_000  # bytes of all samples as JSON
LONGEST_URL: Final = 2_000  # that becomes a link
LONGEST_SHOWN: Final = 500  # characters of an address or a title
MOST_FINDINGS: Final = 20

_ODD: Final = re.compile(r"[^\x21-\x7e]|[<>\"'`\\{}|^]")

# Control characters but line feeds and tabs, and what changes the direction of writing.
_UNREADABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]"
)


def safe_link(url: str | None) -> str | None:
    """The address if it may become a link: http or https, with a host, without odd characters.

    >>> safe_link("https://a.example/x?y=1"), safe_link("javascript:alert(1)//http://a.example")
    ('https://a.example/x?y=1', None)
    """
    if not url or len(url) > LONGEST_URL or _ODD.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and host else None


def explain_command(place: str, options: str = "") -> str:
    """The command that replays a record; what the crawl brought is quoted for the shell.

    >>> explain_command("a b.warc.gz@1+2", "--fpr 0.005")
    "detector explain 'a b.warc.gz@1+2' --fpr 0.005"
    """
    if place.startswith("-"):
        return " ".join(filter(None, ("detector explain", options, "--", shlex.quote(place))))
    return f"detector explain {shlex.quote(place)} {options}".rstrip()


Text = tuple[str | None, int, str]
"""The beginning of a text, the characters of all of it; or None, 0, and why it is not at hand."""


def fitted(
    rows: Sequence[Mapping[str, Any]], texts: Sequence[Text], options: str, largest: int = LARGEST
) -> list[dict[str, Any]]:
    """All documents of a sample, with as much of their texts as `largest` bytes of JSON allow.

    rows, texts: of the same documents. options: for the command that replays one.
    """
    longest = LONGEST_TEXT
    while True:
        found = [
            sample(at, row, text, longest, options)
            for at, (row, text) in enumerate(zip(rows, texts, strict=True))
        ]
        size = len(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
        if size <= largest or longest <= SHORTEST_TEXT:
            return found
        longest = max(SHORTEST_TEXT, longest * 2 // 3)


def sample(
    number: int,
    row: Mapping[str, Any],
    text: Text,
    longest: int,
    options: str,
) -> dict[str, Any]:
    """One document, with at most `longest` characters of its text."""
    place = str(Locator(row["file"], row["offset"], row["length"], row["inner"]))
    shown, chars, why = text
    notes = notes_of(row, longest)
    captured = row["captured"]
    url = row["url"]
    return {
        "id": number,
        "label": row["label"],
        "url": None if url is None else _line(url, LONGEST_SHOWN),
        "link": safe_link(url),
        "title": None if row["title"] is None else _line(row["title"], LONGEST_SHOWN),
        "host": None if row["host"] is None else _line(row["host"], 100),
        "language": row["language"],
        "words": row["words"],
        "media_type": row["media_type"],
        "captured": None if captured is None else captured.strftime("%Y-%m-%d"),
        "score": _number(row["score"]),
        "probability": _number(row["probability"]),
        "p_value": _number(row["p_value"]),
        "ai_fraction": _number(row.get("ai_fraction")),
        "reasons": list(row["reasons"]),
        "findings": [
            {"code": one["code"], "place": one["place"], "excerpt": _line(one["excerpt"], 100)}
            for one in row["findings"][:MOST_FINDINGS]
        ],
        "place": place,
        "command": explain_command(place, options),
        "text": None if shown is None else _passages(shown, notes, longest),
        "hidden": 0 if shown is None else chars - min(len(shown), longest),
        "why": _line(why, LONGEST_SHOWN),
        "notes": [{"kind": note.kind, "says": _line(note.says, 250)} for note in notes],
        "copies": None,
    }


def marks_on(row: Mapping[str, Any], marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """The marks on one document, as a page shows them."""
    key = (row["file"], row["ordinal"], row["fingerprint"])
    return [
        {"reviewer": mark.reviewer, "right": mark.right, "note": mark.note}
        for mark in marks
        if mark.document == key
    ]


def _passages(text: str, notes: Sequence[Note], longest: int) -> list[tuple[str, list[int]]]:
    return [(legible(part), numbers) for part, numbers in passages(text, notes, longest)]


def _line(text: str, longest: int) -> str:
    """Text on one line, at most so long even where characters became escapes."""
    line = harmless(text, longest)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def legible(text: str) -> str:
    """The text with what would hide or reorder it written as escapes; joiners stay.

    >>> legible("a\\x1b\\u202eb\\n")
    'a\\\\x1b\\\\u202eb\\n'
    """
    return _UNREADABLE.sub(lambda found: _escaped(found[0]), text)


@lru_cache(1024)
def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(f"{value:.5g}")
