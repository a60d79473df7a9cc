"""The panel asks each detector only what it is qualified for, and each signal about every page."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.errors import ModelError, UsageError
from detector.records import Document, Finding
from detector.score import Panel, default_panel, load_panel, outside_detector
from tests.score.made import page


class Counting:
    """Scores a text by its length, and notes what it was asked."""

    name = "counting.v1"
    languages = frozenset({"en"})
    min_words = 3

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append(list(texts))
        return np.array([len(text) for text in texts], np.float32)


class Titled:
    def observe(self, document: Document) -> list[Finding]:
        return [Finding("test.titled", "origin", 0, 0, document.title)] if document.title else []


def test_a_text_of_another_language_or_too_short_is_not_asked_about() -> None:
    detector = Counting()
    documents = [page("one two three"), page("un deux trois", language="fr"), page("one two")]
    scores = [e.scores[0].value for e in Panel([detector], []).assess(documents)]
    assert scores[0] == 13
    assert all(map(math.isnan, scores[1:]))
    assert detector.asked == [["one two three"]]


def test_nothing_is_asked_when_no_text_qualifies() -> None:
    detector = Counting()
    assert math.isnan(Panel([detector], []).assess([page("x")])[0].scores[0].value)
    assert detector.asked == []


def test_evidence_comes_in_the_order_of_documents_and_holds_every_finding() -> None:
    panel = Panel([Counting()], [Titled(), Titled()])
    evidence = panel.assess([page("one two three four", title="T"), page("one two three")])
    assert [e.scores[0].value for e in evidence] == [18, 13]
    assert [[f.code for f in e.findings] for e in evidence] == [["test.titled"] * 2, []]


def test_two_detectors_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match=r"counting\.v1"):
        Panel([Counting(), Counting()], [])


def test_the_default_panel_is_loaded_once_and_names_its_model() -> None:
    panel = default_panel()
    assert panel is default_panel()
    assert list(panel.digests) == ["hashed_ngram.v2"]
    assert len(panel.digests["hashed_ngram.v2"]) == 64
    assert panel.calibration["detector"] == "hashed_ngram.v2"


def test_the_model_card_describes_the_shipped_model() -> None:
    card = Path(__file__).parents[2] / "docs" / "model-card.md"
    assert default_panel().digests["hashed_ngram.v2"] in card.read_text()


def test_a_bad_model_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"no model")
    with pytest.raises(ModelError):
        load_panel(str(tmp_path / "m"))


def test_a_detector_that_nobody_offers_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'nowhere'.*install it"):
        outside_detector("nowhere")


def test_the_front_door_loads_no_compiler_and_no_model() -> None:
    code = (
        "import sys; from detector.score import Panel, default_panel, load_panel; "
        "from detector.label import Policy, decide, make_policy; print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
