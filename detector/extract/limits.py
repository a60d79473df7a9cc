"""What a page may cost: cut before markup that cannot be parsed in bounded memory and time.

HTML's tree construction is not linear. The limits are far above what pages written in earnest
reach, and each stands against one way to make a small page expensive. The parser
(Lexbor 2, through resiliparse) holds about 260 bytes a node and as much an attribute.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import numpy.typing as npt

from detector.extract import markup_kernel as kernel

MOST_TAGS: Final = 200_000
MOST_DEPTH: Final = 2_000  # main-text extraction walks up from every node; Blink stops at 512
MOST_UNCLOSED: Final = 10_000  # formatting elements
MOST_ATTRIBUTES: Final = 400_000
MOST_ATTRIBUTES_A_TAG: Final = 20_000  # each is compared with all those before it
MOST_NAMES: Final = 20_000  # Lexbor's table of names it does not know has few places
MOST_OPTIONS: Final = 10_000  # Lexbor looks through all options of a select for each
MOST_COPIES: Final = 300_000
# A page of fewer bytes and tags than these passes no limit, and its tags are not looked at: half of
# them formatting, and copied into each of the other half, make no more copies than that.
_FEW_BYTES: Final = 1 << 20
_FEW_TAGS: Final = 1_095
# Nearly all pages have fewer names, and a smaller table for them is quicker made.
_FEW_NAMES: Final = 1_000

_FORMATTING: Final = re.compile(
    r"<(/?)(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])", re.IGNORECASE
)
_UNLIMITED: Final = np.iinfo(np.int64).max


def _limits() -> npt.NDArray[np.int64]:
    limits = np.full(kernel.COUNTS, _UNLIMITED, np.int64)
    limits[kernel.TAGS] = MOST_TAGS
    limits[kernel.ATTRIBUTES] = MOST_ATTRIBUTES
    limits[kernel.OPTIONS] = MOST_OPTIONS
    limits[kernel.DEPTH] = MOST_DEPTH
    limits[kernel.UNCLOSED] = MOST_UNCLOSED
    limits[kernel.IN_TAG] = MOST_ATTRIBUTES_A_TAG
    return limits


_LIMITS: Final = _limits()


def limit_page(source: str, encoded: bytes | None = None) -> tuple[str, str]:
    """Give as much of a page as stays within the limits above, and the same for the parser.

    encoded: the page in UTF-8, where it is at hand. The two differ in formatting elements alone,
    see `_without_formatting`. Linear time.
    """
    if encoded is None:
        encoded = source.encode("utf-8", "surrogatepass")
    data = np.frombuffer(encoded, np.uint8)
    if len(data) <= _FEW_BYTES and np.count_nonzero(data == ord("<")) <= _FEW_TAGS:
        return source, source
    end, tally = _survey(data)
    markup = source
    if end < len(data):
        markup = source[: len(encoded[:end].decode("utf-8", "replace"))]
    formatting, tags = tally[kernel.FORMATTING], tally[kernel.TAGS]
    if formatting * (tags - formatting) <= MOST_COPIES:
        return markup, markup
    return markup, _without_formatting(markup)


def _survey(data: npt.NDArray[np.uint8]) -> tuple[int, npt.NDArray[np.int64]]:
    """The place of the tag that is too much, or the end, and the counts; see `markup_kernel`."""
    for names in (_FEW_NAMES, MOST_NAMES):
        limits, tally = _LIMITS.copy(), np.zeros(kernel.COUNTS, np.int64)
        limits[kernel.NAMES] = names
        size = 1 << (2 * names).bit_length()
        keys, opened = np.zeros(size, np.uint64), np.zeros(size, np.int64)
        end: int = kernel.survey(data, kernel.traits(), limits, tally, keys, opened)
        if tally[kernel.NAMES] <= names:
            break
    return end, tally


def _without_formatting(markup: str) -> str:
    """Make formatting elements plain spans; the text stays the same.

    Each `<b>` left open is opened again in every later paragraph (HTML, "reconstruct the active
    formatting elements"), so that n of each make n x n nodes: 7,000 tags made 6 million.
    """
    return _FORMATTING.sub(r"<\1span", markup)
