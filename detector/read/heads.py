"""Heads of records: named fields (WARC, HTTP), ARC lines, dates. Bytes in, values out, no I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final

HEAD_CAP: Final = 64 << 10
FIELD_CAP: Final = 2000

HEAD_END = re.compile(rb"\n\r{0,2}\n")
"""The empty line after a head: CRLF CRLF, or bare LFs (which RFC 9112 2.2 lets a reader take)."""

_DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?"
)
_STAMP = re.compile(r"[0-9]{4,14}")
_LENGTH = re.compile(r"[0-9]{1,18}")
_ARC1: Final[tuple[str, ...]] = (
    "URL",
    "IP-address",
    "Archive-date",
    "Content-type",
    "Archive-length",
)
_ARC2: Final[tuple[str, ...]] = (
    *_ARC1[:4],
    "Result-code",
    "Checksum",
    "Location",
    "Offset",
    "Filename",
    _ARC1[4],
)


@dataclass(frozen=True, slots=True)
class Head:
    """A record's head. length: of the block; None when the head has none that makes sense."""

    version: str
    type: str
    headers: tuple[tuple[str, str], ...]
    length: int | None
    url: str | None
    captured: datetime | None
    record_id: str | None
    payload_digest: str | None
    content_type: str | None


def parse_fields(lines: bytes) -> tuple[tuple[str, str], ...]:
    """Named fields, in order; lines that are none are left out, folded lines joined with a space.

    UTF-8 where it is valid (ISO 28500:2017 clause 4), else ISO 8859-1 (as in HTTP of old). At most
    `FIELD_CAP` fields are kept.

    >>> parse_fields(b"A: 1\\r\\nnot a field\\r\\nB:2\\n  3\\n")
    (('A', '1'), ('B', '2 3'))
    """
    try:
        text = lines.decode("utf-8")
    except UnicodeDecodeError:
        text = lines.decode("latin-1")
    fields: list[tuple[str, str]] = []
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t"):
            if fields and (more := line.strip(" \t\r")):
                fields[-1] = (fields[-1][0], f"{fields[-1][1]} {more}".strip())
        elif colon:
            fields.append((name.strip(" \t"), value.strip(" \t\r")))
    return tuple(fields[:FIELD_CAP])


def parse_warc_head(head: bytes) -> Head:
    """A WARC record's head, from its version line to the empty line (ISO 28500:2017 clause 4)."""
    version, _, lines = head.partition(b"\n")
    headers = parse_fields(lines)
    first: dict[str, str] = {}
    for name, value in headers:
        first.setdefault(name.lower(), value)
    get = first.get
    length = get("content-length", "")
    return Head(
        version=version.strip(b" \t\r").decode("latin-1"),
        type=get("warc-type", "").lower(),
        headers=headers,
        length=int(length) if _LENGTH.fullmatch(length) else None,
        url=clean_url(get("warc-target-uri")),
        captured=parse_date(get("warc-date", "")),
        record_id=get("warc-record-id"),
        payload_digest=get("warc-payload-digest"),
        content_type=get("content-type"),
    )


def parse_arc_line(line: bytes) -> Head:
    """An ARC URL record line, version 1 (five fields) or 2 (ten); URLs may hold spaces.

    The fields are found from the right, as warcio does: the date tells the versions apart.
    """
    text = _text(line.strip(b"\r\n"))
    fields = text.rsplit(" ", 9)
    if len(fields) == 10 and _STAMP.match(fields[2]) and not _STAMP.match(fields[-3]):
        names, version = _ARC2, "ARC/2"
    else:
        fields = text.rsplit(" ", 4)
        fields += [""] * (5 - len(fields))
        names, version = _ARC1, "ARC/1"
    headers = tuple(zip(names, fields, strict=True))
    url, length = fields[0], fields[-1]
    return Head(
        version=version,
        type="arc-filedesc" if url.startswith("filedesc:") else "response",
        headers=headers,
        length=int(length) if _LENGTH.fullmatch(length) else None,
        url=clean_url(url),
        captured=parse_stamp(fields[2]),
        record_id=None,
        payload_digest=None,
        content_type=fields[3] or None,
    )


def parse_date(text: str) -> datetime | None:
    """A WARC-Date (ISO 8601 in UTC, to the year-month-day at least), None for anything else.

    >>> parse_date("2016-09-19T17:20:14.123456789Z")
    datetime.datetime(2016, 9, 19, 17, 20, 14, tzinfo=datetime.timezone.utc)
    """
    found = _DATE.match(text)
    if found is None:
        return parse_stamp(text)
    return _moment([int(part or 0) for part in found.groups()])


def parse_stamp(text: str) -> datetime | None:
    """An ARC date, YYYYMMDDhhmmss or its first 8, 10 or 12 digits; None for anything else.

    >>> parse_stamp("2016020900")
    datetime.datetime(2016, 2, 9, 0, 0, tzinfo=datetime.timezone.utc)
    """
    found = _STAMP.match(text)
    if found is None or len(found[0]) < 8:
        return None
    digits = found[0].ljust(14, "0")
    return _moment([int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, 14, 2))])


def _moment(parts: list[int]) -> datetime | None:
    year, month, day, hour, minute, second = parts
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def clean_url(url: str | None) -> str | None:
    """The URL without wget's angle brackets, its spaces percent-encoded; None when empty."""
    if not url:
        return None
    if url[0] == "<" and url[-1] == ">":
        url = url[1:-1]
    return url.replace(" ", "%20") if " " in url else url
