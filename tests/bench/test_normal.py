"""Texts take one form, and what people or attackers did to words stays in it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.bench.normal import normalised


@given(st.text(st.characters()))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once


@given(st.text(st.characters()))
def test_no_surface_cue_is_left(text: str) -> None:
    form = normalised(text)
    assert form == " ".join(form.split())
    assert not set(form) & set("‘’‚‛“”„‟…–—−\0")
    assert "--" not in form
    assert unicodedata.is_normalized("NFC", form)
    form.encode()  # no lone surrogate is left


@pytest.mark.parametrize("kept", ["z\u200bero", "с homoglyph", "lower Case", "Sure! Here it is:"])
def test_what_a_writer_or_an_attacker_did_stays(kept: str) -> None:
    assert normalised(kept) == kept


def test_both_spellings_of_an_accent_are_one() -> None:
    assert normalised("cafe\u0301") == normalised("café")


def test_a_lone_surrogate_becomes_a_replacement_character() -> None:
    assert normalised("a\ud800b") == "a\ufffdb"
