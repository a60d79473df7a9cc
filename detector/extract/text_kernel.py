"""One compiled pass over a text: its words counted, its kinds of characters, its normal form.

The pass knows the code points below U+3000 that fold by themselves: to one or two characters, to a
space, or to nothing. A run between white space that holds any other (a combining mark, an
ideograph, an emoji) is left for the slow way, `normal.fold`; no word depends on those around it.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numba import int64

from detector.extract.normal import fates
from detector.kernels import compiled, decode_utf8

KNOWN: Final = 0x3000
"""Code points below this one are in the table."""

# What the table holds for a code point: one of these, or the characters it folds to, the second of
# two in the upper half.
SPACE: Final = 32
DROP: Final = 1
SLOW: Final = 2

# Jamo compose with those before them.
_JAMO: Final = range(0x1100, 0x1200)


@cache
def folding() -> npt.NDArray[np.uint32]:
    """What each code point below U+3000 folds to; uint32[KNOWN], read-only."""
    fate = fates()
    table = np.full(KNOWN, SLOW, np.uint32)
    for code in range(KNOWN):
        character = chr(code)
        if unicodedata.category(character)[0] == "M" or code in _JAMO:
            continue
        form = unicodedata.normalize("NFKC", character).casefold()
        form = unicodedata.normalize("NFKC", form)
        kept = {int(fate[ord(c)]) for c in form}
        if kept in ({SPACE}, {0}):
            table[code] = SPACE if kept == {SPACE} else DROP
        elif kept & {SPACE, 0} or any(ord(c) >= KNOWN or unicodedata.combining(c) for c in form):
            continue
        elif len(form) <= 2:
            table[code] = sum(ord(c) << 16 * place for place, c in enumerate(form))
    table.flags.writeable = False
    return table


@compiled("int64(uint8[::1], int64)")
def _part(out: Any, at: Any) -> Any:
    """Part two words with one space; gives the place after it."""
    if at == 0 or out[at - 1] == SPACE:
        return at
    out[at] = SPACE
    return at + 1


@compiled("int64(uint8[::1], int64, int64)")
def _put(out: Any, at: Any, code: Any) -> Any:
    """Write one code point below U+3000 as UTF-8; gives the place after it."""
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at] = 0xC0 | (code >> 6)
        out[at + 1] = 0x80 | (code & 0x3F)
        return at + 2
    out[at] = 0xE0 | (code >> 12)
    out[at + 1] = 0x80 | ((code >> 6) & 0x3F)
    out[at + 2] = 0x80 | (code & 0x3F)
    return at + 3


@compiled("boolean(int64)")
def _is_space(code: Any) -> Any:
    """Whether `str.split` splits here."""
    if code <= 0x20:
        return 9 <= code <= 13 or code >= 28
    if code < 0x2000:
        return code in (0x85, 0xA0, 0x1680)
    return code <= 0x200A or code in (0x2028, 0x2029, 0x202F, 0x205F, 0x3000)


@compiled(
    "UniTuple(int64, 4)(Array(uint8, 1, 'C', readonly=True), Array(uint32, 1, 'C', readonly=True),"
    " Array(uint8, 1, 'C', readonly=True), uint8[::1], int64[:, ::1])"
)
def walk(data: Any, table: Any, kinds: Any, out: Any, slow: Any) -> Any:
    """Walk the UTF-8 of a text once.

    table: of `folding`. kinds: of `characters.kinds_table`. out: receives the normal form, each
    word followed by a space; three bytes for each of `data`, and one, suffice. slow: receives, for
    each run left out, where in `out` its form goes, and where the run begins and ends in `data`.

    Gives the bytes in `out`, the number of runs left out (more than `slow` has room for: the walk
    was given up), the words between white space, and the kinds of characters.
    """
    at, used, runs, words, found = 0, 0, 0, 0, 0
    run_start, run_used, is_slow, in_word = 0, 0, False, False
    while at <= len(data):
        start, code, at = at, 32, at + 1
        if start < len(data):
            code, at = decode_utf8(data, start)
        found |= kinds[code]
        is_space = _is_space(code)
        words += not is_space and not in_word
        in_word = not is_space
        form = int64(table[code]) if code < len(table) else int64(SLOW)
        if code <= 32 and is_slow:
            if runs == len(slow):
                return used, runs + 1, words, found
            used, is_slow = run_used, False
            slow[runs, 0], slow[runs, 1], slow[runs, 2] = used, run_start, start
            runs += 1
        elif form == SPACE and not is_slow:
            used = _part(out, used)
        elif form == SLOW:
            is_slow = True
        elif form != DROP and not is_slow:
            used = _put(out, used, form & 0xFFFF)
            if form >> 16:
                used = _put(out, used, form >> 16)
        if code <= 32:
            run_start, run_used = at, used
    return used, runs, words, found
