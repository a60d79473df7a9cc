"""Bytes to text: strict UTF-8 first, then what is declared, then a guess, or not text at all.

The order is that of the WHATWG encoding sniffing algorithm
(https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding) with one
change: bytes that are strict UTF-8 are UTF-8, whatever anybody declares. Text in another encoding
is almost never valid UTF-8 by accident, while declarations are often wrong.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Browsers decode these with the superset that pages are really written in
# (https://encoding.spec.whatwg.org/#legacy-multi-byte-chinese-(simplified)-encodings and after).
_SUPERSETS: Final = {
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso8859-11": "cp874",
}
_EAST_ASIAN: Final = ("cp949", "gb18030", "big5hkscs", "cp932", "euc_jp")
_HEAD: Final = 4096  # WHATWG looks for <meta> in 1,024 bytes; pages with long comments need more
_META: Final = re.compile(
    rb"<meta\b[^>]{0,300}?\bcharset\s{0,8}=\s{0,8}[\"']?\s{0,8}([\w.:-]{2,40})", re.I
)
_XML: Final = re.compile(
    rb"\s{0,8}<\?xml\b[^>]{0,200}?\bencoding\s{0,8}=\s{0,8}[\"']([\w.:-]{2,40})", re.I
)
_CONTROLS: Final = bytes(b for b in range(32) if b not in b"\t\n\f\r\x1b") + b"\x7f"
# Random and compressed bytes hold about 11 % control characters and make 10 % or more
# replacement characters in every multi-byte encoding; pages hold next to none of either, and
# those that a broken program sprinkled with NULs stay under half of the first.
_MOST_CONTROLS: Final = 0.08
_MOST_REPLACED: Final = 0.05
_SAMPLE: Final = 1 << 16


def decode_body(body: bytes, declared: str | None) -> tuple[str, str] | None:
    """Decode a page; None when it is text in no character set we know.

    declared: the charset of the Content-Type header, any case, with or without quotes.
    Returns the text, without its byte order mark, and the name of the Python codec that read it.
    A body that a cap cut inside a UTF-8 sequence is still UTF-8.

    >>> decode_body("schön".encode("utf-8"), "iso-8859-1")
    ('schön', 'utf-8')
    >>> decode_body("schön".encode("latin-1"), "ISO-8859-1")
    ('schön', 'cp1252')
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            text = body[len(mark) :].decode(codec, "replace")
            return None if _garbled(text) else (text, codec)
    wide = _wide_without_mark(body[:_HEAD])
    if wide is not None:
        text = body.decode(wide, "replace")
        return None if _garbled(text) else (text, wide)
    if _control_share(body[:_HEAD]) > _MOST_CONTROLS:
        return None
    text_or_none = None if b"\x1b" in body else _strict_utf8(body)
    if text_or_none is not None:
        return text_or_none, "utf-8"
    return _decode_legacy(body, declared)


def _decode_legacy(body: bytes, declared: str | None) -> tuple[str, str] | None:
    """Try what is declared strictly, then detect, then take the likeliest with replacements."""
    if _control_share(body[:_SAMPLE]) > _MOST_CONTROLS:
        return None
    tried: list[str] = []
    for codec in _declarations(body[:_HEAD], declared):
        try:
            return body.decode(codec), codec
        except UnicodeDecodeError:
            tried.append(codec)
    # The utf-8 that almost fits comes first: one bad byte in a page does not change its encoding.
    # Last what browsers fall back to, in which every byte stands for something.
    for codec in dict.fromkeys(["utf-8", *tried, *_detections(body), "cp1252"]):
        text = body.decode(codec, "replace")
        if not _garbled(text) and (codec != "utf-8" or _mostly_sound(text)):
            return text, codec
    return None


def _detections(body: bytes) -> Iterator[str]:
    """What two detectors take the bytes for, the second only where the first is surely wrong.

    resiliparse's takes short EUC-KR pages for UTF-8, and charset-normalizer's takes Central
    European ones for Western; on the encodings of East Asia the second is right.
    """
    found = _python_codec(detect_encoding(body, max_len=_SAMPLE) or "")
    if found is not None and found != "utf-8":
        yield found
        return
    from charset_normalizer import from_bytes  # noqa: PLC0415 - rarely needed

    best = from_bytes(body[:_SAMPLE], cp_isolation=list(_EAST_ASIAN), steps=5).best()
    if best is not None:
        yield best.encoding


def _declarations(head: bytes, declared: str | None) -> Iterator[str]:
    """The codecs that the header, the XML declaration and the meta element name, in that order."""
    found = [declared] if declared else []
    found += [m[1].decode("ascii", "replace") for p in (_XML, _META) if (m := p.search(head))]
    for label in found:
        codec = _python_codec(label)
        # WHATWG: a declaration that could be read as ASCII cannot be true if it names UTF-16.
        if codec is not None and not codec.startswith("utf-"):
            yield codec
    if b"\x1b" in head:
        yield from ("iso2022_jp", "utf-8")


def _python_codec(label: str) -> str | None:
    """Map an encoding label of the web to a Python text codec; None for unknown ones.

    The WHATWG table is a closed list, so that no label of a page reaches codecs such as `zip`.
    """
    name = map_encoding_to_html5(label.strip(" \t\r\n\"'"), fallback_utf8=False)
    if name is None:
        return None
    return _SUPERSETS.get(name, name)


def _strict_utf8(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start >= len(body) - 3:
            return body[: error.start].decode()
        return None


def _wide_without_mark(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: nearly every second byte of markup is then NUL."""
    pairs = len(head) // 2
    if pairs < 8 or b"\0" not in head:
        return None
    even, odd = head[: 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd > 0.6 * pairs and even < 0.02 * pairs:
        return "utf-16-le"
    if even > 0.6 * pairs and odd < 0.02 * pairs:
        return "utf-16-be"
    return None


def _control_share(sample: bytes) -> float:
    return 1 - len(sample.translate(None, _CONTROLS)) / len(sample) if sample else 0.0


def _garbled(text: str) -> bool:
    """Whether a decoder met too much that is no text in its encoding."""
    return text.count("\ufffd") > max(1, _MOST_REPLACED * len(text))


def _mostly_sound(text: str) -> bool:
    """Whether UTF-8 read more characters beyond ASCII well than badly."""
    bad = text.count("\ufffd")
    wide = sum(not c.isascii() for c in text) - bad
    return wide > bad or bad == 0
