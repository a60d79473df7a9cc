"""The quick look at a text says what the slow and obvious functions say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.extract.characters import kinds_of
from detector.extract.look import Look, look_at
from detector.extract.normal import normal_form
from detector.extract.words import count_words

ODD = st.sampled_from(
    "ßẞıİΣςﬁﷺ\u00ad\u200b\u0301\u0323\u0345\u1e9bǅ①½…—“\u3000Åａ가ᄀ힣ิ়\U000e0041😀\ufe0f"
)
SPACES = st.sampled_from(" \t\n\r\x0b\x0c\x1c\x1d\x85\xa0\u1680\u2003\u2028\u202f\u205f\u3000")


def obvious(text: str) -> Look:
    return Look(normal_form(text), count_words(text), kinds_of(text))


@settings(max_examples=500)
@given(st.text(st.characters() | ODD | SPACES))
def test_it_agrees_on_any_text(text: str) -> None:
    """Lone surrogates, combining marks and every kind of space among them."""
    assert look_at(text) == obvious(text)


@pytest.mark.parametrize("plane", range(17))
def test_it_agrees_on_every_code_point(plane: int) -> None:
    """Each alone, inside a word, and at a word's end."""
    for code in range(plane << 16, (plane + 1) << 16, 1 if plane == 0 else 7):
        text = f"{chr(code)} a{chr(code)}b c{chr(code)}"
        assert look_at(text) == obvious(text), hex(code)


@pytest.mark.parametrize("word", ["x", "é", "👍🏽", "ا\u0650ن", "文字", "ก", "<\u0301>", "\x00"])
def test_it_agrees_on_long_texts_of_one_word(word: str) -> None:
    """Also where more runs need the slow way than there is room for."""
    text = f"{word} and " * 3000
    assert look_at(text) == obvious(text)


def test_of_the_empty_text_there_is_nothing_to_tell() -> None:
    assert look_at("") == Look("", 0, 0)
