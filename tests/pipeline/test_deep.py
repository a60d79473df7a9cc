"""The deep tier in a scan: the same bytes always, replayable, and honest where it is missing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from detector import ScanSettings
from detector.errors import ModelError, UsageError
from detector.label import read_calibration
from detector.pipeline.assess import Assessor
from detector.pipeline.deep import DeepTier, shipped_deep_model
from detector.score import default_panel
from detector.score.detectors import minilm
from tests.pipeline import runs
from tests.pipeline.conftest import PART
from tests.pipeline.test_cli import locator, ran

pytest.importorskip("onnxruntime", reason="the extra `deep` is not installed")
pytest.importorskip("tokenizers", reason="the extra `deep` is not installed")


@pytest.fixture(scope="module")
def deep_labels(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("deep") / "labels"
    runs.scan(crawl / "b.warc", "--out", out, "--workers", "1", "--budget", "all", *PART)
    return out


def test_output_is_the_same_for_any_number_of_workers(
    crawl: Path, deep_labels: Path, tmp_path: Path
) -> None:
    whole = (crawl / "b.warc", "--out", tmp_path / "out", "--workers", "2", *PART)
    runs.scan(*whole, "--budget", "all")
    assert runs.identity(tmp_path / "out") == runs.identity(deep_labels)


def test_every_judged_text_was_asked_about_and_the_joint_score_decides(deep_labels: Path) -> None:
    judged = 0
    for row in runs.table(deep_labels, "documents").iter_rows(named=True):
        scores = {one["detector"]: one["value"] for one in row["scores"]}
        if row["score"] is None:
            continue
        judged += 1
        assert set(scores) == {"hashed_ngram.v2", "minilm.v1", "cascade.v1"}
        assert row["score"] == pytest.approx(scores["cascade.v1"])
        assert row["score"] != pytest.approx(scores["hashed_ngram.v2"])
    assert judged > 10


def test_the_manifest_names_the_model_the_share_and_the_libraries(deep_labels: Path) -> None:
    manifest = runs.manifest(deep_labels)
    assert manifest["digests"]["minilm.v1"] == shipped_deep_model().digest
    assert manifest["settings"]["budget"] == 1.0
    assert {"onnxruntime", "tokenizers"} <= set(manifest["versions"])


def test_explain_replays_the_joint_score(deep_labels: Path) -> None:
    rows = runs.table(deep_labels, "documents")
    row = rows.filter(rows["score"].is_not_null()).row(0, named=True)
    told = json.loads(ran("explain", locator(row), "--budget", "all", "--json"))
    assert told["outcome"]["verdict"]["score"] == pytest.approx(row["score"], abs=1e-6)


def test_a_small_budget_asks_about_few_texts(crawl: Path, tmp_path: Path) -> None:
    """And a text it does not ask about keeps its fast score."""
    runs.scan(crawl / "b.warc", "--out", tmp_path / "out", "--budget", "5%")
    asked = 0
    for row in runs.table(tmp_path / "out", "documents").iter_rows(named=True):
        scores = {one["detector"]: one["value"] for one in row["scores"]}
        asked += "minilm.v1" in scores
        if "minilm.v1" not in scores and row["score"] is not None:
            assert scores["cascade.v1"] == scores["hashed_ngram.v2"]
    assert asked < 30


@pytest.mark.parametrize("budget", ["0%", "0ms", "-1ms", "nan%"])
def test_a_budget_that_is_none_is_refused(crawl: Path, tmp_path: Path, budget: str) -> None:
    done = runs.detector("scan", crawl, "--out", tmp_path / "out", "--budget", budget)
    assert done.returncode == 2
    assert "budget" in done.stderr


def test_a_budget_of_another_form_is_explained(crawl: Path, tmp_path: Path) -> None:
    done = runs.detector("scan", crawl, "--out", tmp_path / "out", "--budget", "much")
    assert done.returncode == 2
    assert "write 1ms, 5% or all" in done.stderr


def test_a_fast_model_that_it_does_not_belong_to_is_refused() -> None:
    fast = read_calibration(default_panel().calibration)
    with pytest.raises(ModelError, match="leave --budget out"):
        DeepTier(shipped_deep_model(), fast, "0" * 64, 1.0, 0.01)


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers"])
def test_without_its_libraries_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UsageError, match=rf"{library}.*contamination-detector\[deep\]"):
        minilm.MiniLM(shipped_deep_model())


def test_missing_libraries_are_noticed_before_a_page_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(UsageError, match="onnxruntime"):
        Assessor(ScanSettings(budget=0.05))
