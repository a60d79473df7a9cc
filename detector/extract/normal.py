"""The form that equal texts share, whatever their case, spacing, punctuation and disguise."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from detector.extract.characters import code_points

NORMAL_FORM: Final = "nfkc-casefold.v1"

_ASCII: Final = "".join(chr(c).lower() if chr(c).isalnum() else " " for c in range(128))
_IGNORABLE: Final = ("\u00ad", "\u200b-\u200f", "\u2060-\u206f", "\ufeff")
_SLICE: Final = 1 << 14
# Stream-Safe Text Format (UAX #15, 13): to order n marks on one character takes n x n steps.
_MOST_MARKS: Final = 30
_FIRST_MARK: Final = 0x300
_MOST_ROUNDS: Final = 6  # every code point settles in three, alone and under marks
_FOREIGN: Final = re.compile(f"[^\0-\u02ff]{{{_MOST_MARKS + 1}}}")
_NO_LETTERS: Final = re.compile(rf"[^\w\s]{{{_MOST_MARKS + 1}}}")


def normal_form(text: str) -> str:
    """Reduce a text to its words: lower-case letters, marks and digits, one space between words.

    NFKC and full case folding (Unicode 3.13, D145 and D146); characters that Unicode calls default
    ignorable, such as zero-width spaces and soft hyphens, vanish; everything else that is neither
    letter, mark nor number parts words. Punctuation goes because it is what copies of a text differ
    in: quotation marks, dashes, bullets. Of more than 30 combining marks in a row the rest goes.
    Idempotent.

    >>> normal_form("“Don’t”  PANIC\u200b!") == normal_form('"don\\'t" panic')
    True
    """
    if text.isascii():
        return " ".join(text.translate(_ASCII).split())
    # No word depends on those around it, and slices keep the forms in between small.
    return " ".join(form for part in _slices(text) if (form := fold(part)))


def _slices(text: str) -> Iterator[str]:
    """Cut a text before spaces, into slices as little over 16,384 characters as that allows."""
    start = 0
    while len(text) - start > _SLICE:
        end = text.find(" ", start + _SLICE)
        if end < 0:
            break
        yield text[start:end]
        start = end
    yield text[start:]


def fold(text: str) -> str:
    """Fold until nothing changes: letters can compose, and fold, where a character vanished."""
    text = unicodedata.normalize("NFKC", _bounded(text))
    for _ in range(_MOST_ROUNDS):
        text = _words(unicodedata.normalize("NFKC", text.casefold()))
        if _settled(text):
            break
        text = _bounded(text)
    return text


def _settled(text: str) -> bool:
    """Whether words would fold to themselves."""
    return unicodedata.normalize("NFKC", text.casefold()) == text == _bounded(text)


def _bounded(text: str) -> str:
    """Take away what goes beyond 30 combining marks in a row, after three quick looks for such."""
    if np.count_nonzero(code_points(text) >= _FIRST_MARK) <= _MOST_MARKS:
        return text
    if _FOREIGN.search(text) is None or _NO_LETTERS.search(text) is None:
        return text
    return _stacked().sub(r"\1", text)


def _words(text: str) -> str:
    """Keep letters, marks and numbers; drop what is ignorable; a space for everything else."""
    kept = fates()[code_points(text)].tobytes().decode("utf-32-le")
    return " ".join(kept.replace("\0", "").split())


@cache
def fates() -> npt.NDArray[np.uint32]:
    """What each folded code point becomes: itself, a space, NUL if dropped; uint32[0x110000].

    Planes 2 and 3 are ideographs, assigned or to be; planes 4 and above hold no letters, and the
    marks of plane 14 are invisible.
    """
    table = np.full(0x110000, ord(" "), np.uint32)
    for code in range(0x20000):
        if unicodedata.category(chr(code))[0] in "LMN":
            table[code] = code
    table[0x20000:0x40000] = np.arange(0x20000, 0x40000)
    table[0xE0000:0xE1000] = 0
    for run in _IGNORABLE:
        table[ord(run[0]) : ord(run[-1]) + 1] = 0
    return table


@cache
def _stacked() -> re.Pattern[str]:
    """Match a run of combining marks that is too long; its first group is what stays of it."""
    marks = bytes(unicodedata.combining(chr(code)) != 0 for code in range(0x20000))
    runs = [f"\\U{run.start():08x}-\\U{run.end() - 1:08x}" for run in re.finditer(b"\1+", marks)]
    return re.compile(f"([{''.join(runs)}]{{{_MOST_MARKS}}})[{''.join(runs)}]+")
