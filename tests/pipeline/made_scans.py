"""Finished scans of chosen texts, written without an archive."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from detector.extract.normal import normal_form
from detector.fingerprint import fingerprint
from detector.records import (
    Books,
    Document,
    Evidence,
    Fingerprint,
    Label,
    LabelledDocument,
    Locator,
    Origin,
    Position,
    Verdict,
)
from detector.write import (
    InputEntry,
    OutputFolder,
    PartRows,
    RunSettings,
    document_row,
    signature_row,
)

PART = 40


@dataclass(frozen=True)
class Page:
    """A page of a made-up crawl; year: of its capture, None for no date; what a scan said of it."""

    text: str
    host: str = "a.example"
    year: int | None = 2024
    file: str = "a.warc.gz"
    label: Label = Label.NO_EVIDENCE
    p_value: float | None = None
    reasons: tuple[str, ...] = ()


def words(seed: int, count: int = 200) -> list[str]:
    """Words that no two seeds share a run of."""
    draw = random.Random(seed)
    return [f"w{draw.randrange(50_000)}" for _ in range(count)]


def edited(text: Sequence[str], edits: int, seed: int = 0) -> list[str]:
    """The words with so many of them replaced, evenly spaced."""
    changed = list(text)
    for n in range(edits):
        changed[(2 * n + 1) * len(text) // (2 * edits)] = f"edit{seed}n{n}"
    return changed


def jaccard(one: Sequence[str], two: Sequence[str]) -> float:
    """Of their runs of five words."""
    a, b = ({tuple(t[i : i + 5]) for i in range(len(t) - 4)} for t in (one, two))
    return len(a & b) / len(a | b)


def write_scan(
    path: Path,
    pages: Sequence[Page],
    *,
    with_text: bool = False,
    scheme: str | None = None,
    finish: bool = True,
) -> Path:
    """A scan of these pages; pages of one file get the ordinals 0, 1, ... of it."""
    files = sorted({page.file for page in pages})
    settings = RunSettings(
        inputs=tuple(InputEntry(file, 1000) for file in files),
        settings={"with_text": with_text},
        digests={},
        versions={},
    )
    folder = OutputFolder.open(path, settings)
    for number, file in enumerate(files):
        own = [page for page in pages if page.file == file]
        for start in range(0, len(own), PART):
            some = own[start : start + PART]
            documents = [_labelled(page, start + n, scheme) for n, page in enumerate(some)]
            signatures = filter(None, map(signature_row, documents))
            rows = tuple(document_row(document, with_text=with_text) for document in documents)
            end = start + len(some)
            parts = PartRows(rows, tuple(signatures), ())
            folder.commit_part(number, start // PART, parts, Position(end * 100, None, end))
        if finish:
            folder.finish_input(number, Books(len(own), len(own), 0, 0))
    if finish:
        folder.finish()
    folder.close()
    return path


def _labelled(page: Page, ordinal: int, scheme: str | None) -> LabelledDocument:
    normal = normal_form(page.text)
    made = fingerprint(normal, "en")
    captured = page.year and datetime(page.year, 1, 1, tzinfo=timezone.utc)
    url, place = f"http://{page.host}/{ordinal}", Locator(page.file, ordinal * 100, 90)
    origin = Origin(place, ordinal, "response", None, url, captured or None, None, None, 200, False)
    return LabelledDocument(
        Document(origin, page.text, normal, None, "utf-8", "en", 1.0, 200, "", ()),
        Fingerprint(scheme or made.scheme, made.exact, made.signature),
        Evidence((), ()),
        Verdict(page.label, None, None, _p_value(page), page.reasons, "0" * 16),
    )


def _p_value(page: Page) -> float | None:
    """As told; a scan says `no-evidence` only of a page whose score it judged."""
    return 0.5 if page.label is Label.NO_EVIDENCE and page.p_value is None else page.p_value
