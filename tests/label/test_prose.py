"""Prose is told from tables, lists and code by letters and lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.label.prose import is_prose
from tests.label.made import PROSE

CODE = """
for (i = 0; i < n; i++) { x[i] = (a[i] + b[i]) * 2; }
if (!(y = f(x, n))) { return -1; }
"""


@pytest.mark.parametrize(
    "text",
    [
        PROSE * 5,
        f"A title\nBy someone\n{PROSE * 3}\nShare\nTweet",
        "Der Kessel kocht, und wir setzen uns, um über den langen Winter zu reden.",
        "В комнате было тихо, и никто не хотел говорить о долгой зиме за окном.",
    ],
)
def test_sentences_are_prose(text: str) -> None:
    assert is_prose(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t\n",
        "12.50 | 13.75 | 0.05%\n" * 20,
        "Home\nAbout us\nContact\nPrivacy policy\n" * 20,
        CODE * 20,
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14",
        "= = = = = = = = = = =\n" * 9,
    ],
)
def test_tables_menus_and_code_are_not(text: str) -> None:
    assert not is_prose(text)


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert is_prose(text) in (True, False)


@pytest.mark.parametrize("space", ["\u00a0", "\u2009", "\u3000", "\t", "  "])
def test_prose_stays_prose_whatever_white_space_parts_its_words(space: str) -> None:
    text = "The kettle boils and we sit down to talk about the long winter behind us. " * 9
    assert is_prose(text.replace(" ", space))
