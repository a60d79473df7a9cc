"""The normal form: equal texts share it, and it is its own normal form."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.extract.normal import normal_form

ODD = st.sampled_from("ßẞıİΣςﬁﷺ\u00ad\u200b\u0301\u0323\u0345\u1e9bǅ①½…—“\u3000Åａ가ᄀ힣ิ়\U000e0041")


@settings(max_examples=300)
@given(st.text(st.characters(exclude_categories=["Cs"]) | ODD))
def test_it_is_its_own_normal_form(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)


def test_every_single_character_settles() -> None:
    """All code points that Unicode assigns, each beside a mark, in one text a plane."""
    assigned = (
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")
    )
    text = " ".join(c + "\u0323\u0301" for c in assigned)
    assert normal_form(normal_form(text)) == normal_form(text)


@given(st.text(st.characters(exclude_categories=["Cs"]) | ODD))
def test_only_lower_case_letters_marks_numbers_and_single_spaces_stay(text: str) -> None:
    form = normal_form(text)
    assert all(
        c == " " or unicodedata.category(c)[0] in "LMN" or "\U00020000" <= c < "\U00040000"
        for c in form
    )
    assert form == " ".join(form.split())
    assert unicodedata.normalize("NFKC", form.casefold()) == form


@pytest.mark.parametrize(
    "copy",
    [
        "DON’T PANIC, SAID THE STRASSE",
        "don't  panic\nsaid the straße",
        "“Don\u2019t panic” — said the stra\u00adße…",
        "don\u200b't\u00a0pan\u2060ic said the straße",
        "ｄｏｎ't panic said the straße",
        "• don't panic • said the straße",
    ],
)
def test_copies_of_a_text_share_it(copy: str) -> None:
    assert normal_form(copy) == "don t panic said the strasse"


def test_composed_and_decomposed_letters_share_it() -> None:
    assert normal_form("Ångström") == normal_form(unicodedata.normalize("NFD", "Ångström"))
    assert normal_form("e\u200b\u0301") == "é"


def test_different_words_keep_different_forms() -> None:
    assert normal_form("10 men") != normal_form("1 0 men")
    assert normal_form("schon") != normal_form("schön")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=20))
def test_parts_set_apart_by_spaces_do_not_touch_each_other(parts: list[str]) -> None:
    """What lets long texts be worked on in slices."""
    whole = normal_form(" ".join(["é", *parts]))
    assert whole == " ".join(f for p in ["é", *parts] if (f := normal_form(p)))


def test_a_long_text_in_slices_has_the_form_of_its_words() -> None:
    words = [f"Größe{n}\u0301" for n in range(12_000)]
    assert normal_form(" ".join(words)) == " ".join(normal_form(w) for w in words)


@pytest.mark.parametrize("piece", ["\u0301\u0323", "\u0301\u200b", "ﷺ", "\u0f71\u0f72", "\u0344"])
def test_its_time_is_linear_in_text_that_makes_unicode_normalisation_slow(piece: str) -> None:
    """A million marks on one letter take minutes where their ordering is quadratic."""
    begin = time.process_time()
    normal_form("a" + piece * 200_000)
    assert time.process_time() - begin < 5


def test_more_than_thirty_marks_on_a_letter_are_too_many() -> None:
    assert normal_form("a" + "\u0323" * 100) == normal_form("a" + "\u0323" * 30)
    assert normal_form("a" + "\u0323" * 30) != normal_form("a" + "\u0323" * 29)
