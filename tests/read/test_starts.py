"""Where records begin: leniently where one is expected, strictly where one is searched."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.read.starts import begins_record, find_start, kind_expected
from tests.fixtures.archives import BLOCKS, PAGES, RECORDS, arc, arc_head

pieces = st.lists(
    st.sampled_from(
        [
            b"WARC/1.0\r\n",
            b"WARC-Type: x\r\n",
            b"\n",
            b" ",
            b"http://a.example/ ",
            b"192.0.2.7 ",
            b"20210304050607 ",
            b"text/html ",
            b"12\n",
            b"WARC",
            b"filedesc:",
            b"\r\n\r\n",
            b":",
        ]
    ),
    max_size=30,
).map(b"".join) | st.binary(max_size=200)


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (RECORDS[0], "WARC"),
        (b"WARC/9.9\r\nA: b\r\n", "WARC"),
        (b"warc/1.0\nwarc-type: x\n", "WARC"),
        (b"WARC/1.0\r\r\nA: b", "WARC"),
        (arc(0, BLOCKS[0]), "ARC"),
        (arc(0, BLOCKS[0], version=2), "ARC"),
        (arc_head(1), "ARC"),
        (b"filedesc://odd head without a length\n", "ARC"),
        (b"http://a.example/ 192.0.2.7 20210304050607 text/html abc\n", "ARC"),
        (b"http://a.example/ - - - -1\n", "ARC"),
        (b"http://a.example/ is a fine site\n", None),
        (b"WARC 1.0\r\n", None),
        (PAGES[0], None),
        (b"", None),
    ],
)
def test_a_record_where_one_is_expected(beginning: bytes, kind: str | None) -> None:
    assert kind_expected(beginning, 0) == kind
    assert kind_expected(b"before" + beginning, 6) == kind


@given(st.binary(max_size=50), st.sampled_from([RECORDS[1], arc(1, BLOCKS[1])]))
def test_a_record_is_found_behind_anything(before: bytes, record: bytes) -> None:
    """At the latest where it begins: damage may itself hold what looks like one."""
    found = find_start(before + b"\n" + record, 0)
    assert 0 <= found <= len(before) + 1


@pytest.mark.parametrize("record", [RECORDS[1], arc(1, BLOCKS[1]), arc(1, BLOCKS[1], version=2)])
def test_the_first_record_is_the_one_that_is_found(record: bytes) -> None:
    data = PAGES[0] * 3 + b"\n" + record * 2
    assert find_start(data, 0) == len(PAGES[0]) * 3 + 1


@pytest.mark.parametrize(
    "text",
    [
        b"A record begins with WARC/1.0 and a line end, see the standard.\n",
        b"\nhttp://a.example/ was down on 20210304050607 for 12\n",
        b"WARC/1.0\r\n\r\n",
        b"WARC/1.0\r\nno field here\r\n",
    ],
)
def test_prose_about_archives_is_no_record(text: bytes) -> None:
    assert find_start(text, 0) == -1
    assert not begins_record(text)


@given(pieces, st.integers(0, 30))
def test_what_is_found_is_also_taken_where_it_is_expected(data: bytes, at: int) -> None:
    found = find_start(data, min(at, len(data)))
    if found >= 0:
        assert found >= min(at, len(data))
        assert kind_expected(data, found) is not None


@given(pieces, pieces)
def test_a_start_before_the_stop_is_found_whatever_follows(data: bytes, rest: bytes) -> None:
    """Whole or in part: more bytes behind a start that is complete do not move it."""
    found = find_start(data + b"\n", 0)
    if found >= 0:
        assert find_start(data + b"\n" + rest, 0) == found


@pytest.mark.parametrize(
    "hostile",
    [
        b"\nhttp:" * 200000,
        b"\na:b " * 200000,
        b"WARC/1.0\n" * 100000,
        b"a:" + b" " * 1000000,
        b"\n" * 1000000,
        b"\na:b" + b" 1" * 500000,
        b"WARC/" * 200000,
        b"1.1.1.1 " * 120000,
    ],
    ids=lambda data: str(data[:10]),
)
def test_searching_hostile_bytes_takes_linear_time(hostile: bytes) -> None:
    """A megabyte in a few seconds at most: quadratic searching would take hours."""
    began = time.process_time()
    find_start(hostile, 0)
    kind_expected(hostile, 0)
    begins_record(hostile)
    assert time.process_time() - began < 4


def test_noise_holds_no_record() -> None:
    assert find_start(random.Random(3).randbytes(1 << 20), 0) == -1
