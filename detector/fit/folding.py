"""The folding table: which ASCII character stands for a code point when text is scored.

The table is made here once, from the Unicode data of the Python that fits a model, and travels in
the model file, so that a later Unicode version changes no score.
"""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

BREAK, DROP, ELLIPSIS, OTHER = 0, 1, 2, 123

_STRETCHES = ((0, 0x3000), (0xFE00, 0x10000), (0x1D400, 0x1D800))
_KEPT = ".,;:!?()\"$%&'"
_ALONE = dict.fromkeys("“”„‟«»″〝〞", '"') | dict.fromkeys("‘’‚‛′ʼ´`", "'") | {"…": ""}
# Letters that look like Latin ones (Unicode TR39 confusables, the usual Cyrillic and Greek ones).
_LOOKALIKES = dict(
    zip("аеорсухіјѕһԁԛԝгвкмнтбпαονρτυιкɑɡıɩ", "aeopcyxijshdqwrbkmhtbnaovptyikagii", strict=True)
)


def _folded(char: str) -> int:
    lowered = char.lower()
    if char in _KEPT:
        return ord(char)
    if char in _ALONE:
        return ord(_ALONE[char]) if _ALONE[char] else ELLIPSIS
    if lowered in _LOOKALIKES:
        return ord(_LOOKALIKES[lowered])
    category = unicodedata.category(char)
    if category in ("Cf", "Mn", "Me") or char == "\x7f":
        return DROP
    # Controls separate: they never stand inside a word that someone wrote.
    return BREAK if category in ("Cc", "Cs") else _based(char, category)


def _based(char: str, category: str) -> int:
    """Fold a character to what its compatibility decomposition begins with."""
    base = unicodedata.normalize("NFKD", char)[0].lower()
    if base in _LOOKALIKES:
        return ord(_LOOKALIKES[base])
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
