"""One form for all texts of all sets, so that a set is not solved by how its files were made.

What goes is what two sides of a set often differ in because of where they were copied from: line
ends and paragraphs, runs of white space, typographic quotes, dashes and dots, and whether an accent
is one character or two. What a writer or an attacker does to words stays: case, look-alike letters,
zero-width characters, what an assistant says around its text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

NORMAL: Final = "bench-text.v1"

_FOLDED: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u2026": "...",
        "\0": " ",
    }
)
_DASHES: Final = re.compile("-{2,}")


def normalised(text: str) -> str:
    """Give the form of a text that every detector is asked about, unless a run is raw.

    NFC; white space of any kind and length becomes one space, with none at the ends; typographic
    quotes and the ellipsis become ASCII; dashes of any kind, and runs of them, become one hyphen;
    lone surrogates become U+FFFD. Idempotent.

    >>> normalised("“Tea —\\u00a0it’s good.”\\r\\n\\r\\nMore…")
    '"Tea - it\\'s good." More...'
    """
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        text = unicodedata.normalize("NFC", text).translate(_FOLDED)
    elif "\0" in text:
        text = text.replace("\0", " ")
    return " ".join(_DASHES.sub("-", text).split())
