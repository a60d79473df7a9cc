"""ArchiveRecord -> Capture: HTTP head, media type, body free of its codings. No I/O."""

from __future__ import annotations

import re
from typing import Final

from detector.read.chunked import undo_chunked
from detector.read.codings import Undecodable, undo_codings
from detector.read.http import HeadError, HttpHead, looks_like_html, parse_http_head
from detector.read.walker import READ_TYPES
from detector.records import ArchiveRecord, Capture, Fault, Origin, Skip

BODY_CAP: Final = 8 << 20

PAGE_TYPES: Final = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
"""The media types that hold text for us."""

_UNKNOWN: Final = frozenset({"", "unknown/unknown", "application/unknown", "*/*", "no-type", "unk"})
_CHARSET = re.compile(r"""charset\s{0,8}=\s{0,8}["']?([^\s;"',]{1,40})""", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]{0,31}):")
_SKIP_CODES: Final = {
    "request": "warc-request",
    "metadata": "warc-metadata",
    "warcinfo": "warc-warcinfo",
    "revisit": "warc-revisit",
    "continuation": "warc-continuation",
    "arc-filedesc": "arc-filedesc",
}


def is_page(record: ArchiveRecord) -> bool:
    """Whether records of this type are read (a response, resource or conversion)."""
    return record.type in READ_TYPES


def skip_code(record: ArchiveRecord) -> str:
    """Why a record of a type that is never read is passed over: a code of `errors.SKIPS`."""
    return _SKIP_CODES.get(record.type, "warc-other")


def decode_capture(record: ArchiveRecord, *, body_cap: int = BODY_CAP) -> Capture | Skip | Fault:
    """The page in a record, its body free of transfer and content codings and cut at `body_cap`.

    Or why there is none. What the codings inflate to is never held beyond `body_cap` bytes a stage.
    Raises nothing, whatever the record holds.
    """
    if not is_page(record):
        return _skip(record, skip_code(record), record.type)
    try:
        if record.type == "response" or _is_http(record.content_type):
            return _decode_response(record, body_cap)
        return _decode_resource(record, body_cap)
    except HeadError as error:
        if record.cut and error.code == "http-malformed" and len(record.block) < 32:
            message = "the record breaks off inside its HTTP head"
            return _fault(record, "truncated-record", message)
        return _fault(record, error.code, str(error))
    except Undecodable as error:
        return _fault(record, "body-undecodable", str(error))


def _decode_resource(record: ArchiveRecord, body_cap: int) -> Capture | Skip:
    """A resource or conversion record: the block is the body (ISO 28500:2017 6.6, 6.9)."""
    body, whole = record.block[:body_cap], len(record.block) <= body_cap
    if not body.strip():
        return _skip(record, "empty-body", f"{record.block_length} bytes")
    content_type = record.content_type or ""
    media_type = _media_type(content_type)
    if media_type in _UNKNOWN:
        media_type = _sniff(body)
    if media_type not in PAGE_TYPES:
        return _skip(record, "not-html", media_type)
    charset = _charset(content_type)
    if record.type == "conversion":
        # WET: "the text is stored as UTF-8" whatever the page was in.
        charset = charset or "utf-8"
    return Capture(_origin(record, media_type, None, whole), (), charset, body)


def _decode_response(record: ArchiveRecord, body_cap: int) -> Capture | Skip | Fault:
    if _not_http(record):
        scheme = (record.url or "").partition(":")[0]
        return _skip(record, "not-http", f"{scheme} {record.content_type or ''}".strip())
    if not record.block:
        return _empty(record, "block", "an empty record block")
    head = parse_http_head(record.block)
    status = head.status
    if status is not None and not 200 <= status < 300:
        return _skip(record, "http-redirect" if 300 <= status < 400 else "http-error", str(status))
    content_type = next(iter(head.values("content-type")), "")
    media_type = _media_type(content_type)
    if media_type not in PAGE_TYPES and media_type not in _UNKNOWN:
        return _skip(record, "not-html", media_type)
    body, whole = _decode_body(record.block[head.body_at :], head, body_cap)
    if not body.strip():
        return _empty(record, "body", f"status {status}")
    if media_type in _UNKNOWN:
        media_type = _sniff(body)
        if media_type not in PAGE_TYPES:
            return _skip(record, "not-html", "no media type, and not HTML")
    origin = _origin(record, media_type, status, whole and status != 206)
    return Capture(origin, head.headers, _charset(content_type), body)


def _empty(record: ArchiveRecord, part: str, detail: str) -> Skip | Fault:
    if record.cut:
        return _fault(record, "truncated-record", f"the record breaks off before its {part}")
    return _skip(record, "empty-body", detail)


def _decode_body(body: bytes, head: HttpHead, body_cap: int) -> tuple[bytes, bool]:
    """The body, and whether it is all there."""
    whole = True
    transfer = _tokens(head, "transfer-encoding")
    if "chunked" in transfer:
        unframed = undo_chunked(body)
        if unframed is not None:
            body, whole = unframed
    codings = _tokens(head, "content-encoding") + [name for name in transfer if name != "chunked"]
    if looks_like_html(body[:4096]):
        codings = []
    body, complete = undo_codings(body, codings, body_cap)
    if body.startswith(b"\x1f\x8b\x08"):
        # Compressed once more than the head says, as misconfigured servers do.
        body, complete = undo_codings(body, ["gzip"], body_cap)
    return body, whole and complete


def _tokens(head: HttpHead, name: str) -> list[str]:
    listed = ",".join(head.values(name)).lower()
    return [token for part in listed.split(",") if (token := part.strip(" \t\"'"))]


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].partition(",")[0].strip(" \t\"'").lower()


def _charset(content_type: str) -> str | None:
    found = _CHARSET.search(content_type)
    return found[1].lower() if found else None


def _sniff(body: bytes) -> str:
    return "text/html" if looks_like_html(body[:4096]) else ""


def _is_http(content_type: str | None) -> bool:
    return _media_type(content_type or "") == "application/http"


def _not_http(record: ArchiveRecord) -> bool:
    """A response from DNS, FTP and others, as its URL's scheme or its block's type says."""
    if record.block.startswith(b"HTTP"):
        return False
    scheme = _SCHEME.match(record.url or "")
    if scheme is not None and scheme[1].lower() not in ("http", "https"):
        return True
    media_type = _media_type(record.content_type or "")
    return not record.version.startswith("ARC") and media_type.startswith(("text/dns", "text/who"))


def _origin(record: ArchiveRecord, media_type: str, status: int | None, whole: bool) -> Origin:
    return Origin(
        locator=record.locator,
        ordinal=record.ordinal,
        record_type=record.type,
        record_id=record.record_id,
        url=record.url,
        captured=record.captured,
        payload_digest=record.payload_digest,
        media_type=media_type,
        status=status,
        truncated=not whole or record.cut or _says_truncated(record),
    )


def _says_truncated(record: ArchiveRecord) -> bool:
    """WARC-Truncated (ISO 28500:2017 5.13), or the first of several segments (5.17)."""
    return any(
        name.lower() in ("warc-truncated", "warc-segment-number") for name, _ in record.headers
    )


def _skip(record: ArchiveRecord, code: str, detail: str) -> Skip:
    return Skip(record.locator, record.ordinal, code, detail[:60], record.type, record.url)


def _fault(record: ArchiveRecord, code: str, message: str) -> Fault:
    return Fault(record.locator, record.ordinal, code, message, 0, record.type, record.url)
