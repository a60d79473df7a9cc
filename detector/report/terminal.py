"""Text for terminals: foreign characters made harmless, numbers made readable."""

from __future__ import annotations

import unicodedata
from typing import Final

# Control, format (bidirectional overrides, zero-width), surrogate, private-use and unassigned
# characters, and the two separators that end a line: what may move, hide or reorder what is shown.
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def harmless(text: str, longest: int | None = None, *, lines: bool = False) -> str:
    """The text on one line, with every unsafe character written as its escape.

    longest: characters of the text that are kept. lines: whether line feeds stay as they are.

    >>> harmless("a\\x1b[31mb\\n\\u202ec"), harmless("abcdef", 4)
    ('a\\\\x1b[31mb\\\\n\\\\u202ec', 'abc…')
    """
    if longest is not None and len(text) > longest:
        text = text[: longest - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in _UNSAFE and not (lines and character == "\n")
        else character
        for character in text
    )


def thousands(number: int) -> str:
    """A count with its thousands set apart.

    >>> thousands(1234567)
    '1,234,567'
    """
    return f"{number:,}"
