"""Captures made for tests."""

from __future__ import annotations

from typing import Final

from detector.records import Capture, Locator, Origin

PROSE: Final = (
    "The lighthouse keeper walked down to the harbour every morning before the boats came in, and"
    " he counted them one after another, for his brother had been lost on a night when nobody was"
    " counting. In winter the wind took the numbers out of his mouth, so he wrote them on a slate"
    " and carried it home under his coat."
)


def capture(
    body: bytes | str,
    *,
    charset: str | None = None,
    media_type: str | None = "text/html",
    record_type: str = "response",
) -> Capture:
    """A capture of a body; text is sent as UTF-8."""
    origin = Origin(
        locator=Locator("made.warc.gz", 10, 20),
        ordinal=3,
        record_type=record_type,
        record_id=None,
        url="https://example.org/",
        captured=None,
        payload_digest=None,
        media_type=media_type,
        status=200,
        truncated=False,
    )
    data = body.encode() if isinstance(body, str) else body
    return Capture(origin, (("content-type", media_type or ""),), charset, data)


def page(text: str, *, title: str = "A title", head: str = "") -> str:
    """An article page around a text."""
    return (
        f"<!doctype html><html><head>{head}<title>{title}</title></head><body>"
        '<nav><a href="/">Home</a> <a href="/a">About us</a></nav>'
        f"<main><article><h1>{title}</h1><p>{text}</p></article></main>"
        "<footer>Copyright, all rights reserved</footer></body></html>"
    )
