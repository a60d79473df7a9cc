"""What kinds of characters a text holds, in one quick look at its code points."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

CONTROL: Final = 1  # controls but tab and line feed, surrogates, byte order marks
EASTERN: Final = 2  # kana and ideographs
SOUTH_EASTERN: Final = 4  # Thai, Lao, Tibetan, Myanmar, Khmer

_CJK: Final = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_RANGES: Final = (
    (CONTROL, ((0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0xD800, 0xDFFF), (0xFEFF, 0xFEFF))),
    (EASTERN, ((0x3040, 0x30FF), *_CJK)),
    (SOUTH_EASTERN, ((0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF))),
)
# In UTF-8: single controls, and the first bytes of all characters of a kind but the C1 controls.
_SUSPECTS: Final = bytes({*range(9), *range(11, 32), 0x7F, 0xE0, 0xE1, *range(0xE3, 0xF5)})
_C1: Final = re.compile(b"\xc2[\x80-\x9f]")


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """The code points of a text, lone surrogates included; uint32[characters]."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def kinds_of(text: str) -> int:
    """Which of the kinds above the text holds, as a sum of their numbers."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data.translate(None, _SUSPECTS)) == len(data) and _C1.search(data) is None:
        return 0
    found: int = np.bitwise_or.reduce(kinds_table()[code_points(text)], initial=0)
    return int(found)


def characters_of(kind: int) -> str:
    """The characters of a kind, as they stand between the brackets of a regular expression."""
    [ranges] = [ranges for number, ranges in _RANGES if number == kind]
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


@cache
def kinds_table() -> npt.NDArray[np.uint8]:
    """The kinds of each code point; uint8[0x110000], read-only."""
    table = np.zeros(0x110000, np.uint8)
    for kind, ranges in _RANGES:
        for first, last in ranges:
            table[first : last + 1] |= np.uint8(kind)
    table.flags.writeable = False
    return table
