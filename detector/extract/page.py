"""One page through the room: decode, extract, count, name the language, normalise."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from detector.extract.characters import CONTROL, characters_of
from detector.extract.charset import decode_body
from detector.extract.extractors import Extractor
from detector.extract.language import detect_language
from detector.extract.limits import limit_page
from detector.extract.look import look_at
from detector.records import Capture, Document, Fault, Origin, Skip

_CONTROLS: Final = re.compile(f"[{characters_of(CONTROL)}]+")
_TITLE_LENGTH: Final = 500
# More than any article and most books; what is over is cut and the origin says so.
MOST_CHARACTERS: Final = 1 << 20


def extract_document(
    capture: Capture, *, extractor: Extractor, min_words: int = 40
) -> Document | Skip | Fault:
    """Turn a page into a document, or say why it is none.

    Plain text and the text of WET records is used as it is. A page is cut where its markup passes
    one of `limits`, and a text after 2^20 characters; its origin is then marked truncated.
    min_words: fewer are a skip "too-short". Faults: "charset-undecodable", "extract-error".
    """
    origin = capture.origin
    decoded = decode_body(capture.body, capture.charset)
    if decoded is None:
        return _fault(
            capture,
            "charset-undecodable",
            f"{len(capture.body)} bytes labelled {origin.media_type} are text in no character set"
            f" we know; they begin {capture.body[:40]!r}"[:300],
        )
    source, charset = decoded
    markup, title = "", None
    if _is_plain(capture):
        text = unix_lines(source)
    else:
        markup, parsed = limit_page(source, capture.body if charset == "utf-8" else None)
        if len(markup) < len(source):
            origin = replace(origin, truncated=True)
        try:
            found = extractor.extract(parsed)
        except Exception as error:  # an extractor may raise anything; the page is lost, not the run
            return _fault(capture, "extract-error", f"{extractor.name}: {error!r}"[:300])
        text, title = found.text, _clean_title(found.title)
    made = document_of(
        text,
        origin,
        min_words=min_words,
        title=title,
        charset=charset,
        markup=markup,
        headers=capture.headers,
    )
    if isinstance(made, Skip) and made.code == "no-text":
        return replace(made, detail=f"{len(source)} characters of source")
    return made


def document_of(
    text: str,
    origin: Origin,
    *,
    min_words: int,
    title: str | None = None,
    charset: str = "utf-8",
    markup: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> Document | Skip:
    """Make a document of a text that is already parted from its page, or a skip of a short one.

    The text loses control characters and the white space around it, and is cut after 2^20
    characters; its origin is then marked truncated.
    """
    if len(text) > MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS]
        origin = replace(origin, truncated=True)
    look = look_at(text)
    if look.kinds & CONTROL:
        text = _CONTROLS.sub("", text)
        look = look_at(text)
    text = text.strip()
    if not text:
        return _skip(origin, "no-text", "")
    if look.words < min_words:
        return _skip(origin, "too-short", f"{look.words} words, fewer than {min_words}")
    language, confidence = detect_language(text)
    return Document(
        origin=origin,
        text=text,
        normal=look.normal,
        title=title,
        charset=charset,
        language=language,
        language_confidence=confidence,
        words=look.words,
        markup=markup,
        headers=headers,
    )


def unix_lines(text: str) -> str:
    """Give a plain text with its lines ended by line feeds alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_plain(capture: Capture) -> bool:
    return capture.origin.record_type == "conversion" or capture.origin.media_type == "text/plain"


def _clean_title(title: str | None) -> str | None:
    if title is None:
        return None
    start = _CONTROLS.sub("", title[: 4 * _TITLE_LENGTH])
    return " ".join(start.split())[:_TITLE_LENGTH] or None


def _skip(origin: Origin, code: str, detail: str) -> Skip:
    return Skip(origin.locator, origin.ordinal, code, detail, origin.record_type, origin.url)


def _fault(capture: Capture, code: str, message: str) -> Fault:
    origin = capture.origin
    return Fault(
        origin.locator,
        origin.ordinal,
        code,
        message,
        record_type=origin.record_type,
        url=origin.url,
    )
