"""Invisible and look-alike characters: signs that a text was disguised, or of a careless paste.

None of them speaks of a language model by itself, and people and their tools make all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Final

from detector.records import Document, Finding
from detector.score.signals.places import MOST_OF_A_CODE, MOST_TEXT, finding

_LATIN: Final = "A-Za-z\u00c0-\u024f"
_LETTERS: Final = _LATIN + "\u0370-\u052f"  # and Greek and Cyrillic
# Cyrillic and Greek letters that look like Latin ones (Unicode TR39, confusables); not those that
# formulas use beside Latin letters.
_LOOKALIKES: Final = "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"
_ZERO_WIDTH: Final = "\u200b-\u200d\u2060\ufeff"
_TAGS: Final = "\U000e0000-\U000e007f"
_BIDI: Final = "\u202a-\u202e\u2066-\u2069"


@dataclass(frozen=True, slots=True)
class _Test:
    """Where any of `characters` occurs, what `pattern` matches is reported as `code`."""

    code: str
    characters: frozenset[str]
    pattern: re.Pattern[str]


def _test(code: str, characters: str, pattern: str) -> _Test:
    every = re.compile(f"[{characters}]")
    points = (*range(0x80, 0x3000), *range(0xFE00, 0x10000), *range(0xE0000, 0xE0080))
    return _Test(code, frozenset(filter(every.match, map(chr, points))), re.compile(pattern))


_TESTS: Final = (
    # Inside a Latin word; elsewhere they join emoji and shape Arabic and Indic scripts.
    _test(
        "characters.zero-width",
        _ZERO_WIDTH,
        f"(?<=[{_LATIN}])[{_ZERO_WIDTH}]{{1,100}}(?=[{_LATIN}])",
    ),
    # After U+1F3F4 they spell the flag of a region.
    _test("characters.tags", _TAGS, f"(?<![\U0001f3f4\U000e0020-\U000e007f])[{_TAGS}]+"),
    _test(
        "characters.mixed-script",
        _LOOKALIKES,
        f"(?:[A-Za-z]{{2}}|(?<![{_LETTERS}])[A-Za-z])[{_LOOKALIKES}](?=[A-Za-z{_LOOKALIKES}])"
        f"|(?<![{_LETTERS}])[{_LOOKALIKES}][A-Za-z]{{2}}",
    ),
    # Embeddings and overrides, which have no use in a text of one direction.
    _test("characters.bidi", _BIDI, f"[{_BIDI}]+"),
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_ASCII: Final = bytes(range(128))


class Characters:
    """Reports characters that a reader cannot see, or takes for others."""

    def observe(self, document: Document) -> list[Finding]:
        text = document.text[:MOST_TEXT]
        if text.isascii():
            return []
        beyond = text.encode("utf-8", "ignore").translate(None, _ASCII)
        present = set(beyond.decode("utf-8", "ignore"))
        tests = [test for test in _TESTS if not present.isdisjoint(test.characters)]
        if not tests:
            return []
        if _RIGHT_TO_LEFT.search(text):
            tests = [test for test in tests if test.code != "characters.bidi"]
        found = [
            finding(test.code, "text", text, *match.span())
            for test in tests
            for match in islice(test.pattern.finditer(text), MOST_OF_A_CODE)
        ]
        return sorted(found, key=lambda f: f.start)
