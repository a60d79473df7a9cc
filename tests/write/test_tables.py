"""Nouns become rows of plain values, whatever odd text the crawl put into them."""

from __future__ import annotations

import marshal
import pickle
import subprocess
import sys
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.records import Fault, Locator, Skip
from detector.write import document_row, frames, signature_row, tables, unlabelled_row
from detector.write.hosts import host_of, registered_domain
from detector.write.tables import clean
from tests.write.made import made_document

ANY_TEXT = st.text(st.characters(codec=None), max_size=40)


def by_name(row: tuple[object, ...], *, with_text: bool = False) -> dict[str, object]:
    names = [*frames.DOCUMENTS, *(["text"] if with_text else [])]
    return dict(zip(names, row, strict=True))


def test_a_document_row_has_its_values_under_their_names() -> None:
    row = by_name(document_row(made_document(3), with_text=True), with_text=True)
    assert row["file"] == "a.warc.gz"
    assert (row["offset"], row["length"], row["inner"], row["ordinal"]) == (300, 90, None, 3)
    assert (row["host"], row["domain"]) == ("www.example3.co.uk", "example3.co.uk")
    assert row["captured"] == 1704164648_000678
    assert (row["words"], row["chars"], row["text"]) == (2, 11, "Some words.")
    assert (row["label"], row["score"], row["probability"]) == ("likely-ai", 1.5, 0.875)
    assert row["reasons"] == ("classifier", "artefact.oaicite")
    assert row["findings"] == (("artefact.oaicite", "text", 0, 4, "Some"),)
    assert row["fingerprint"] == f"{3:032x}"


def test_the_text_leaves_the_scan_only_where_it_was_asked_for() -> None:
    row = document_row(made_document(3), with_text=False)
    assert len(row) == len(frames.DOCUMENTS)
    assert "Some words." not in row


def test_rows_are_plain_values() -> None:
    """`marshal` takes nothing but the built-in types."""
    document = made_document(1)
    for row in (
        document_row(document, with_text=True),
        signature_row(document),
        unlabelled_row(Skip(Locator("x", 0, 1), 0, "too-short", "3 words")),
    ):
        assert repr(marshal.loads(marshal.dumps(row))) == repr(row)
        assert repr(pickle.loads(pickle.dumps(row))) == repr(row)


def test_a_worker_that_makes_rows_does_not_load_polars() -> None:
    program = "import sys, detector.write.tables; sys.exit('polars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_skips_and_faults_share_a_table() -> None:
    skip = unlabelled_row(Skip(Locator("x", 5, 6, 7), 8, "http-error", "404", "response", "u:"))
    fault = unlabelled_row(Fault(Locator("x", 5, 6), 8, "damaged-member", "bad", lost=6))
    assert skip == ("skip", "http-error", "404", "x", 5, 6, 7, 8, 0, "response", "u:")
    assert fault == ("fault", "damaged-member", "bad", "x", 5, 6, None, 8, 6, None, None)
    assert len(skip) == len(frames.UNLABELLED)


def test_a_text_shorter_than_a_shingle_has_no_signature_row() -> None:
    document = made_document(0)
    empty = type(document.fingerprint)("s", "0" * 32, b"")
    short = type(document)(document.document, empty, document.evidence, document.verdict)
    assert signature_row(short) is None


@pytest.mark.parametrize("index", ["DOCUMENT", "SIGNATURE", "UNLABELLED"])
def test_the_indexes_of_columns_are_those_of_the_schemas(index: str) -> None:
    schema = {
        "DOCUMENT": frames.DOCUMENTS,
        "SIGNATURE": frames.SIGNATURES,
        "UNLABELLED": frames.UNLABELLED,
    }[index]
    assert list(schema)[getattr(tables, f"ORDINAL_IN_{index}")] == "ordinal"
    if index == "UNLABELLED":
        assert list(schema)[tables.KIND_IN_UNLABELLED] == "kind"
        assert list(schema)[tables.LOST_IN_UNLABELLED] == "lost"


def test_long_values_from_the_crawl_are_cut() -> None:
    row = by_name(
        document_row(
            made_document(
                0,
                url="https://e.com/" + "a" * 100_000,
                title="t" * 10_000,
                media_type="m" * 10_000,
                record_id="r" * 10_000,
            ),
            with_text=False,
        )
    )
    assert [len(str(row[name])) for name in ("url", "title", "media_type", "record_id")] == [
        8192,
        300,
        200,
        200,
    ]


@pytest.mark.parametrize("status", [-1, 32_768, 10**12])
def test_a_status_that_is_none_becomes_null(status: int) -> None:
    row = by_name(document_row(made_document(0, status=status), with_text=False))
    assert row["status"] is None


@given(ANY_TEXT)
def test_cleaned_text_is_valid_unicode_and_sound_text_is_left_alone(text: str) -> None:
    cleaned = clean(text, None)
    assert cleaned is not None
    cleaned.encode()
    if not any(0xD800 <= ord(character) < 0xE000 for character in text):
        assert cleaned == text


@given(url=ANY_TEXT, title=ANY_TEXT, text=ANY_TEXT)
def test_no_text_of_the_crawl_breaks_a_table(url: str, title: str, text: str) -> None:
    for prefix in ("", "http://", "https://[", "//"):
        document = made_document(0, url=prefix + url, title=title, text=text)
        row = document_row(document, with_text=True)
        schema = {**frames.DOCUMENTS, **frames.TEXT}
        assert frames.frame([row], schema)["title"].to_list() == [clean(title, 300)]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://EXAMPLE.com./a", "example.com"),
        ("http://user:pw@[::1]:80/", "::1"),
        ("http://[::1", None),
        ("mailto:a@b.c", None),
        ("http://" + "a" * 300 + ".com/", None),
        ("", None),
        (None, None),
        ("http:///path", None),
    ],
)
def test_a_host_is_found_or_none(url: str | None, host: str | None) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.example.co.uk", "example.co.uk"),
        ("user.github.io", "github.io"),
        ("co.uk", None),
        ("127.0.0.1", None),
        ("::1", None),
        ("localhost", None),
        ("bücher.de", "bücher.de"),
        ("..", None),
        (None, None),
    ],
)
def test_a_registered_domain_is_found_or_none(host: str | None, domain: str | None) -> None:
    assert registered_domain(host) == domain


def test_no_suffix_list_is_fetched() -> None:
    """In a process of its own: the list is loaded once, at the first host."""
    program = (
        "import socket, sys\n"
        "socket.socket.connect = lambda *a: sys.exit('the network was asked')\n"
        "from detector.write.hosts import registered_domain\n"
        "sys.exit(registered_domain('a.b.co.uk') != 'b.co.uk')\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_moments_without_a_zone_are_taken_as_utc() -> None:
    zoned, naive = (
        by_name(document_row(made_document(0, captured=captured), with_text=False))["captured"]
        for captured in (datetime(2022, 11, 30, tzinfo=timezone.utc), datetime(2022, 11, 30))
    )
    assert zoned == naive == 1669766400_000000
