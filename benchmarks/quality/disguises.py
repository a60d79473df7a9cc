"""Attacks on the characters of a text: a reader sees the same words, or nearly.

What is left to chance comes from a source that the caller seeds: the same seed gives the same text.
"""

from __future__ import annotations

import re
import unicodedata
from random import Random

from benchmarks.quality.lookalikes import Lookalikes

_WORD = re.compile(r"\S+")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
# Grave, acute, circumflex, tilde, macron, diaeresis, ring, caron.
_MARKS = "\u0300\u0301\u0302\u0303\u0304\u0308\u030a\u030c"
_SPACES = "\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u2032", "'"),
        **dict.fromkeys(_DASHES, "-"),
        "\u2026": "...",
    }
)


def swap_letters(text: str, chance: Random, lookalikes: Lookalikes, share: float) -> str:
    """Put look-alikes in the place of a share of the letters that have one."""
    return "".join(
        chance.choice(lookalikes[char]) if char in lookalikes and chance.random() < share else char
        for char in text
    )


def hide_characters(text: str, chance: Random, share: float) -> str:
    """Put an invisible character inside a share of the words."""

    def hidden(found: re.Match[str]) -> str:
        word = found[0]
        if len(word) < 2 or chance.random() >= share:
            return word
        at = chance.randrange(1, len(word))
        return word[:at] + chance.choice(_INVISIBLE) + word[at:]

    return _WORD.sub(hidden, text)


def upper_case(text: str) -> str:
    """Write everything in capitals."""
    return text.upper()


def random_case(text: str, chance: Random) -> str:
    """Write each letter small or as a capital."""
    return "".join(chance.choice((char.lower(), char.upper())) for char in text)


def double_spaces(text: str) -> str:
    """Double all spaces."""
    return text.replace(" ", "  ")


def short_lines(text: str, words: int) -> str:
    """Begin a new line after every so many words, and nowhere else."""
    every = text.split()
    return "\n".join(" ".join(every[at : at + words]) for at in range(0, len(every), words))


def unbroken_spaces(text: str) -> str:
    """Make all spaces no-break spaces."""
    return text.replace(" ", "\u00a0")


def odd_spaces(text: str, chance: Random) -> str:
    """Make all spaces some of other widths."""
    return "".join(chance.choice(_SPACES) if char == " " else char for char in text)


def ideographic_spaces(text: str) -> str:
    """Make all spaces those of Chinese and Japanese."""
    return text.replace(" ", "\u3000")


def curly_quotes(text: str, chance: Random) -> str:
    """Make quotation marks and apostrophes curly, hyphens dashes, three full stops an ellipsis."""
    text = re.sub(r'(?:(?<=\s)|^)"', "\u201c", text).replace('"', "\u201d")
    text = re.sub(r"(?:(?<=\s)|^)'", "\u2018", text).replace("'", "\u2019")
    text = "".join(chance.choice(_DASHES) if char == "-" else char for char in text)
    return text.replace("...", "\u2026")


def straight_quotes(text: str) -> str:
    """Make curly quotation marks straight, dashes hyphens, an ellipsis three full stops."""
    return text.translate(_STRAIGHT)


def combining_marks(text: str, chance: Random, share: float) -> str:
    """Put a combining mark on a share of the letters."""
    return "".join(
        char + chance.choice(_MARKS) if char.isalpha() and chance.random() < share else char
        for char in text
    )


def accented_letters(text: str, chance: Random, share: float) -> str:
    """Do the same, in letters that Unicode has as one character where it can be."""
    return unicodedata.normalize("NFC", combining_marks(text, chance, share))
