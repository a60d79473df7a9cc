"""Made-up scans: nouns, rows, and a small scan of two inputs that can be cut off anywhere."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from detector.records import (
    Document,
    Evidence,
    Fault,
    Finding,
    Fingerprint,
    Label,
    LabelledDocument,
    Locator,
    Match,
    Origin,
    Position,
    Score,
    Skip,
    Span,
    Verdict,
)
from detector.write import (
    InputEntry,
    OutputFolder,
    PartRows,
    RunSettings,
    document_row,
    signature_row,
    unlabelled_row,
)

FILES = ("a.warc.gz", "https://host/b.warc.gz")
RECORDS = (11, 7)
PART = 4
START = datetime(2024, 1, 2, 3, 4, 5, 678, tzinfo=timezone.utc)


def made_document(ordinal: int, file: str = FILES[0], **changes: object) -> LabelledDocument:
    origin = {
        "locator": Locator(file, ordinal * 100, 90),
        "ordinal": ordinal,
        "record_type": "response",
        "record_id": f"<urn:uuid:{ordinal}>",
        "url": f"https://www.Example{ordinal}.co.uk:8443/page",
        "captured": START + timedelta(seconds=ordinal),
        "payload_digest": "sha1:QWERTY",
        "media_type": "text/html",
        "status": 200,
        "truncated": False,
    }
    text = {"text": "Some words.", "title": "A title", "language": "en"}
    origin.update({key: value for key, value in changes.items() if key in origin})
    text.update({key: str(value) for key, value in changes.items() if key in text})
    document = Document(
        origin=Origin(**origin),  # type: ignore[arg-type]
        normal="some words",
        charset="utf-8",
        language_confidence=0.97,
        words=2,
        markup="<p>",
        headers=(),
        **text,
    )
    signature = hashlib.shake_128(f"{file} {ordinal}".encode()).digest(512)
    verdict = changes.get("verdict") or Verdict(
        Label.LIKELY_AI, 1.5, 0.875, 0.0078125, ("classifier", "artefact.oaicite"), "0123abcd",
        (Span(0, 3, 1.5, 0.0078125),), 0.75,
    )  # fmt: skip
    return LabelledDocument(
        document,
        Fingerprint("minhash.v1", f"{ordinal:032x}", signature),
        Evidence(
            (Score("hashed_ngram.v2", 1.5), Score("other.v1", float("nan"))),
            (Finding("artefact.oaicite", "text", 0, 4, "Some"),),
            matches=(Match("old", "pre-llm", "x.warc@0+9", None, 0.75, 0, 4, date(2019, 5, 6)),),
        ),
        verdict,  # type: ignore[arg-type]
    )


def made_settings(**changes: object) -> RunSettings:
    settings = {"min_words": 40, "with_text": False, "fpr": 0.01, **changes}
    return RunSettings(
        inputs=tuple(InputEntry(file, 1000 + i) for i, file in enumerate(FILES)),
        settings=settings,  # type: ignore[arg-type]
        digests={"policy": "0123abcd"},
        versions={"polars": "2"},
    )


def made_rows(file: str, first: int, end: int, *, with_text: bool = False) -> PartRows:
    """Every third record is a skip, every fifth a fault, the others are documents."""
    documents, signatures, unlabelled = [], [], []
    for ordinal in range(first, end):
        place = Locator(file, ordinal * 100, 90)
        if ordinal % 3 == 2:
            unlabelled.append(unlabelled_row(Skip(place, ordinal, "http-error", "404")))
        elif ordinal % 5 == 4:
            fault = Fault(place, ordinal, "damaged-member", "bad bytes", lost=10)
            unlabelled.append(unlabelled_row(fault))
        else:
            labelled = made_document(ordinal, file)
            documents.append(document_row(labelled, with_text=with_text))
            signature = signature_row(labelled)
            assert signature is not None
            signatures.append(signature)
    return PartRows(tuple(documents), tuple(signatures), tuple(unlabelled))


def commit_next(folder: OutputFolder, number: int) -> bool:
    """Commit the next part of an input, or finish it; whether there is more to do."""
    point = folder.resume(number)
    if point.done:
        return False
    first, total = point.position.ordinal, RECORDS[number]
    if first == total:
        folder.finish_input(number, point.books)
        return False
    end = min(first + PART, total)
    rows = made_rows(FILES[number], first, end)
    folder.commit_part(number, point.next_part, rows, Position(end * 100, None, end))
    return True


def scan_all(path: Path, *, fresh: bool = False) -> str:
    """A whole scan, its two inputs interleaved; goes on where the folder was left."""
    folder = OutputFolder.open(path, made_settings(), fresh=fresh)
    try:
        if not folder.complete:
            while sum(commit_next(folder, number) for number in range(len(FILES))):
                pass
            return folder.finish()
        return "complete"
    finally:
        folder.close()


def snapshot(path: Path) -> dict[str, bytes]:
    """Every file of a folder but the lock and the diary, by its name."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name not in {"lock", "runs.jsonl"}
    }
