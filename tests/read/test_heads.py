"""Heads of records and of HTTP responses: lenient, linear, and never an exception."""

from __future__ import annotations

import contextlib
import time
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.read.heads import (
    FIELD_CAP,
    HEAD_CAP,
    parse_arc_line,
    parse_date,
    parse_fields,
    parse_stamp,
    parse_warc_head,
)
from detector.read.http import HeadError, looks_like_html, parse_http_head
from tests.fixtures.archives import PAGES, arc, arc_head, http

heads = st.lists(
    st.sampled_from(
        [
            b"\r\n",
            b"\n",
            b" ",
            b"\t",
            b":",
            b"HTTP/1.1 200 OK",
            b"A",
            b"\xff",
            b"Content-Length: 5",
            b"<html>",
            b"HTTP/1.1 100",
            b"\x00",
            b"WARC/1.0",
        ]
    ),
    max_size=40,
).map(b"".join) | st.binary(max_size=300)


@given(heads)
def test_fields_come_from_any_bytes(data: bytes) -> None:
    for name, value in parse_fields(data):
        assert "\n" not in name + value
        assert value == value.strip(" \t\r")


@given(heads)
def test_a_warc_head_comes_from_any_bytes(data: bytes) -> None:
    head = parse_warc_head(data)
    assert head.length is None or head.length >= 0


@given(heads.map(lambda data: data.replace(b"\n", b"")))
def test_an_arc_line_comes_from_any_bytes(data: bytes) -> None:
    head = parse_arc_line(data + b"\n")
    assert head.type in ("response", "arc-filedesc")


@given(heads)
def test_an_http_head_comes_from_any_bytes_or_is_the_one_error(data: bytes) -> None:
    with contextlib.suppress(HeadError):
        head = parse_http_head(data)
        assert 0 <= head.body_at <= len(data)


@given(heads)
def test_what_follows_a_whole_http_head_does_not_change_it(rest: bytes) -> None:
    block = http(b"", status="404 Not Found")
    assert parse_http_head(block + rest) == parse_http_head(block)


@given(st.text(max_size=40))
def test_dates_come_from_any_text(text: str) -> None:
    for found in (parse_date(text), parse_stamp(text)):
        assert found is None or found.tzinfo is timezone.utc


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-03-04T05:06:07Z", datetime(2021, 3, 4, 5, 6, 7, tzinfo=timezone.utc)),
        ("2021-03-04T05:06:07.999Z", datetime(2021, 3, 4, 5, 6, 7, tzinfo=timezone.utc)),
        ("2021-03-04T05:06Z", datetime(2021, 3, 4, 5, 6, tzinfo=timezone.utc)),
        ("2021-03-04", datetime(2021, 3, 4, tzinfo=timezone.utc)),
        ("20210304050607", datetime(2021, 3, 4, 5, 6, 7, tzinfo=timezone.utc)),
        ("2021-13-04T05:06:07Z", None),
        ("2021", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_warc_date(text: str, expected: datetime | None) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20210304050607", datetime(2021, 3, 4, 5, 6, 7, tzinfo=timezone.utc)),
        ("2021030405", datetime(2021, 3, 4, 5, tzinfo=timezone.utc)),
        ("20210304050607123456", datetime(2021, 3, 4, 5, 6, 7, tzinfo=timezone.utc)),
        ("20210304999999", None),
        ("202103", None),
        ("0x3f5a", None),
    ],
)
def test_an_arc_date(text: str, expected: datetime | None) -> None:
    assert parse_stamp(text) == expected


def test_names_of_fields_are_told_in_any_case_and_the_first_one_counts() -> None:
    head = parse_warc_head(
        b"WARC/1.0\r\nwarc-TYPE: Response\r\nCONTENT-LENGTH: 7\r\nContent-Length: 9\r\n\r\n"
    )
    assert (head.type, head.length) == ("response", 7)


def test_wget_s_angle_brackets_and_blanks_in_urls_are_cleaned() -> None:
    head = parse_warc_head(b"WARC/1.0\r\nWARC-Target-URI: <http://a.example/x y>\r\n\r\n")
    assert head.url == "http://a.example/x%20y"


@pytest.mark.parametrize("length", ["-1", "many", "", "1e3", "9" * 19, "0x10", "1 2"])
def test_a_length_that_is_no_number_is_none(length: str) -> None:
    assert parse_warc_head(f"WARC/1.0\r\nContent-Length: {length}\r\n\r\n".encode()).length is None


def test_fields_in_latin_1_are_read_where_they_are_not_utf_8() -> None:
    assert parse_fields(b"A: caf\xe9\r\n") == (("A", "caf\xe9"),)
    assert parse_fields("A: caf\xe9\r\n".encode()) == (("A", "caf\xe9"),)


def test_fields_beyond_the_cap_are_dropped() -> None:
    assert len(parse_fields(b"A: b\n" * (FIELD_CAP + 10))) == FIELD_CAP


@pytest.mark.parametrize("version", [1, 2])
def test_both_versions_of_arc_lines_are_told_apart(version: int) -> None:
    line = arc(3, b"abc", version=version).split(b"\n")[0]
    head = parse_arc_line(line)
    assert (head.version, head.length, head.content_type) == (f"ARC/{version}", 3, "text/html")
    assert parse_arc_line(arc_head(version).split(b"\n")[0]).type == "arc-filedesc"


def test_a_url_with_blanks_in_an_arc_line_is_one_url() -> None:
    head = parse_arc_line(b"http://a.example/x y z 192.0.2.7 20210304050607 text/html 5\n")
    assert (head.url, head.length) == ("http://a.example/x%20y%20z", 5)


@pytest.mark.parametrize(
    ("block", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", 200, b"body"),
        (b"HTTP/1.1 200 OK\nA: b\n\nbody", 200, b"body"),
        (b"HTTP/1.1 200 OK\r\r\nA: b\r\r\n\r\r\nbody", 200, b"body"),
        (b"HTTP/2 404\r\n\r\nbody", 404, b"body"),
        (b"\r\nHTTP/1.0 200\r\n\r\nbody", 200, b"body"),
        (b"ICY 200 OK\r\n\r\nbody", 200, b"body"),
        (b"HTTP/1.1 200 OK\r\n\r\n", 200, b""),
        (b"HTTP/1.1 200 OK\r\nA: b", 200, b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nbody", 200, b"body"),
        (b"Content-Type: text/html\r\n\r\n<html>", None, b"<html>"),
        (b"<!DOCTYPE html><p>", None, b"<!DOCTYPE html><p>"),
    ],
)
def test_an_http_head(block: bytes, status: int | None, body: bytes) -> None:
    head = parse_http_head(block)
    assert (head.status, block[head.body_at :]) == (status, body)


@pytest.mark.parametrize("block", [b"SSH-2.0-OpenSSH\r\n", b"\n", b"\x00\x01", b"HTTPX/1.1 200"])
def test_what_is_no_http_is_malformed(block: bytes) -> None:
    with pytest.raises(HeadError, match="no HTTP head but") as raised:
        parse_http_head(block)
    assert raised.value.code == "http-malformed"


def test_an_http_head_over_the_cap_is_an_error() -> None:
    with pytest.raises(HeadError) as raised:
        parse_http_head(b"HTTP/1.1 200 OK\r\nA: " + b"b" * HEAD_CAP + b"\r\n\r\n")
    assert raised.value.code == "header-too-large"


@pytest.mark.parametrize(
    "body", [PAGES[0], b"\xef\xbb\xbf <HTML>", b"<?xml version='1.0'?>\n<html>"]
)
def test_html_is_recognised(body: bytes) -> None:
    assert looks_like_html(body)


@pytest.mark.parametrize("body", [b"", b"plain words", b"<htmlish>", b"\x1f\x8b\x08", b"{}"])
def test_other_bodies_are_not_html(body: bytes) -> None:
    assert not looks_like_html(body)


@pytest.mark.parametrize(
    "hostile",
    [
        b"\r\n" * 30000,
        b"A:\n " * 16000,
        b" " * 60000,
        b"HTTP/1.1 100\n\n" * 4000,
        b"<?xml" * 12000,
        b":" * 60000,
        b"A: b\n" * 12000,
        b"\r" * 60000,
    ],
)
def test_hostile_heads_take_linear_time(hostile: bytes) -> None:
    """A head of 60 KB in well under a second: quadratic matching would take minutes."""
    began = time.process_time()
    parse_fields(hostile)
    parse_warc_head(hostile)
    parse_arc_line(hostile.replace(b"\n", b" ") + b"\n")
    with contextlib.suppress(HeadError):
        parse_http_head(hostile)
    assert time.process_time() - began < 1
