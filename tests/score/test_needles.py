"""The search for many strings finds what Python's own search finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.score.signals import needles as module
from detector.score.signals.needles import Needles

STRINGS = ["abcab", "bcabca", "cabcabb", "aaaa", "Q[x]"]
FINDER = Needles(STRINGS)
TEXTS = st.text(alphabet="abcABC[x]q€\ud800😀", max_size=120)


def expected(text: str) -> set[str]:
    return {string for string in STRINGS if string.lower() in text.lower()}


@given(TEXTS)
def test_it_finds_the_strings_that_occur_whatever_their_case(text: str) -> None:
    assert FINDER.found(text) == expected(text)


@given(TEXTS)
def test_it_finds_strings_across_the_borders_of_pieces(text: str) -> None:
    whole = module._PIECE
    module._PIECE = 7
    try:
        assert FINDER.found(text) == expected(text)
    finally:
        module._PIECE = whole


@pytest.mark.parametrize("at", [0, 16_380, 16_384, 40_000])
def test_it_finds_a_string_anywhere_in_a_long_text(at: int) -> None:
    text = "x" * at + "Q[x]" + "x" * (50_000 - at)
    assert FINDER.found(text) == {"Q[x]"}


def test_it_refuses_strings_too_short_to_skip_by() -> None:
    with pytest.raises(ValueError, match="4 characters"):
        Needles(["abc"])
