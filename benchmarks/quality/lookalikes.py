"""Cyrillic and Greek letters that a reader takes for Latin ones, and how the model reads them.

The pairs are those that agree in common fonts, whether or not the model's folding table has them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Lookalikes = Mapping[str, str]

CYRILLIC: Lookalikes = {
    "a": "а", "b": "Ь", "c": "с", "d": "ԁ", "e": "е", "h": "һ", "i": "і", "j": "ј",
    "k": "к", "l": "ӏ", "n": "п", "o": "о", "p": "р", "q": "ԛ", "r": "г", "s": "ѕ", "v": "ѵ",
    "w": "ԝ", "x": "х", "y": "у", "A": "А", "B": "В", "C": "С", "E": "Е", "G": "Ԍ", "H": "Н",
    "I": "ІӀ", "J": "Ј", "K": "К", "M": "М", "O": "О", "P": "Р", "Q": "Ԛ", "S": "Ѕ", "T": "Т",
    "V": "Ѵ", "W": "Ԝ", "X": "Х", "Y": "ҮУ",
}  # fmt: skip
GREEK: Lookalikes = {
    "a": "α", "c": "ϲ", "i": "ι", "j": "ϳ", "k": "κ", "n": "η", "o": "οσ", "p": "ρ", "t": "τ",
    "u": "υ", "v": "ν", "x": "χ", "y": "γ", "A": "Α", "B": "Β", "C": "Ϲ", "E": "Ε",
    "H": "Η", "I": "Ι", "J": "Ϳ", "K": "Κ", "M": "Μ", "N": "Ν", "O": "Ο", "P": "Ρ", "T": "Τ",
    "X": "Χ", "Y": "Υ", "Z": "Ζ",
}  # fmt: skip


def read_as(table: NDArray[np.uint8], character: str) -> str:
    """Say what a model with this folding table reads a letter as, in lower case."""
    folded = int(table[ord(character)])
    return chr(folded) if ord("a") <= folded <= ord("z") else "another letter"


def known(lookalikes: Lookalikes, table: NDArray[np.uint8]) -> Lookalikes:
    """Keep those that the model reads as the letter they look like."""
    kept = {
        letter: "".join(c for c in others if read_as(table, c) == letter.lower())
        for letter, others in lookalikes.items()
    }
    return {letter: others for letter, others in kept.items() if others}


def unread(table: NDArray[np.uint8]) -> list[dict[str, str]]:
    """List those that the model reads as something else than the letter they look like."""
    return [
        {
            "character": f"U+{ord(character):04X}",
            "name": unicodedata.name(character).lower(),
            "looks like": letter,
            "is read as": read_as(table, character),
        }
        for lookalikes in (CYRILLIC, GREEK)
        for letter, others in lookalikes.items()
        for character in others
        if read_as(table, character) != letter.lower()
    ]
