"""How many words a text has, also where the script puts no spaces between them."""

from __future__ import annotations

import re
from typing import Final

# Thai, Lao, Tibetan, Myanmar, Khmer.
_SOUTH_EAST: Final = re.compile("[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff]+")
# Kana, ideographs (with extensions and compatibility forms).
_EAST: Final = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_UNSPACED: Final = re.compile(_SOUTH_EAST.pattern[:-2] + _EAST.pattern[1:-2] + "]")


def count_words(text: str) -> int:
    """Count the words of a text; for characters of scripts without spaces, estimate.

    Words are runs between white space. Ideographs and kana count 1.6 characters a word: the Penn
    Chinese Treebank 9.0 (LDC2016T13) has 3,247,331 characters in 2,084,387 words. Thai, Lao,
    Khmer, Myanmar and Tibetan count 4.
    """
    if text.isascii() or _UNSPACED.search(text) is None:
        return len(text.split())
    east = sum(len(run) for run in _EAST.findall(text))
    south_east = sum(len(run) for run in _SOUTH_EAST.findall(text))
    spaced = len(_SOUTH_EAST.sub(" ", _EAST.sub(" ", text)).split())
    return spaced + round(east / 1.6 + south_east / 4)
