"""No page costs much more than its size: eight megabytes of anything end soon and stay small."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from detector.extract.limits import (
    MOST_ATTRIBUTES_A_TAG,
    MOST_DEPTH,
    MOST_NAMES,
    MOST_OPTIONS,
    MOST_TAGS,
    MOST_UNCLOSED,
    limit_page,
)
from tests.extract.hostile import CAP, HOSTILE
from tests.extract.made import PROSE, page

# A worker holds about 200 MB before its first page, and may have 400.
MOST_MEGABYTES = 200
MOST_SECONDS = 10
REPO = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def costs() -> dict[str, list[float]]:
    """Peak memory over the start (MB) and CPU seconds of each page, in a process of their own."""
    command = [sys.executable, "-m", "tests.extract.cost", str(CAP)]
    ran = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=True, timeout=110)
    found: dict[str, list[float]] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_full_of(name: str, costs: dict[str, list[float]]) -> None:
    megabytes, seconds = costs[name]
    assert megabytes < MOST_MEGABYTES
    assert seconds < MOST_SECONDS


@pytest.mark.parametrize(
    ("piece", "most"),
    [
        ("<p>x</p>", MOST_TAGS // 2),
        ("<!-- x -->", MOST_TAGS),
        ("<div>", MOST_DEPTH),
        ("<font>", MOST_UNCLOSED),
        ("<option>x", MOST_OPTIONS),
    ],
)
def test_a_page_is_cut_before_the_tag_that_is_too_much(piece: str, most: int) -> None:
    source = piece * (most + 20_000)
    assert limit_page(source)[0] == piece * most


@pytest.mark.parametrize("piece", ["<p a{}=1>", '<p a{}="1">', "<p a{}>", "<a{0}></a{0}>"])
def test_a_page_is_cut_before_a_name_that_is_one_too_many(piece: str) -> None:
    tags = [piece.format(n) for n in range(2 * MOST_NAMES)]
    assert limit_page("".join(tags))[0] == "".join(tags[:MOST_NAMES])


def test_a_tag_of_too_many_attributes_is_left_out_with_all_after_it() -> None:
    start = page(PROSE)
    names = " ".join(f"a{n % 999}" for n in range(MOST_ATTRIBUTES_A_TAG + 1))
    source = f"{start}<p {names}>{PROSE}" + " " * (1 << 20)
    assert limit_page(source)[0] == start


@pytest.mark.parametrize(
    "part",
    [
        "<div>" * 1_000 + "</div>" * 1_000,
        "<div><p>a</div><ul><li>b</ul><br><img src=x><table><tr><td>c</table>" * 5_000,
        "<script>" + "if (a<b && c>d) '<div>' " * 100_000 + "</script>",
        "<style>" + "a{}" * 400_000 + "</style>",
        "<!-- " + "<div>" * 50_000 + "-->",
        '<p data-json="' + "a b c " * 200_000 + '">',
        "<p title='a > b < c'>" * 13_000,
        "<b><i>x</i></b>" * 10_000,
        "<table>" + "<tr><td><font size=2>x</td></tr>" * 5_000 + "</table>",
    ],
)
def test_a_large_page_in_earnest_is_left_whole(part: str) -> None:
    source = page(part) + page(PROSE) + " " * (1 << 20)
    assert limit_page(source)[0] == source


def test_formatting_is_left_alone_where_it_cannot_multiply() -> None:
    source = page(f"<b>{PROSE}</b><i>x" * 100)
    assert limit_page(source) == (source, source)


def test_formatting_that_could_multiply_becomes_spans_for_the_parser_alone() -> None:
    source = "<p><b class=x>one</b> <Strong>two</STRONG> <body><br><script></script>" * 2_000
    markup, parsed = limit_page(source)
    assert markup == source
    assert (
        parsed == "<p><span class=x>one</span> <span>two</span> <body><br><script></script>" * 2_000
    )
