"""Bodies are freed of their codings under a cap, whatever their heads say of them."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import SKIPS
from detector.read import BODY_CAP, decode_capture, skip_code
from detector.read.chunked import undo_chunked
from detector.read.codings import CODINGS_CAP, Undecodable, undo_codings
from detector.records import Capture, Fault, Skip
from tests.fixtures.archives import (
    BODIES,
    HTML,
    PAGES,
    arc,
    bomb,
    chunked,
    deflate_raw,
    gz,
    http,
    warc,
)
from tests.read.sources import records


def decode(record: bytes, cap: int = BODY_CAP) -> Capture | Skip | Fault:
    [found] = records(record)
    return decode_capture(found, body_cap=cap)


def capture(record: bytes, cap: int = BODY_CAP) -> Capture:
    found = decode(record, cap)
    assert isinstance(found, Capture)
    return found


def code(record: bytes) -> str:
    found = decode(record)
    assert not isinstance(found, Capture)
    return found.code


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_freed_of_its_codings(name: str) -> None:
    case = BODIES[name]
    found = capture(warc(0, http(case.sent, (*HTML, *case.fields))))
    assert found.body == case.gives
    assert found.origin.truncated is not case.whole


@given(st.binary(max_size=2000), st.integers(1, 700))
def test_chunks_of_any_size_give_the_body(body: bytes, size: int) -> None:
    assert undo_chunked(chunked(body, size)) == (body, True)


@given(st.binary(max_size=2000), st.integers(1, 700), st.data())
def test_chunks_that_break_off_give_the_beginning_of_the_body(
    body: bytes, size: int, data: st.DataObject
) -> None:
    coded = chunked(body, size)
    cut = data.draw(st.integers(0, len(coded) - 1))
    found = undo_chunked(coded[:cut])
    if found is not None:
        begun, whole = found
        assert body.startswith(begun)
        assert not whole or begun == body


@given(st.binary(max_size=400))
def test_chunks_come_from_any_bytes(data: bytes) -> None:
    found = undo_chunked(data)
    assert found is None or len(found[0]) <= len(data)


PACK = {"gzip": gz, "deflate": deflate_raw}


@given(
    st.binary(max_size=3000),
    st.lists(st.sampled_from(sorted(PACK)), max_size=CODINGS_CAP),
    st.integers(0, 4000),
)
def test_codings_are_undone_last_first_up_to_the_cap(
    body: bytes, codings: list[str], cap: int
) -> None:
    coded = body
    for coding in codings:
        coded = PACK[coding](coded)
    # What a stage on the way is cut to may hold nothing of the next; what comes is a beginning.
    found, whole = undo_codings(coded, codings, max(cap, len(coded) + 4000))
    assert (found, whole) == (body, True)
    assert undo_codings(body, [], cap) == (body[:cap], len(body) <= cap)


@given(st.sampled_from(["gzip", "deflate", "br", "zstd", "odd"]), st.binary(max_size=300))
def test_codings_of_any_bytes_give_a_body_or_the_one_error(coding: str, data: bytes) -> None:
    try:
        body, _ = undo_codings(data, [coding], 1000)
    except Undecodable:
        return
    assert len(body) <= 1000


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@given(at=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_damaged_body_gives_what_came_before(coding: str, at: int, flip: int) -> None:
    """A bit flipped in the second half: the first half is there, and the body says it is cut."""
    body = random.Random(5).randbytes(400) + PAGES[0] * 3
    coded = bytearray(PACK[coding](body))
    half = len(coded) // 2
    coded[half + at % (len(coded) - half)] ^= flip
    found, _ = undo_codings(bytes(coded), [coding], 1 << 20)
    assert found[:300] == body[:300]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_costs_no_more_than_the_cap(coding: str) -> None:
    """32 MiB of zeros behind a page: cut at 1 MiB, with little memory besides."""
    coded = bomb(32 << 20, coding)
    record = warc(0, http(coded, (*HTML, ("Content-Encoding", coding))))
    tracemalloc.start()
    try:
        found = capture(record, cap=1 << 20)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found.body) == 1 << 20
    assert found.origin.truncated
    assert peak < 8 << 20


def test_a_bomb_in_a_bomb_is_cut_at_every_stage() -> None:
    coded = gz(gz(bytes(32 << 20)))
    body, whole = undo_codings(coded, ["gzip", "gzip"], 1 << 20)
    assert (len(body), whole) == (1 << 20, False)


def test_too_many_codings_are_refused() -> None:
    coded = (("Content-Encoding", ", ".join(["gzip"] * 50)),)
    assert code(warc(0, http(b"x" * 20, (*HTML, *coded)))) == "body-undecodable"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (warc(0, http(b"", status="301 Moved")), "http-redirect"),
        (warc(0, http(PAGES[0], status="404 Not Found")), "http-error"),
        (warc(0, http(b"", status="200 OK")), "empty-body"),
        (warc(0, b""), "empty-body"),
        (warc(0, http(b"GIF89a", [("Content-Type", "image/gif")])), "not-html"),
        (warc(0, http(b"words", [])), "not-html"),
        (warc(0, b"SSH-2.0\r\n"), "http-malformed"),
        (warc(0, b"HTTP/1.1 200 OK\r\nA: " + b"b" * (80 << 10)), "header-too-large"),
        (warc(0, http(b"\x00\x01\x02", (*HTML, ("Content-Encoding", "gzip")))), "body-undecodable"),
        (warc(0, http(b"\x00\x01\x02", (*HTML, ("Content-Encoding", "odd")))), "body-undecodable"),
        (warc(0, b"20210304\nexample.org 192.0.2.7\n", content_type="text/dns"), "not-http"),
        (warc(0, b"x", kind="resource", content_type="image/png"), "not-html"),
        (warc(0, b" ", kind="resource", content_type="text/html"), "empty-body"),
        (warc(0, b"x", kind="request"), "warc-request"),
        (warc(0, b"x", kind="metadata"), "warc-metadata"),
        (warc(0, b"x", kind="warcinfo"), "warc-warcinfo"),
        (warc(0, b"x", kind="revisit"), "warc-revisit"),
        (warc(0, b"x", kind="continuation"), "warc-continuation"),
        (warc(0, b"x", kind="of-my-own"), "warc-other"),
        (warc(0, http(PAGES[0]))[: -4 - len(PAGES[0])], "truncated-record"),
        (arc(0, b"x", name="dns:example.org"), "not-http"),
    ],
    ids=str,
)
def test_a_record_without_a_page_says_why(record: bytes, expected: str) -> None:
    assert code(record) == expected


@pytest.mark.parametrize("kind", ["request", "metadata", "warcinfo", "revisit", "odd"])
def test_types_that_are_never_read_have_a_code(kind: str) -> None:
    [record] = records(warc(0, b"x", kind=kind))
    assert skip_code(record) in SKIPS


def test_a_conversion_record_is_text_in_utf_8() -> None:
    found = capture(warc(0, "caf\xe9".encode(), kind="conversion", content_type="text/plain"))
    assert (found.charset, found.origin.media_type) == ("utf-8", "text/plain")
    assert found.origin.status is None


def test_a_resource_record_is_a_page_as_it_is() -> None:
    found = capture(warc(0, PAGES[1], kind="resource", content_type="text/html; charset=koi8-r"))
    assert (found.body, found.charset, found.origin.record_type) == (PAGES[1], "koi8-r", "resource")


def test_a_page_without_a_media_type_is_recognised_by_its_beginning() -> None:
    assert capture(warc(0, http(PAGES[0], []))).origin.media_type == "text/html"


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html; charset=UTF-8", "utf-8"),
        ('TEXT/HTML;charset="ISO-8859-1"', "iso-8859-1"),
        ("text/html;charset = 'x'; a=b", "x"),
        ("text/html", None),
    ],
)
def test_the_charset_a_server_declares(content_type: str, charset: str | None) -> None:
    found = capture(warc(0, http(PAGES[0], [("Content-Type", content_type)])))
    assert (found.charset, found.origin.media_type) == (charset, "text/html")


@pytest.mark.parametrize("extra", ["WARC-Truncated: length", "WARC-Segment-Number: 1"])
def test_a_record_that_says_it_is_cut_is_truncated(extra: str) -> None:
    assert capture(warc(0, http(PAGES[0]), extra=[extra])).origin.truncated


def test_a_partial_answer_is_truncated() -> None:
    assert capture(warc(0, http(PAGES[0], status="206 Partial Content"))).origin.truncated


def test_a_body_over_the_cap_is_cut_and_says_so() -> None:
    found = capture(warc(0, http(PAGES[0])), cap=100)
    assert (found.body, found.origin.truncated) == (PAGES[0][:100], True)


@given(st.binary(max_size=400))
def test_a_record_of_any_bytes_has_an_end(block: bytes) -> None:
    assert decode(warc(0, block)) is not None
