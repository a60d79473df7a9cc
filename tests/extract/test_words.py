"""How many words a text has, with and without spaces between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.extract.words import count_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one two\nthree", 3),
        ("schöne “Grüße” — an alle", 5),
        ("汉" * 16, 10),
        ("ひらがな" * 4, 10),
        ("\U00020000" * 16, 10),
        ("ภาษ" * 4, 3),
        ("one 汉汉汉汉汉汉汉汉 two", 7),
        ("one汉汉汉汉汉汉汉汉two", 7),
        ("나라의 말이 중국과 달라", 4),
    ],
)
def test_words_are_counted_or_estimated_from_characters(text: str, words: int) -> None:
    assert count_words(text) == words


@given(st.text())
def test_text_of_spaced_scripts_counts_as_python_splits_it(text: str) -> None:
    latin = "".join(c for c in text if c < "\u0e00")
    assert count_words(latin) == len(latin.split())


@given(st.text(), st.text())
def test_more_text_never_has_fewer_words(one: str, other: str) -> None:
    assert count_words(f"{one} {other}") >= max(count_words(one), count_words(other))
