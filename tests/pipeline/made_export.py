"""A finished scan with a document of every kind that an export tells apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from detector.extract.normal import normal_form
from detector.fingerprint import fingerprint
from detector.records import (
    Books,
    Document,
    Evidence,
    Finding,
    Label,
    LabelledDocument,
    Locator,
    Origin,
    Position,
    Score,
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
)

CRAWL = "CC-MAIN-2024-22"
FILE = f"https://data.commoncrawl.org/crawl-data/{CRAWL}/segments/1/warc/x-00000.warc.gz"


@dataclass(frozen=True)
class Made:
    """One document; what the fields mean is said by the nouns that they become."""

    text: str
    label: Label
    score: float | None = None
    probability: float | None = None
    p_value: float | None = None
    reasons: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    url: str | None = "http://www.Example.com/A?b=2&a=1"
    record_id: str | None = "<urn:uuid:00000000-0000-4000-8000-00000000000N>"
    captured: datetime | None = datetime(2024, 5, 18, 1, 58, 10, 999, tzinfo=timezone.utc)
    inner: int | None = None


DOCUMENTS = (
    Made("Ünï 😀 by a machine, and by a person.", Label.LIKELY_AI, 4.5, 0.96, 0.002,
         ("classifier",), (Span(0, 20, 5.25, 0.001),)),
    Made("Written with a forgotten mark.", Label.LIKELY_AI, -1.0, 0.125, 0.7,
         ("artefact.oaicite",), url="http://b.example/x"),
    Made("Nothing was found here.", Label.NO_EVIDENCE, -2.0, 0.25, 0.5, url="http://a.example/"),
    Made("Table 1 2 3.", Label.NOT_ASSESSED, reasons=("not-prose",), url=None, record_id=None),
    Made("An old page, with\ttab and \u2028 line.", Label.PRE_LLM, 3.0, 0.9, 0.01,
         ("origin.pre-llm",), url="https://an.wikipedia.org/wiki/Escopete",
         captured=datetime(2019, 1, 2, tzinfo=timezone.utc)),
    Made("Inside a larger member.", Label.UNCERTAIN, 2.0, 0.5, 0.03, ("classifier",),
         url="dns:a.example", captured=None, inner=77),
)  # fmt: skip


def write_made(
    path: Path,
    documents: tuple[Made, ...] = DOCUMENTS,
    *,
    file: str = FILE,
    with_text: bool = True,
    part: int = 4,
    finish: bool = True,
) -> Path:
    """A scan of these documents, in parts of so many."""
    settings = RunSettings(
        inputs=(InputEntry(file, 1000),),
        settings={"with_text": with_text, "extractor": "resiliparse", "body_cap": 1 << 20},
        digests={"made.v1": "0" * 64, "policy": "f" * 16},
        versions={},
    )
    folder = OutputFolder.open(path, settings)
    for number, start in enumerate(range(0, len(documents), part)):
        some = documents[start : start + part]
        made = [_labelled(one, file, start + n) for n, one in enumerate(some)]
        rows = tuple(document_row(one, with_text=with_text) for one in made)
        signatures = tuple(filter(None, map(signature_row, made)))
        end = start + len(some)
        folder.commit_part(0, number, PartRows(rows, signatures), Position(end, None, end))
    if finish:
        folder.finish_input(0, Books(len(documents), len(documents), 0, 0))
        folder.finish()
    folder.close()
    return path


def _labelled(one: Made, file: str, ordinal: int) -> LabelledDocument:
    normal = normal_form(one.text)
    record_id = one.record_id and one.record_id.replace("N", str(ordinal))
    origin = Origin(
        Locator(file, ordinal * 100, 90, one.inner), ordinal, "response", record_id, one.url,
        one.captured, f"sha1:{'ABCDEFGH'[ordinal % 8] * 32}", "text/html", 200, False,
    )  # fmt: skip
    codes = [code for code in one.reasons if code.startswith("artefact")]
    findings = tuple(Finding(code, "text", 0, 7, one.text[:7]) for code in codes)
    return LabelledDocument(
        Document(origin, one.text, normal, "A title", "utf-8", "en", 1.0, 6, "", ()),
        fingerprint(normal, "en"),
        Evidence((Score("made.v1", float("nan") if one.score is None else one.score),), findings),
        Verdict(one.label, one.score, one.probability, one.p_value, one.reasons, "f" * 16,
                one.spans, None if one.score is None else 0.5),
    )  # fmt: skip
