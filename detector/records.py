"""The nouns that walk through the rooms: what a record of a crawl was, and what became of it.

Every noun is frozen and slotted and has no behaviour beyond its text form. A noun that came from
the crawl carries its `Locator`, so that anything said about a page can be replayed from the
archive. Nouns become table rows in one place only, `detector.write.tables`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a record lies in an archive, exactly enough to read it again.

    file: the input's name as opened (path or URL; "-" is standard input).
    inner: None when the record is stored by itself, as bytes [offset, offset + length) of the file
    (a compressed member of its own, or a stretch of an uncompressed file). Otherwise the record is
    bytes [inner, inner + length) of what the compressed member that begins at `offset` inflates to.

    >>> str(Locator("x.warc.gz", 120, 45)), str(Locator("x.warc.gz", 0, 45, inner=9))
    ('x.warc.gz@120+45', 'x.warc.gz@0!9+45')
    """

    file: str
    offset: int
    length: int
    inner: int | None = None

    def __str__(self) -> str:
        inner = "" if self.inner is None else f"!{self.inner}"
        return f"{self.file}@{self.offset}{inner}+{self.length}"


_LOCATOR = re.compile(r"(?s)(.+)@([0-9]{1,19})(?:!([0-9]{1,19}))?\+([0-9]{1,19})")


def parse_locator(text: str) -> Locator:
    """Read a locator back from its text form; ValueError when it has none.

    >>> parse_locator("s3://b/x.warc.gz@0!9+45")
    Locator(file='s3://b/x.warc.gz', offset=0, length=45, inner=9)
    """
    found = _LOCATOR.fullmatch(text)
    if found is None:
        raise ValueError(
            f"{text[:60]!r} is not a locator: write FILE@OFFSET+LENGTH, or"
            " FILE@OFFSET!INNER+LENGTH for a record inside a larger compressed member"
        )
    file, offset, inner, length = found.groups()
    return Locator(file, int(offset), int(length), None if inner is None else int(inner))


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading of one input can be taken up again: before the record number `ordinal`.

    offset, inner: as in `Locator`. The same archive read from a position yields the very records,
    with the very locators and ordinals, that a reading from the start yields after that point.
    """

    offset: int = 0
    inner: int | None = None
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """One record as the archive holds it, its block cut at the reader's cap.

    ordinal: its 0-based number among all records and faults of the input.
    version: "WARC/1.0", "ARC/1" and so on. type: the WARC-Type in lower case ("response", ...);
    ARC records are given as "response" (or "arc-filedesc" for the file's own head).
    block: the record block (HTTP head and body, for a response), empty for the types that are
    never read. block_length: its length in the archive. cut: whether `block` lacks a part of it.
    content_type: of the block. captured: the WARC-Date or ARC date in UTC.
    """

    locator: Locator
    ordinal: int
    version: str
    type: str
    headers: tuple[tuple[str, str], ...]
    block: bytes
    block_length: int
    cut: bool
    url: str | None
    captured: datetime | None
    record_id: str | None
    payload_digest: str | None
    content_type: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when a text was captured: what later joins a row to the archive and its indexes.

    media_type: lower case, without parameters ("text/html"). truncated: whether a cap, or the
    archive itself, cut the body. record_type: "response", "resource" or "conversion".
    """

    locator: Locator
    ordinal: int
    record_type: str
    record_id: str | None
    url: str | None
    captured: datetime | None
    payload_digest: str | None
    media_type: str | None
    status: int | None
    truncated: bool


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as a server sent it: headers, and the body free of transfer and content codings.

    charset: what the Content-Type header (or a WET record's standard) declares, if anything.
    """

    origin: Origin
    headers: tuple[tuple[str, str], ...]
    charset: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a page, ready to be fingerprinted and judged.

    text: main text, Unicode, paragraphs on lines of their own. normal: its normal form, which equal
    texts share. language: ISO 639-1 code or "und"; confidence in [0, 1]. words: words of `text`
    (for scripts written without spaces: an estimate from characters).
    markup: the page's decoded source ("" for plain text and WET), for signals that look beyond the
    text. headers: the HTTP headers, for the same.
    """

    origin: Origin
    text: str
    normal: str
    title: str | None
    charset: str
    language: str
    language_confidence: float
    words: int
    markup: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a text can be recognised by.

    scheme: names shingling, hashes and permutations; only fingerprints of one scheme compare.
    exact: xxh3-128 of the normal form's UTF-8, 32 hexadecimal digits.
    signature: 128 MinHash values, little-endian uint32 (512 bytes); empty when the text has fewer
    words than one shingle.
    """

    scheme: str
    exact: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Score:
    """One detector's opinion of one text: higher is more machine-like, NaN abstains."""

    detector: str
    value: float


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text, characters [start, end) of `Document.text`, and its score alone."""

    start: int
    end: int
    value: float


@dataclass(frozen=True, slots=True)
class Finding:
    """A signal seen at a place: evidence to show and weigh, never a verdict by itself.

    code: "artefact.oaicite" and so on. place: "text" (start and end are character offsets into
    `Document.text`), "markup" (into `Document.markup`), "header" or "origin" (both 0).
    excerpt: the matched characters, at most 60.
    """

    code: str
    place: str
    start: int
    end: int
    excerpt: str


@dataclass(frozen=True, slots=True)
class Match:
    """A known text that a page is or holds, verified by its fingerprints.

    index: the index's name. kind: "ai" or "pre-llm", what is known of its texts. id: of the text
    there. similarity: Jaccard similarity of the two, estimated, 1.0 for an equal text, None
    where it was not measured. coverage: the share of the page that is known text, estimated, in
    [0, 1]. start, end: characters of `Document.text` between which it lies. date: when the text is
    known to have existed, if that is known.
    """

    index: str
    kind: str
    id: str
    similarity: float | None
    coverage: float
    start: int
    end: int
    date: date | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known about a text before a label is chosen.

    windows: the deciding detector's scores of the text's parts, in their order. matches: known
    texts in it, of each index the best first.
    """

    scores: tuple[Score, ...]
    findings: tuple[Finding, ...]
    windows: tuple[Window, ...] = ()
    matches: tuple[Match, ...] = ()


class Label(str, Enum):
    """What we say of a document. There is no label "human": nobody can know."""

    LIKELY_AI = "likely-ai"
    UNCERTAIN = "uncertain"
    NO_EVIDENCE = "no-evidence"
    NOT_ASSESSED = "not-assessed"
    PRE_LLM = "pre-llm"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text that scores above the cut for texts of its length.

    start, end: characters of `Document.text`. score: of the stretch alone, p_value: the share of
    human calibration texts of its length that score at least as high.
    """

    start: int
    end: int
    score: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A label with its grounds.

    score: the deciding detector's score, probability: calibrated, in [0, 1], p_value: the share of
    human calibration texts of this kind that score at least as high; each None where not assessed.
    reasons: codes, strongest first ("classifier", "artefact.oaicite", "too-short", ...).
    policy: digest of the policy that decided. spans: the windows above their cut. ai_fraction: the
    share of the characters looked at that they hold, in [0, 1]; None where not assessed.
    """

    label: Label
    score: float | None
    probability: float | None
    p_value: float | None
    reasons: tuple[str, ...]
    policy: str
    spans: tuple[Span, ...] = ()
    ai_fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """A sound record that is not our business; `code` is one of `detector.errors.SKIPS`."""

    locator: Locator
    ordinal: int
    code: str
    detail: str
    record_type: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a record or a stretch of an archive; `code` is one of `errors.FAULTS`.

    locator: the record, or the byte range lost (then `lost` counts the file's bytes that were
    passed over to reach the next good record). message: what was found, for a person.
    """

    locator: Locator
    ordinal: int
    code: str
    message: str
    lost: int = 0
    record_type: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One reading step: a record or a fault, and where reading would go on after it.

    consumed: bytes of the input file read so far, for progress.
    """

    item: ArchiveRecord | Fault
    resume: Position
    consumed: int


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """A document with all that the scan found out about it: one row of the documents table."""

    document: Document
    fingerprint: Fingerprint
    evidence: Evidence
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Mark:
    """A reviewer's word on the label of one document of a scan.

    locator, ordinal, fingerprint: which document, and the exact hash of its text. label: what the
    scan said; policy: the digest of what decided. documents: how many documents of the scan have
    each label, for a mark stands for them. right: whether the label is right; None takes an earlier
    mark back. at: when, UTC in ISO 8601.
    """

    locator: Locator
    ordinal: int
    fingerprint: str
    label: str
    policy: str
    documents: tuple[tuple[str, int], ...]
    right: bool | None
    reviewer: str
    note: str
    at: str

    @property
    def document(self) -> tuple[str, int, str]:
        """What tells the document from all others: its file, its ordinal, and its text's hash."""
        return self.locator.file, self.ordinal, self.fingerprint


@dataclass(frozen=True, slots=True)
class Books:
    """What became of the records of an input; balanced when records = the three others together."""

    records: int = 0
    documents: int = 0
    skips: int = 0
    faults: int = 0

    @property
    def balanced(self) -> bool:
        return self.records == self.documents + self.skips + self.faults
