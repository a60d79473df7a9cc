"""All that one pass over a text tells: its normal form, its words, its kinds of characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from detector.extract.characters import EASTERN, SOUTH_EASTERN, kinds_table
from detector.extract.normal import fold, normal_form
from detector.extract.text_kernel import folding, walk
from detector.extract.words import count_words

# A text with more runs than this is in a script that the quick way does not know.
_MOST_SLOW: Final = 256
_REMEMBERED: Final = 64  # bytes of a run whose form is kept: words, and the emoji around them


@dataclass(frozen=True, slots=True)
class Look:
    """normal: as `normal_form` gives it. words: as `count_words`. kinds: as `kinds_of`."""

    normal: str
    words: int
    kinds: int


def look_at(text: str) -> Look:
    """Look at a text once; the same that the three functions say, in a tenth of their time.

    >>> look_at("Don\u2019t PANIC")
    Look(normal='don t panic', words=2, kinds=0)
    """
    encoded = text.encode("utf-8", "surrogatepass")
    out = np.empty(3 * len(encoded) + 1, np.uint8)
    slow = np.empty((_MOST_SLOW, 3), np.int64)
    data = np.frombuffer(encoded, np.uint8)
    used, runs, words, kinds = walk(data, folding(), kinds_table(), out, slow)
    if runs > _MOST_SLOW or kinds & (EASTERN | SOUTH_EASTERN):
        return Look(normal_form(text), count_words(text), kinds)
    parts, done = [], 0
    for place, start, stop in slow[:runs].tolist():
        parts += [out[done:place].tobytes(), _form_of(encoded[start:stop])]
        done = place
    parts.append(out[done:used].tobytes())
    return Look(b"".join(parts).decode().strip(), words, kinds)


def _form_of(run: bytes) -> bytes:
    return _remembered(run) if len(run) <= _REMEMBERED else _folded(run)


def _folded(run: bytes) -> bytes:
    """The form of a run between white space, with the space that parts it from the next."""
    form = fold(run.decode("utf-8", "surrogatepass")).encode()
    return form + b" " if form else form


_remembered = lru_cache(1 << 14)(_folded)
