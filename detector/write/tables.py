"""The one place where nouns become table rows.

A row is a tuple of plain values (str, int, float, bool, bytes, None and tuples of these) in the
order of the table's columns, so that rows are made in the worker processes and travel cheaply.
Nothing here imports polars: `frames` turns rows into columns, in the writing process.

Text from the crawl is made valid Unicode and cut here, nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final, TypeAlias

from detector.records import Fault, LabelledDocument, Locator, Match, Skip
from detector.write.hosts import host_of, registered_domain

DocumentRow: TypeAlias = tuple[object, ...]
SignatureRow: TypeAlias = tuple[str, int, int | None, int, str, bytes]
UnlabelledRow: TypeAlias = tuple[
    str, str, str, str, int, int, int | None, int, int, str | None, str | None
]

LONGEST_URL: Final = 8_192
LONGEST_TITLE: Final = 300
LONGEST_NAME: Final = 200  # identifiers, digests, media types, charsets
LONGEST_MESSAGE: Final = 500
MOST_FINDINGS: Final = 100
LONGEST_ID: Final = 8_192  # of a known text

ORDINAL_IN_DOCUMENT: Final = 4
ORDINAL_IN_SIGNATURE: Final = 3
KIND_IN_UNLABELLED: Final = 0
ORDINAL_IN_UNLABELLED: Final = 7
LOST_IN_UNLABELLED: Final = 8

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND: Final = timedelta(microseconds=1)
_LARGEST_STATUS: Final = 32_767


@dataclass(frozen=True, slots=True)
class PartRows:
    """The rows of one part, each table in the order of the ordinals."""

    documents: tuple[DocumentRow, ...] = ()
    signatures: tuple[SignatureRow, ...] = ()
    unlabelled: tuple[UnlabelledRow, ...] = ()


def document_row(labelled: LabelledDocument, *, with_text: bool) -> DocumentRow:
    """The row of the documents table; its last value is the text, where that was asked for."""
    document, verdict = labelled.document, labelled.verdict
    origin = document.origin
    host = host_of(origin.url)
    row = (
        *_place(origin.locator),
        origin.ordinal,
        origin.record_type,
        clean(origin.record_id, LONGEST_NAME),
        clean(origin.url, LONGEST_URL),
        clean(host, LONGEST_NAME * 2),
        clean(registered_domain(host), LONGEST_NAME * 2),
        _microseconds(origin.captured),
        clean(origin.payload_digest, LONGEST_NAME),
        clean(origin.media_type, LONGEST_NAME),
        _status(origin.status),
        clean(document.charset, LONGEST_NAME),
        origin.truncated,
        clean(document.title, LONGEST_TITLE),
        document.language,
        document.language_confidence,
        document.words,
        len(document.text),
        labelled.fingerprint.exact,
        verdict.score,
        verdict.probability,
        verdict.p_value,
        tuple((score.detector, score.value) for score in labelled.evidence.scores),
        verdict.label.value,
        verdict.reasons,
        tuple(
            (found.code, found.place, found.start, found.end, clean(found.excerpt, LONGEST_NAME))
            for found in labelled.evidence.findings[:MOST_FINDINGS]
        ),
        verdict.policy,
        verdict.ai_fraction,
        tuple((span.start, span.end, span.score, span.p_value) for span in verdict.spans),
        tuple(map(_match, labelled.evidence.matches)),
    )
    return (*row, clean(document.text, None)) if with_text else row


def signature_row(labelled: LabelledDocument) -> SignatureRow | None:
    """The row of the signatures table; None for a text shorter than one shingle."""
    fingerprint, origin = labelled.fingerprint, labelled.document.origin
    if not fingerprint.signature:
        return None
    file, offset, _, inner = _place(origin.locator)
    return (file, offset, inner, origin.ordinal, fingerprint.scheme, fingerprint.signature)


def unlabelled_row(item: Skip | Fault) -> UnlabelledRow:
    """The row of the unlabelled table: a record without a label, and why it has none."""
    fault = isinstance(item, Fault)
    message = item.message if isinstance(item, Fault) else item.detail
    return (
        "fault" if fault else "skip",
        item.code,
        clean(message, LONGEST_MESSAGE) or "",
        *_place(item.locator),
        item.ordinal,
        item.lost if isinstance(item, Fault) else 0,
        clean(item.record_type, LONGEST_NAME),
        clean(item.url, LONGEST_URL),
    )


def clean(text: str | None, longest: int | None) -> str | None:
    """The text as valid Unicode, cut to `longest` characters.

    Lone surrogates, which UTF-8 cannot hold, become U+FFFD; a pair of them becomes the character
    it stands for.

    >>> clean("a\\ud800b", 2), clean("\\ud83d\\ude00", None)
    ('a\\ufffd', '\\U0001f600')
    """
    if text is None:
        return None
    if longest is not None:
        text = text[:longest]
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _place(locator: Locator) -> tuple[str, int, int, int | None]:
    return clean(locator.file, None) or "", locator.offset, locator.length, locator.inner


def _match(match: Match) -> tuple[object, ...]:
    """The fields of a match, its date in days since 1970."""
    day = None if match.date is None else (match.date - _EPOCH.date()).days
    return (
        clean(match.index, LONGEST_NAME),
        match.kind,
        clean(match.id, LONGEST_ID),
        match.similarity,
        match.coverage,
        match.start,
        match.end,
        day,
    )


def _microseconds(moment: datetime | None) -> int | None:
    """Microseconds since 1970 UTC; a moment without a zone is taken as UTC."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - _EPOCH) // _MICROSECOND


def _status(status: int | None) -> int | None:
    return status if status is not None and 0 <= status <= _LARGEST_STATUS else None
