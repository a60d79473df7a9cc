"""On real texts and pages, signals accuse no person and find what machines left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl
import pytest

from detector.label.policy import CONCLUSIVE, SUGGESTIVE
from detector.records import Document
from detector.score.signals.registry import default_signals
from tests.score.made import page

SHARED = Path(__file__).parents[3] / "shared"
SIGNALS = default_signals()[1:]  # all but the capture date
pytestmark = pytest.mark.shared


def needs(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"needs {path.name} of the team's shared folder")
    return path


def codes(document: Document) -> set[str]:
    return {found.code for signal in SIGNALS for found in signal.observe(document)}


def texts(source: str, label: str) -> Iterator[Document]:
    frame = pl.read_parquet(needs(SHARED / "data" / "train" / f"{source}.parquet"))
    for text in frame.filter(pl.col("label") == label)["text"]:
        yield page(text)


@pytest.mark.parametrize(
    "source",
    ["webgold_cleaneval", "webgold_dragnet", "webgold_l3s_gn1", "simplystats", "human_fnc1_news"],
)
def test_texts_by_people_have_no_conclusive_trace_and_hardly_a_suggestive_one(source: str) -> None:
    found = [codes(document) for document in texts(source, "human")]
    assert not [one for one in found if one & set(CONCLUSIVE)]
    assert sum(bool(one & set(SUGGESTIVE)) for one in found) <= 1 + len(found) / 1000


def test_answers_of_a_chat_assistant_often_speak_of_themselves() -> None:
    found = Counter(code for one in texts("mgtbench_chatgpt", "ai") for code in codes(one))
    assert found["artefact.self-reference"] > 200  # of 2,019


def test_real_pages_of_before_the_models_have_no_trace_in_text_or_source() -> None:
    from detector.extract import extract_document, get_extractor
    from detector.read import decode_capture, open_source, read_steps
    from detector.records import ArchiveRecord, Capture

    archive = needs(SHARED / "web" / "labelled.warc.gz")
    lines = (SHARED / "web" / "labelled.truth.jsonl").read_text().splitlines()
    real = {row["url"] for row in map(json.loads, lines) if row["kind"] == "real"}
    looked_at = 0
    extractor = get_extractor("resiliparse")
    with open_source(str(archive)) as source:
        for step in islice(read_steps(source, block_cap=9 << 20), 0, None, 4):
            if not isinstance(step.item, ArchiveRecord) or step.item.url not in real:
                continue
            capture = decode_capture(step.item, body_cap=8 << 20)
            if not isinstance(capture, Capture):
                continue
            document = extract_document(capture, extractor=extractor, min_words=40)
            if isinstance(document, Document):
                looked_at += 1
                assert not codes(document) & {*CONCLUSIVE, *SUGGESTIVE}, step.item.url
    assert looked_at > 200
