"""The language of a text, offline."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import ModelError
from detector.extract import language
from detector.extract.language import UNDETERMINED, detect_language

TEXTS = {
    "en": "The keeper walked down to the harbour every morning before the boats came in.",
    "de": "Der Wärter ging jeden Morgen zum Hafen hinunter, bevor die Boote kamen.",
    "fr": "Le gardien descendait chaque matin au port avant l'arrivée des bateaux.",
    "ru": "Каждое утро смотритель спускался в гавань, прежде чем приходили лодки.",
    "ja": "灯台守は毎朝、船が入ってくる前に港へ下りていった。",
    "zh": "每天早上，灯塔看守人在船只到来之前走到港口。",
    "th": "คนเฝ้าประภาคารเดินลงไปที่ท่าเรือทุกเช้าก่อนที่เรือจะเข้ามา",
    "ar": "كان حارس المنارة ينزل إلى الميناء كل صباح قبل وصول القوارب.",
}


@pytest.mark.parametrize("code", TEXTS)
def test_it_names_a_language_by_its_iso_code(code: str) -> None:
    found, confidence = detect_language(TEXTS[code])
    assert found == code
    assert 0.5 < confidence <= 1


@pytest.mark.parametrize("text", ["", "  \n ", "12345 67 890", "... !!! ---", "☃★☆", "\u200b"])
def test_a_text_without_letters_has_none(text: str) -> None:
    assert detect_language(text) == (UNDETERMINED, 0.0)


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_gets_a_code_and_a_share(text: str) -> None:
    found, confidence = detect_language(text)
    assert found.isascii()
    assert 2 <= len(found) <= 4
    assert 0 <= confidence <= 1


def test_line_breaks_do_not_matter() -> None:
    """fastText itself refuses texts of several lines."""
    assert detect_language(TEXTS["en"].replace(" ", "\n")) == detect_language(TEXTS["en"])


def test_it_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "socket", refuse)
    language._model.cache_clear()
    assert detect_language(TEXTS["de"])[0] == "de"


def test_a_missing_model_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language.importlib.util, "find_spec", lambda _: None)
    language._model.cache_clear()
    with pytest.raises(ModelError, match="pip install"):
        detect_language(TEXTS["en"])
    language._model.cache_clear()


CYRILLIC = str.maketrans("aeopcyxijsh", "аеорсухіјѕһ")
GREEK = str.maketrans("aovptuiknx", "αονρτυικηχ")


@pytest.mark.parametrize(
    "dressed",
    [
        TEXTS["en"].upper(),
        "".join(c.upper() if at % 2 else c for at, c in enumerate(TEXTS["en"])),
        TEXTS["en"].translate(CYRILLIC),
        TEXTS["en"].translate(GREEK),
        "".join(c + "\u0301" for c in TEXTS["en"]),
        TEXTS["en"].translate(str.maketrans("aeiouynclszr", "áéíóúýńćĺśźŕ")),
    ],
    ids=["capitals", "odd capitals", "Cyrillic", "Greek", "marks", "accents"],
)
def test_dress_does_not_hide_a_language(dressed: str) -> None:
    assert detect_language(dressed)[0] == "en"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("vi", "Người gác đèn biển đi xuống bến cảng mỗi buổi sáng trước khi tàu thuyền cập bến."),
        ("el", "Ο φαροφύλακας κατέβαινε στο λιμάνι κάθε πρωί πριν έρθουν οι βάρκες."),
        ("ru", "Купил iPhone и MacBook в магазине, а Windows на нём так и не заработала."),
        ("uk", "Щоранку доглядач спускався до гавані, перш ніж приходили човни."),
        ("cs", "Každé ráno sešel strážce majáku do přístavu, dříve než připluly lodě."),
    ],
)
def test_languages_with_marks_and_other_letters_keep_them(code: str, text: str) -> None:
    assert detect_language(text)[0] == code
