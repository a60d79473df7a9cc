"""The form that equal texts share, whatever their case, spacing, punctuation and disguise."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from typing import Final

NORMAL_FORM: Final = "nfkc-casefold.v1"

_ASCII: Final = "".join(chr(c).lower() if chr(c).isalnum() else " " for c in range(128))


def normal_form(text: str) -> str:
    """Reduce a text to its words: lower-case letters, marks and digits, one space between words.

    NFKC and full case folding (Unicode 3.13, D145 and D146); characters that Unicode calls default
    ignorable, such as zero-width spaces and soft hyphens, vanish; everything else that is neither
    letter, mark nor number parts words. Punctuation goes because it is what copies of a text differ
    in: quotation marks, dashes, bullets. Idempotent.

    >>> normal_form("“Don’t”  PANIC\u200b!") == normal_form('"don\\'t" panic')
    True
    """
    if text.isascii():
        return " ".join(text.translate(_ASCII).split())
    for _ in range(4):  # folding can make new composites, and composing new letters to fold
        folded = _fold(text)
        if folded == text:
            break
        text = folded
    return text


def _fold(text: str) -> str:
    ignorable, other = _classes()
    text = ignorable.sub("", unicodedata.normalize("NFKC", text))
    text = unicodedata.normalize("NFKC", text.casefold())
    return " ".join(other.sub(" ", text).split())


@cache
def _classes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile the classes of characters that vanish, and that part words."""
    kept = bytes(unicodedata.category(chr(c))[0] in "LMN" for c in range(sys.maxunicode + 1))
    ranges = [f"\\U{run.start():08x}-\\U{run.end() - 1:08x}" for run in re.finditer(b"\0+", kept)]
    return re.compile("[\u00ad\u200b-\u200f\u2060-\u206f\ufeff]+"), re.compile(
        f"[{''.join(ranges)}]+"
    )
