"""How well a text compresses: the oldest measure of how predictable it is."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from typing import Final

from detector.bench.outside.languages import EVERY
from detector.bench.peers.one_by_one import OneByOne

NAME: Final = "compression.v1"
# A ratio falls with length, whoever wrote: so it is that of stretches of one length.
STRETCH: Final = 1500


def detector() -> OneByOne:
    """Make the detector: bits an UTF-8 byte, negated; 50 words, any language."""
    return OneByOne(NAME, compressibility, languages=EVERY, min_words=50)


def compressibility(text: str) -> float:
    """Give the bits that DEFLATE at level 9 takes for a byte of the text, negated.

    White space counts as one space. The text is cut into stretches of 1,500 characters, each
    compressed alone, without head or checksum; what is left behind the last whole one is not
    looked at. A text shorter than that is one stretch, and looks less compressible than it is.
    """
    squeezed, plain = 0, 0
    for stretch in _stretches(" ".join(text.split())):
        raw = stretch.encode()
        packer = zlib.compressobj(9, wbits=-15, memLevel=9)
        squeezed += len(packer.compress(raw)) + len(packer.flush())
        plain += len(raw)
    return -8 * squeezed / plain if plain else math.nan


def _stretches(text: str) -> Iterator[str]:
    if len(text) <= STRETCH:
        yield text
        return
    for start in range(0, len(text) - STRETCH + 1, STRETCH):
        yield text[start : start + STRETCH]
