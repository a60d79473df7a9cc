"""Whether a text is prose, the one kind of text that detectors are calibrated on."""

from __future__ import annotations

from typing import Final

# Every byte that can stand in a word: ASCII letters, and any byte of a character beyond ASCII.
_LETTERS: Final = bytes(b for b in range(256) if b > 127 or chr(b).isalpha())
_SPACES: Final = b" \t\n\r\x0b\x0c\x00"
# English prose has .93 to .97; source code about .75; tables of figures below .6.
FEWEST_LETTERS: Final = 0.70  # of the characters that are not white space
LINE_OF_PROSE: Final = 6  # words
FEWEST_IN_LINES: Final = 0.30  # of the words, in lines of prose


def is_prose(text: str) -> bool:
    """Tell prose from tables, lists, menus and code, by its letters and the length of its lines.

    >>> is_prose("The kettle boils and we sit down to talk about the long winter behind us.")
    True
    >>> is_prose("12.50 | 13.75 | 0.05%\\n" * 20), is_prose("Home\\nAbout us\\nContact\\n" * 20)
    (False, False)
    """
    data = text.encode("utf-8", "ignore")
    visible = data.translate(None, _SPACES)
    if not visible:
        return False
    if 1 - len(visible.translate(None, _LETTERS)) / len(visible) < FEWEST_LETTERS:
        return False
    # Any white space parts words: pages are full of no-break spaces.
    lines = [len(line.split()) for line in text.split("\n") if line]
    in_prose = sum(words for words in lines if words >= LINE_OF_PROSE)
    return in_prose >= FEWEST_IN_LINES * sum(lines)
