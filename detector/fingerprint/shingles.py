"""What the set is that MinHash compares: runs of words, or of characters where none are spaced."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Shingling:
    """Shingles are the runs of `size` words, or of `size` characters with all spaces left out.

    Words are what spaces part in the normal form. A shingle of words is written with one space
    between them; so the UTF-8 bytes of a shingle are a slice of the normal form's.
    """

    unit: str  # "word" or "character"
    size: int


WORDS: Final = Shingling("word", 5)
# As many characters as five words take: 1.6 a word in Chinese and Japanese, about 4 in the
# alphabets of South-East Asia. Languages that are easily mistaken for each other share a size.
_EAST: Final = Shingling("character", 8)
_SOUTH_EAST: Final = Shingling("character", 20)
_UNSPACED: Final = MappingProxyType(
    {
        **dict.fromkeys(("zh", "ja", "wuu", "yue"), _EAST),
        **dict.fromkeys(("th", "lo", "km", "my", "bo", "dz"), _SOUTH_EAST),
    }
)


def shingling(language: str) -> Shingling:
    """Choose the shingles for a language (an ISO 639 code).

    >>> shingling("en").unit, shingling("ja").unit
    ('word', 'character')
    """
    return _UNSPACED.get(language, WORDS)
