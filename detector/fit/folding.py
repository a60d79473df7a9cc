"""The folding table: which ASCII character stands for a code point when text is scored.

The table is made here once, from the Unicode data of the Python that fits a model, and travels in
the model file, so that a later Unicode version changes no score.
"""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

from detector.lookalikes import LATIN_OF

BREAK, DROP, ELLIPSIS, OTHER = 0, 1, 2, 123

_STRETCHES = ((0, 0x3000), (0xFE00, 0x10000), (0x1D400, 0x1D800))
_KEPT = ".,;:!?()\"$%&'"
_ALONE = dict.fromkeys("“”„‟«»″〝〞", '"') | dict.fromkeys("‘’‚‛′ʼ´`", "'") | {"…": ""}
# Letters of Hangul that stand for none and are drawn as nothing.
_FILLERS = "\u115f\u1160\u3164\uffa0"


def _folded(char: str) -> int:
    looks_like = LATIN_OF.get(char) or LATIN_OF.get(char.lower())
    if char in _KEPT:
        return ord(char)
    if char in _ALONE:
        return ord(_ALONE[char]) if _ALONE[char] else ELLIPSIS
    if looks_like:
        return ord(looks_like)
    category = unicodedata.category(char)
    if category in ("Cf", "Mn", "Me") or char in _FILLERS or char == "\x7f":
        return DROP
    # Controls separate: they never stand inside a word that someone wrote.
    return BREAK if category in ("Cc", "Cs") else _based(char, category)


def _based(char: str, category: str) -> int:
    """Fold a character to what its compatibility decomposition begins with."""
    base = unicodedata.normalize("NFKD", char)[0].lower()
    if base in LATIN_OF:
        return ord(LATIN_OF[base])
    if base.isascii() and base.isalnum():
        return ord(base)
    if category[0] == "L" or category == "Mc":
        return OTHER
    if category == "Nd":
        return ord(str(unicodedata.digit(char)))
    return ord(base) if base in _KEPT else BREAK


def folding_table() -> NDArray[np.uint8]:
    """Make the table, uint8 of 13,824 entries: U+0000-2FFF, U+FE00-FFFF, U+1D400-1D7FF."""
    points = [p for start, stop in _STRETCHES for p in range(start, stop)]
    return np.array([_folded(chr(point)) for point in points], dtype=np.uint8)
