"""Charset: strict UTF-8, then marks, then declarations, then a guess, or not text."""

from __future__ import annotations

import codecs
import gzip
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.extract.charset import decode_body

GERMAN = "Der schöne Käfer läuft über die Brücke, größer als alle Mäuse. " * 4
RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 8
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 6
CHINESE = "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠。" * 6
KOREAN = "나라의 말이 중국과 달라 문자와 서로 통하지 아니하므로 어리석은 백성이 " * 6
GREEK = "Εν αρχή ην ο λόγος, και ο λόγος ην προς τον θεόν. " * 6
THAI = "ภาษาไทยเป็นภาษาที่มีระดับเสียงของคำแน่นอน " * 6


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_what_is_strict_utf8_is_utf8_whatever_is_declared(text: str) -> None:
    if text[0] != "\ufeff":
        assert decode_body(text.encode(), "windows-1251") == (text, "utf-8")


@given(st.binary(max_size=3000), st.sampled_from([None, "utf-8", "gbk", "latin1", "zip", "\0"]))
def test_any_bytes_decode_or_are_refused_and_never_raise(body: bytes, declared: str | None) -> None:
    found = decode_body(body, declared)
    if found is not None:
        text, codec = found
        assert codecs.lookup(codec)
        text.encode()


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_decides_and_is_taken_off(codec: str) -> None:
    assert decode_body(("\ufeff" + GERMAN).encode(codec), "latin-1") == (GERMAN, codec)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_seen_by_its_zeros(codec: str) -> None:
    page = f"<html><body>{GERMAN}</body></html>"
    assert decode_body(page.encode(codec), None) == (page, codec)


@pytest.mark.parametrize(
    ("text", "label", "codec"),
    [
        (GERMAN, "ISO-8859-1", "cp1252"),
        (GERMAN, ' "Latin1" ', "cp1252"),
        (RUSSIAN, "windows-1251", "cp1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (JAPANESE, "Shift_JIS", "cp932"),
        (JAPANESE, "EUC-JP", "euc_jp"),
        (CHINESE, "gb2312", "gb18030"),
        (CHINESE, "GBK", "gb18030"),
        (KOREAN, "euc-kr", "cp949"),
        (GREEK, "iso-8859-7", "iso8859-7"),
        (THAI, "tis-620", "cp874"),
    ],
)
def test_a_header_names_a_legacy_encoding(text: str, label: str, codec: str) -> None:
    found = decode_body(text.encode(codec), label)
    assert found is not None
    assert found[0] == text
    assert codecs.lookup(found[1]) == codecs.lookup(codec)


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="windows-1251">',
        "<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=windows-1251'>",
        '<?xml version="1.0" encoding="windows-1251"?>',
    ],
)
def test_a_page_names_its_own_encoding(head: str) -> None:
    page = head + "<p>" + RUSSIAN
    assert decode_body(page.encode("cp1251"), None) == (page, "cp1251")


def test_the_header_goes_before_the_meta_element() -> None:
    page = '<meta charset="koi8-r"><p>' + RUSSIAN
    assert decode_body(page.encode("cp1251"), "windows-1251") == (page, "cp1251")


def test_a_header_that_cannot_be_true_gives_way_to_the_meta_element() -> None:
    """EUC-KR text is no valid Shift_JIS here, so that the header is wrong."""
    page = '<meta charset="euc-kr"><p>' + KOREAN
    found = decode_body(page.encode("cp949"), "iso-2022-kr")
    assert found is not None
    assert found[0] == page


@pytest.mark.parametrize(
    ("text", "codec"), [(RUSSIAN, "cp1251"), (JAPANESE, "euc_jp"), (GERMAN, "cp1252")]
)
def test_undeclared_legacy_text_is_detected(text: str, codec: str) -> None:
    page = f"<html><body><p>{text * 3}</p></body></html>"
    found = decode_body(page.encode(codec), None)
    assert found is not None
    assert found[0] == page


def test_japanese_with_escapes_is_read_as_iso_2022_jp() -> None:
    found = decode_body(JAPANESE.encode("iso2022_jp"), None)
    assert found == (JAPANESE, "iso2022_jp")


def test_one_bad_byte_does_not_change_the_encoding_of_a_page() -> None:
    data = GERMAN.encode() + b"\xff" + GERMAN.encode()
    assert decode_body(data, None) == (GERMAN + "\ufffd" + GERMAN, "utf-8")


def test_utf8_cut_inside_a_character_is_utf8() -> None:
    data = (GERMAN + "ü").encode()[:-1]
    assert decode_body(data, "latin-1") == (GERMAN, "utf-8")


def test_a_declaration_of_utf16_that_was_read_as_ascii_is_a_lie() -> None:
    found = decode_body(b'<meta charset="utf-16"><p>' + GERMAN.encode("cp1252"), None)
    assert found is not None
    assert GERMAN in found[0]


@pytest.mark.parametrize("label", ["zip", "rot13", "base64", "unicode_escape", "x" * 40, "idna"])
def test_no_label_of_a_page_reaches_a_codec_that_is_no_charset(label: str) -> None:
    found = decode_body(GERMAN.encode("cp1252"), label)
    assert found is not None
    assert found[1] == "cp1252"


def test_noise_and_compressed_bytes_are_no_text() -> None:
    noise = random.Random(5).randbytes(20_000)
    assert decode_body(noise, "utf-8") is None
    assert decode_body(noise, "gb18030") is None
    assert decode_body(gzip.compress(noise), None) is None
    assert decode_body(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0" + noise, None) is None


@pytest.mark.parametrize("label", [None, "gb18030", "iso-2022-jp", "shift_jis"])
@pytest.mark.parametrize("piece", [b"\xff", b"\x80a", b"\xe3\x81 ", b"\x1b$B", b"abc \x81\xff"])
def test_its_time_is_linear_in_bytes_that_no_encoding_holds(
    piece: bytes, label: str | None
) -> None:
    begin = time.process_time()
    decode_body(b"a" * 5000 + piece * ((2 << 20) // len(piece)), label)
    assert time.process_time() - begin < 2
