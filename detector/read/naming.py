"""What a record's head says of its own name and of others': a part of it, and quicker to read.

ISO 28500:2017 clause 5 has the fields.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from detector.read.heads import clean_url, parse_date, parse_warc_head
from detector.records import ArchiveRecord

TYPE: Final = "WARC-Type"
RECORD_ID: Final = "WARC-Record-ID"
TARGET: Final = "WARC-Target-URI"
DATE: Final = "WARC-Date"
PAYLOAD_DIGEST: Final = "WARC-Payload-Digest"
CONCURRENT: Final = "WARC-Concurrent-To"
REFERS: Final = "WARC-Refers-To"
REFERS_TARGET: Final = "WARC-Refers-To-Target-URI"
REFERS_DATE: Final = "WARC-Refers-To-Date"
SEGMENT_ORIGIN: Final = "WARC-Segment-Origin-ID"

_SPELLED: Final = {
    name.lower(): name
    for name in (
        *(TYPE, RECORD_ID, TARGET, DATE, PAYLOAD_DIGEST),
        *(CONCURRENT, REFERS, REFERS_TARGET, REFERS_DATE, SEGMENT_ORIGIN),
    )
}
_USUAL: Final = frozenset(_SPELLED.values())
_FIELD: Final = re.compile(
    r"\n(warc-(?:type|record-id|target-uri|date|payload-digest|concurrent-to|segment-origin-id"
    r"|refers-to(?:-target-uri|-date)?))[ \t]*:[ \t]*([^\r\n]*)",
    re.IGNORECASE,
)
_SHORT: Final = 8 << 10


@dataclass(frozen=True, slots=True)
class Naming:
    """The names in a head. fields: those above, in order, by these very names."""

    type: str
    record_id: str | None
    url: str | None
    captured: datetime | None
    fields: Sequence[tuple[str, str]]


def parse_naming(head: bytes) -> Naming:
    """The names in a WARC head, as `parse_warc_head` reads them."""
    if len(head) > _SHORT or not head.isascii():
        return naming_in(parse_warc_head(head).headers)
    text = head.decode("ascii")
    if "\n " in text or "\n\t" in text or text.count("\r") != text.count("\r\n"):
        return naming_in(parse_warc_head(head).headers)  # folded lines, odd line ends
    fields = [(name, value.rstrip(" \t")) for name, value in _FIELD.findall(text)]
    first = dict(reversed(fields))
    return _naming(fields, first) if first.keys() <= _USUAL else naming_in(fields)


def naming_in(fields: Iterable[tuple[str, str]]) -> Naming:
    """The names among the fields of a head."""
    known = [(_SPELLED[name.lower()], value) for name, value in fields if name.lower() in _SPELLED]
    return _naming(known, dict(reversed(known)))


def naming_of(record: ArchiveRecord) -> Naming:
    """The names of a record that was read."""
    known = naming_in(record.headers) if record.version.upper().startswith("WARC/") else None
    fields = () if known is None else known.fields
    return Naming(record.type, record.record_id, record.url, record.captured, fields)


def _naming(fields: Sequence[tuple[str, str]], first: dict[str, str]) -> Naming:
    get = first.get
    return Naming(
        get(TYPE, "").lower(),
        get(RECORD_ID),
        clean_url(get(TARGET)),
        _repeated_date(get(DATE, "")),
        fields,
    )


# The records of a capture have one date, and stand together.
_repeated_date = functools.lru_cache(maxsize=64)(parse_date)
