"""Documents made by hand, for the tests of score and label."""

from __future__ import annotations

from datetime import datetime

from detector.records import Document, Locator, Origin


def page(
    text: str = "",
    markup: str = "",
    *,
    headers: tuple[tuple[str, str], ...] = (),
    title: str | None = None,
    url: str = "https://www.example.org/a",
    captured: datetime | None = None,
    language: str = "en",
    words: int | None = None,
) -> Document:
    origin = Origin(
        locator=Locator("x.warc.gz", 0, 1),
        ordinal=0,
        record_type="response",
        record_id=None,
        url=url,
        captured=captured,
        payload_digest=None,
        media_type="text/html",
        status=200,
        truncated=False,
    )
    return Document(
        origin=origin,
        text=text,
        normal=text.lower(),
        title=title,
        charset="utf-8",
        language=language,
        language_confidence=1.0,
        words=len(text.split()) if words is None else words,
        markup=markup,
        headers=headers,
    )
