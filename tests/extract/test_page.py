"""One page through the room: document, skip or fault, and what each says."""

from __future__ import annotations

from typing import Literal

import pytest

from detector.errors import FAULTS, SKIPS
from detector.extract import Extracted, extract_document, get_extractor
from detector.extract.page import MOST_CHARACTERS
from detector.records import Capture, Document, Fault, Skip
from tests.extract.made import PROSE, capture, page

RESILIPARSE = get_extractor("resiliparse")


def extract(made: Capture, min_words: int = 40) -> Document | Skip | Fault:
    return extract_document(made, extractor=RESILIPARSE, min_words=min_words)


def document(made: Capture, min_words: int = 40) -> Document:
    found = extract(made, min_words)
    assert isinstance(found, Document)
    return found


def test_a_page_becomes_a_document_that_keeps_its_origin() -> None:
    made = capture(page(PROSE))
    found = document(made)
    assert found.origin == made.origin
    assert found.headers == made.headers
    assert PROSE in found.text
    assert found.title == "A title"
    assert found.charset == "utf-8"
    assert (found.language, found.language_confidence > 0.8) == ("en", True)
    assert found.words == len(found.text.split())
    assert found.normal.startswith("a title the lighthouse keeper walked down")
    assert found.markup == page(PROSE)


def test_what_stands_around_the_main_text_is_left_out() -> None:
    text = document(capture(page(PROSE))).text
    assert "About us" not in text
    assert "all rights reserved" not in text


def test_paragraphs_stand_on_lines_of_their_own() -> None:
    text = document(capture(page(f"{PROSE}</p><p>And <b>so</b> it was.</p><p>End."))).text
    assert [line for line in text.split("\n") if line][-3:] == [PROSE, "And so it was.", "End."]


@pytest.mark.parametrize("name", ["resiliparse", "trafilatura"])
def test_both_extractors_find_the_text_of_an_article(
    name: Literal["resiliparse", "trafilatura"],
) -> None:
    extractor = get_extractor(name)
    body = f"{PROSE}</p><p>{PROSE.replace('slate', 'board')}"
    found = extract_document(capture(page(body)), extractor=extractor)
    assert isinstance(found, Document)
    assert PROSE in found.text
    assert "About us" not in found.text
    assert found.title == "A title"
    assert extractor.name == f"{name}.v1"


@pytest.mark.parametrize("name", ["resiliparse", "trafilatura"])
@pytest.mark.parametrize("body", ["", "</p>", "<html></html>", "<!-- -->", "\n", "<p><p>"])
def test_both_extractors_take_a_page_without_text_for_a_skip(
    name: Literal["resiliparse", "trafilatura"], body: str
) -> None:
    found = extract_document(capture(body), extractor=get_extractor(name))
    assert isinstance(found, Skip)
    assert found.code == "no-text"


def test_a_text_of_fewer_words_than_the_least_is_too_short() -> None:
    made = capture(page("one two three", title=""))
    found = extract(made, min_words=4)
    assert isinstance(found, Skip)
    assert (found.code, found.detail) == ("too-short", "3 words, fewer than 4")
    assert isinstance(extract(made, min_words=3), Document)


def test_a_skip_says_which_record_it_was() -> None:
    made = capture("<p>")
    found = extract(made)
    assert isinstance(found, Skip)
    assert found.code in SKIPS
    assert (found.locator, found.ordinal) == (made.origin.locator, made.origin.ordinal)
    assert (found.record_type, found.url) == ("response", "https://example.org/")


def test_bytes_that_are_no_text_are_a_fault_that_quotes_them() -> None:
    found = extract(capture(bytes(range(256)) * 20))
    assert isinstance(found, Fault)
    assert found.code == "charset-undecodable"
    assert found.code in FAULTS
    assert "5120 bytes labelled text/html" in found.message
    assert r"b'\x00\x01\x02" in found.message


def test_an_extractor_that_raises_costs_its_page_alone() -> None:
    class Broken:
        name = "broken.v1"

        def extract(self, html: str) -> Extracted:
            raise RecursionError("x" * 1000)

    found = extract_document(capture(page(PROSE)), extractor=Broken())
    assert isinstance(found, Fault)
    assert found.code == "extract-error"
    assert found.message.startswith("broken.v1: RecursionError('xxx")
    assert len(found.message) <= 300


def test_plain_text_is_used_as_it_is_with_lines_that_end_alike() -> None:
    found = document(capture(f"{PROSE}\r\n\r\n<b>{PROSE}\rEnd.", media_type="text/plain"))
    assert found.text == f"{PROSE}\n\n<b>{PROSE}\nEnd."
    assert (found.markup, found.title) == ("", None)


def test_the_text_of_a_wet_record_is_used_as_it_is() -> None:
    made = capture(f"<p>{PROSE}", media_type="text/html", record_type="conversion")
    assert document(made).text == f"<p>{PROSE}"


def test_control_characters_and_stray_marks_are_taken_out_of_the_text() -> None:
    found = document(capture(page(f"Na\x01me\x7f \ufeffis\x85 {PROSE}\ttab")))
    assert f"Name is {PROSE} tab" in found.text.replace("\t", " ")


def test_invisible_characters_that_are_signs_stay_in_the_text() -> None:
    """Zero-width spaces and private-use characters are what signals look for."""
    text = f"zero\u200bwidth \ue200cite\ue202turn0search0\ue201 soft\u00adhyphen {PROSE}"
    assert text in document(capture(page(text))).text


def test_a_title_is_one_clean_line_of_bounded_length() -> None:
    found = document(capture(page(PROSE, title=f"  A\n\t \x02long&amp; {'title ' * 400}")))
    assert found.title is not None
    assert found.title.startswith("A long& title title")
    assert len(found.title) <= 500
    assert document(capture(page(PROSE, title=" \n "))).title is None


def test_a_page_of_too_many_tags_is_cut_and_says_so() -> None:
    found = document(capture(page(PROSE) + "<p>x</p>" * 150_000))
    assert found.origin.truncated
    assert len(found.markup) < 8 * 110_000


def test_a_text_of_more_than_a_million_characters_is_cut_and_says_so() -> None:
    found = document(capture("long " * 400_000, media_type="text/plain"))
    assert len(found.text) <= MOST_CHARACTERS
    assert found.origin.truncated


def test_formatting_that_would_multiply_does_not_change_what_the_document_holds() -> None:
    source = page("<b a=1>x<p>" * 2_000 + PROSE)
    found = document(capture(source))
    assert found.markup == source
    assert PROSE in found.text
    assert not found.origin.truncated


def test_the_charset_is_the_one_that_read_the_page() -> None:
    text = "Der schöne Käfer läuft über die große Brücke. " * 10
    found = document(capture(page(text).encode("latin-1"), charset="iso-8859-1"))
    assert found.charset == "cp1252"
    assert found.language == "de"
    assert "schöne" in found.text
