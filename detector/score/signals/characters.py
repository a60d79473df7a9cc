"""Invisible and look-alike characters: signs that a text was disguised, or of a careless paste.

None of them speaks of a language model by itself, and people and their tools make all of them.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from detector.records import Document, Finding
from detector.score.signals.places import MOST_OF_A_CODE, finding

_LATIN: Final = "A-Za-z\u00c0-\u024f"
_LETTERS: Final = _LATIN + "\u0370-\u052f"  # and Greek and Cyrillic
# Cyrillic and Greek letters that look like Latin ones (Unicode TR39, confusables); not those that
# formulas use beside Latin letters.
_LOOKALIKES: Final = "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"
_TESTS: Final = (
    # Inside a Latin word; elsewhere they join emoji and shape Arabic and Indic scripts.
    (
        "characters.zero-width",
        re.compile(f"(?<=[{_LATIN}])[\u200b-\u200d\u2060\ufeff]{{1,100}}(?=[{_LATIN}])"),
    ),
    # The tags block; after U+1F3F4 a flag of a region.
    (
        "characters.tags",
        re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"),
    ),
    ("characters.mixed-script", re.compile(
        f"(?:[A-Za-z]{{2}}|(?<![{_LETTERS}])[A-Za-z])[{_LOOKALIKES}](?=[A-Za-z{_LOOKALIKES}])"
        f"|(?<![{_LETTERS}])[{_LOOKALIKES}][A-Za-z]{{2}}"
    )),
    # Embeddings and overrides, which have no use in a text of one direction.
    ("characters.bidi", re.compile("[\u202a-\u202e\u2066-\u2069]+")),
)  # fmt: skip
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_BIDI: Final = "characters.bidi"


class Characters:
    """Reports characters that a reader cannot see, or takes for others."""

    def observe(self, document: Document) -> list[Finding]:
        text = document.text
        if text.isascii():
            return []
        found = [
            finding(code, "text", text, *match.span())
            for code, pattern in _TESTS
            for match in islice(pattern.finditer(text), MOST_OF_A_CODE)
        ]
        if any(f.code == _BIDI for f in found) and _RIGHT_TO_LEFT.search(text):
            found = [f for f in found if f.code != _BIDI]
        return sorted(found, key=lambda f: f.start)
