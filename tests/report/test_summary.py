"""The summary counts what was committed, works on unfinished runs, and is safe to print."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from detector.errors import OutputError
from detector.records import (
    Document,
    Evidence,
    Fault,
    Fingerprint,
    Label,
    LabelledDocument,
    Locator,
    Origin,
    Position,
    Skip,
    Verdict,
)
from detector.report import harmless, render_summary, summarise, summary_json
from detector.write import (
    InputEntry,
    OutputFolder,
    PartRows,
    RunSettings,
    document_row,
    open_labels,
    unlabelled_row,
)

EVIL = "\x1b]0;owned\x07\x1b[2J\u202e\u200b\r\nfake line"
SETTINGS = RunSettings((InputEntry("a.warc.gz", 10), InputEntry(EVIL)), {}, {}, {})


def made_row(ordinal: int, label: Label, language: str, reasons: tuple[str, ...]) -> object:
    place = Locator("a.warc.gz", ordinal * 10, 10)
    origin = Origin(place, ordinal, "response", None, None, None, None, None, 200, False)
    document = Document(origin, "text", "text", None, "utf-8", language, 0.5, 1, "", ())
    verdict = Verdict(label, None, None, None, reasons, "policy")
    labelled = LabelledDocument(
        document, Fingerprint("s", "0" * 32, b""), Evidence((), ()), verdict
    )
    return document_row(labelled, with_text=False)


def made_part() -> PartRows:
    documents = (
        made_row(0, Label.LIKELY_AI, "en", ("classifier",)),
        made_row(1, Label.NO_EVIDENCE, "en", ()),
        made_row(2, Label.NOT_ASSESSED, "de", ("language", "too-short")),
        made_row(3, Label.NOT_ASSESSED, "fr", ()),
    )
    unlabelled = (
        Skip(Locator("a.warc.gz", 40, 10), 4, "http-error", "404"),
        Skip(Locator("a.warc.gz", 50, 10), 5, "http-error", "500"),
        Fault(Locator("a.warc.gz", 60, 10, inner=7), 6, "damaged-record", EVIL, lost=1234),
        Fault(Locator("a.warc.gz", 70, 10), 7, "damaged-record", "again"),
    )
    return PartRows(documents, (), tuple(map(unlabelled_row, unlabelled)))  # type: ignore[arg-type]


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    path = tmp_path / "labels"
    with OutputFolder.open(path, SETTINGS) as folder:
        books = folder.commit_part(0, 0, made_part(), Position(80, None, 8))
        folder.finish_input(0, books)
        folder.finish_input(1, folder.resume(1).books, error=f"gone {EVIL}")
        assert folder.finish() == "partial"
    return path


def test_every_record_is_counted_under_its_name(finished: Path) -> None:
    summary = summarise(open_labels(finished))
    assert (summary.books.records, summary.books.documents) == (8, 4)
    assert summary.labels == {
        "likely-ai": 1,
        "uncertain": 0,
        "no-evidence": 1,
        "not-assessed": 2,
        "pre-llm": 0,
    }
    assert summary.not_assessed == {"language": 1, "no reason given": 1}
    assert list(summary.languages.items()) == [("en", 2), ("de", 1), ("fr", 1)]
    assert summary.skips == {"http-error": 2}
    assert summary.lost == 1234
    assert summary.rate is not None


def test_a_fault_is_shown_with_the_place_where_it_was_met_first(finished: Path) -> None:
    [fault] = summarise(open_labels(finished)).faults
    assert (fault.code, fault.count, fault.example) == ("damaged-record", 2, "a.warc.gz@60!7+10")
    assert "damaged-record, first at a.warc.gz@60!7+10" in render_summary(
        summarise(open_labels(finished))
    )


def test_an_unfinished_run_is_summed_up_from_its_journal(tmp_path: Path) -> None:
    path = tmp_path / "labels"
    with OutputFolder.open(path, SETTINGS) as folder:
        before = summarise(open_labels(path))
        assert (before.state, before.books.records, before.rate) == ("running", 0, None)
        assert "unfinished, 0 of 2 inputs done" in render_summary(before)
        folder.commit_part(0, 0, made_part(), Position(80, None, 8))
        during = summarise(open_labels(path))
    assert (during.state, during.finished, during.labels["likely-ai"]) == ("running", 0, 1)


def test_the_json_form_is_json_and_holds_the_same_counts(finished: Path) -> None:
    summary = summarise(open_labels(finished))
    value = json.loads(json.dumps(summary_json(summary), allow_nan=False))
    assert value["books"] == {"records": 8, "documents": 4, "skips": 2, "faults": 2}
    assert value["labels"] == summary.labels
    assert value["faults"][0]["example"] == "a.warc.gz@60!7+10"


def test_nothing_from_the_crawl_can_steer_the_terminal(finished: Path) -> None:
    text = render_summary(summarise(open_labels(finished)))
    assert "gone" in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]", text)
    assert not any(line.startswith("fake") for line in text.split("\n"))


def test_a_removed_table_is_one_clear_message(finished: Path) -> None:
    next(finished.glob("documents/*")).unlink()
    with pytest.raises(OutputError, match="cannot be read"):
        summarise(open_labels(finished))


@pytest.mark.parametrize("text", ["plain", "Grüße, 世界", "naïve – “quoted”"])
def test_ordinary_text_of_any_script_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("character", [0, 7, 10, 27, 0x7F, 0x9B, 0x200B, 0x202E, 0x2028, 0xD800])
def test_unsafe_characters_become_printable_ascii(character: int) -> None:
    assert harmless(f"a{chr(character)}").isascii()
    assert harmless(f"a{chr(character)}").isprintable()


def test_lines_stay_apart_where_they_may() -> None:
    assert harmless("a\nb\rc", lines=True) == "a\nb\\rc"
