"""Pages made to hurt: each fills the body cap with one kind of markup, made by a few lines here."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

CAP: Final = 8 << 20  # the scan's default cap on a decoded body
_PROSE: Final = "the quick brown fox jumps over the lazy dog and runs on through the long grass "


def _fill(piece: str, size: int) -> str:
    return (piece * (size // len(piece) + 1))[:size]


def _numbered(piece: str, size: int) -> str:
    """Repeat a piece with a running number in it, so that no two are the same."""
    count = size // len(piece.format(1_000_000)) + 1
    return "".join(piece.format(n) for n in range(count))[:size]


def _page(body: str) -> str:
    return f"<!doctype html><title>A page</title><body><p>{_PROSE * 5}</p>{body}"


HOSTILE: Final = MappingProxyType[str, Callable[[int], str]](
    {
        "nested divs": lambda n: _page(_fill("<div>", n)),
        "nested divs with text": lambda n: _page(_fill("<div>a b c ", n)),
        "nested spans": lambda n: _page(_fill("<span>", n)),
        "nested lists": lambda n: _page(_fill("<ul><li>x", n)),
        "nested quotations": lambda n: _page(_fill("<blockquote>x", n)),
        "nested tables": lambda n: _page(_fill("<table><tr><td>x", n)),
        "formatting": lambda n: _page(_fill("<b><i><p>x", n)),
        "formatting with attributes": lambda n: _page(_numbered("<b a={}><p>x", n)),
        "fonts closed late": lambda n: _page(
            _numbered("<font size={}>", n // 2) + _fill("<p></font>", n // 2)
        ),
        "formatting under the limit": lambda n: _page(
            _numbered("<b a={}><p>x", 12_000) + _fill("<p>x", n)
        ),
        "formatting that its end tags do not reach": lambda n: _page(
            _numbered("<b a={}><table></b></table><p>x", n)
        ),
        "anchors": lambda n: _page(_fill("<a><p>x", n)),
        "siblings": lambda n: _page(_fill("<p>a b</p>", n)),
        "empty elements": lambda n: _page(_fill("<br>", n)),
        "shortest tags": lambda n: _page(_fill("<p>", n)),
        "table cells": lambda n: _page("<table>" + _fill("<tr><td>a</td></tr>", n)),
        "misplaced in a table": lambda n: _page("<table>" + _fill("<b>x", n)),
        "attributes in one tag": lambda n: _page("<p " + _numbered("a{} ", n)),
        "attributes everywhere": lambda n: _page(_numbered("<p a{} b c d e f g h i j k l m>", n)),
        "classes": lambda n: _page(f'<div class="{_numbered("c{} ", n)}">{_PROSE}</div>'),
        "one huge attribute": lambda n: _page(f'<p a="{_fill("x", n)}">'),
        "unclosed tag": lambda n: _page("<p " + _fill("x", n)),
        "unclosed comment": lambda n: _page("<!--" + _fill("- ", n)),
        "bogus comments": lambda n: _page(_fill("<?>", n)),
        "comments": lambda n: _page(_fill("<!---->", n)),
        "unclosed script": lambda n: _page("<script>" + _fill("<p>x ", n)),
        "entities": lambda n: _page(_fill("&amp;&#x20;", n)),
        "unknown entities": lambda n: _page(_fill("&a", n)),
        "stray ends": lambda n: _page(_fill("</p>", n)),
        "stray less-than signs": lambda n: _page(_fill("< ", n)),
        "text": lambda n: _page(_fill(_PROSE, n)),
        "text without spaces": lambda n: _page(_fill("x", n)),
        "ideographs": lambda n: _page(_fill("汉字", n // 3)),
        "astral characters": lambda n: _page(_fill("𝒳 ", n // 5)),
        "expanding characters": lambda n: _page(_fill("ﷺ ", n // 4)),
        "combining marks": lambda n: _page("a" + _fill("\u0301\u0323", n // 2)),
        "spaces": lambda n: _page(_fill(" \n\t", n)),
        "new lines": lambda n: _page(f"<pre>{_fill('x' + chr(10), n)}</pre>"),
        "controls": lambda n: _page(_fill("abc\x0b", n)),
        "replacement characters": lambda n: _page(_fill("\ufffdé", n // 3)),
        "templates": lambda n: _page(_fill("<template><p>x", n)),
        "elements of their own names": lambda n: _page(_numbered("<x{0}></x{0}>", n)),
        "attributes of their own names": lambda n: _page(_numbered('<p a{}="" b c>', n)),
        "svg": lambda n: _page("<svg>" + _fill("<g>", n)),
        "selects": lambda n: _page("<select>" + _fill("<option>x", n)),
        "frames": lambda n: "<frameset>" + _fill("<frameset>", n),
        "headings": lambda n: _page(_fill("<h1>x", n)),
        "titles": lambda n: f"<title>{_fill(_PROSE, n)}</title>",
    }
)
