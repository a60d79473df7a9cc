"""A fit gives a model that works, its card, and the same bytes every time."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from detector.errors import OutputError, UsageError
from detector.fit import FitConfig, FitReport, fit_model
from detector.fit.calibrate import _rounded_up
from detector.fit.corpora import MARKED
from detector.label import make_policy
from detector.score import load_panel
from detector.score.contract import check_detector
from detector.score.weights import load_model
from tests.fit.made import rows, write_corpus


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[FitConfig, FitReport, list[str]]:
    folder = tmp_path_factory.mktemp("fit")
    config = FitConfig(
        data=write_corpus(folder / "data"),
        model=folder / "a.model",
        card=folder / "card.md",
        folds=2,
        vocabulary=60,
        bucket_bits=12,
    )
    told: list[str] = []
    return config, fit_model(config, told.append), told


Fitted = tuple[FitConfig, FitReport, list[str]]


def test_the_same_data_and_settings_give_the_same_bytes(fitted: Fitted, tmp_path: Path) -> None:
    config, report, _ = fitted
    again = replace(config, model=tmp_path / "b.model", card=tmp_path / "b.md")
    assert fit_model(again).digest == report.digest
    assert again.model.read_bytes() == config.model.read_bytes()
    assert config.card is not None
    assert again.card is not None
    assert again.card.read_bytes() == config.card.read_bytes()


def test_another_seed_gives_another_model(fitted: Fitted, tmp_path: Path) -> None:
    config, report, _ = fitted
    other = replace(config, model=tmp_path / "c.model", card=None, seed=5)
    assert fit_model(other).digest != report.digest


def test_the_model_tells_new_texts_of_the_two_manners_apart(fitted: Fitted) -> None:
    detector = load_panel(fitted[0].model).detectors[0]
    human = [row["text"] for row in rows("new", "human", 30, 77)]
    machine = [row["text"] for row in rows("new", "ai", 30, 78)]
    assert np.median(detector.score(machine)) > 0 > np.median(detector.score(human))
    assert check_detector(detector, human=human, machine=machine) == []


def test_the_calibration_supports_a_policy(fitted: Fitted) -> None:
    policy = make_policy(load_model(fitted[0].model).calibration, 0.1)
    assert policy.languages == {"en"}
    bands = policy.calibration.bands
    assert [(b.min_words, b.max_words) for b in bands] == [
        (40, 80),
        (80, 160),
        (160, 320),
        (320, 640),
    ]
    assert bands[0].n > 100  # nearly all of the 180 human texts
    assert bands[0].sources == 3
    assert all(band.slope > 0 for band in bands)


def test_the_report_counts_what_was_fitted(fitted: Fitted) -> None:
    config, report, told = fitted
    assert report.model == config.model
    assert report.digest == load_model(config.model).digest
    assert 250 < report.texts <= 300
    assert report.windows >= report.texts
    assert [band.min_words for band in report.bands] == [40, 80, 160, 320]
    assert all(0 <= band.found <= 1 for band in report.bands)
    assert [step.split()[0] for step in told] == [
        "reading",
        "counting",
        "cross-fitting",
        "training",
    ]


def test_the_provenance_names_sources_licences_settings_and_versions(fitted: Fitted) -> None:
    config, _, _ = fitted
    provenance = load_model(config.model).provenance
    assert set(provenance["sources"]) == {"both", "people", "letters", "machines"}
    assert provenance["sources"]["people"]["licenses"] == ["CC0-1.0"]
    assert provenance["sources"]["people"]["machine"] == 0
    assert provenance["settings"]["seed"] == config.seed
    assert set(provenance["versions"]) == {"numpy", "scikit-learn", "scipy"}
    assert str(config.data).encode() not in config.model.read_bytes()


def test_the_card_states_sources_bands_limits_and_digest(fitted: Fitted) -> None:
    config, report, _ = fitted
    assert config.card is not None
    card = config.card.read_text()
    assert report.digest in card
    assert "| machines | 0 | " in card
    assert "CC0-1.0" in card
    assert "model-x" in card
    for band in report.bands:
        assert f"| {band.humans:,} | {band.sources} | {band.cut:.2f} |" in card
    assert "English only" in card
    assert "second language" in card
    assert max(map(len, (x for x in card.splitlines() if x[:1] != "|"))) <= 100


def test_a_model_that_cannot_be_written_leaves_nothing_behind(
    fitted: Fitted, tmp_path: Path
) -> None:
    config = replace(fitted[0], model=tmp_path / "none" / "x.model")
    with pytest.raises(OutputError, match=r"x\.model.*cannot be written"):
        fit_model(config)
    assert list(tmp_path.iterdir()) == []


def test_without_scikit_learn_the_message_says_how_to_install_it(
    fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(UsageError, match=r"contamination-detector\[fit\]"):
        fit_model(fitted[0])


def test_stored_scores_are_rounded_upwards() -> None:
    scores = np.array([-1.234567, 0.0, 1.000001, 2.5], np.float32)
    rounded = np.array(_rounded_up(scores))
    assert (rounded >= scores).all()
    assert (rounded - scores < 1.1e-5).all()


def test_texts_that_reviewers_marked_train_and_calibrate_nothing(
    fitted: Fitted, tmp_path: Path
) -> None:
    """They were chosen by their scores: cut points from them would be those of odd texts."""
    config, report, _ = fitted
    data = write_corpus(tmp_path / "data")
    marked = rows(MARKED, "human", 40, 6) + rows(MARKED, "ai", 40, 7)
    pl.DataFrame(marked).write_parquet(data / "marked.parquet")
    more = fit_model(replace(config, data=data, model=tmp_path / "m.model", card=None))
    assert more.texts == report.texts + 80
    assert more.digest != report.digest
    assert [band.humans for band in more.bands] == [band.humans for band in report.bands]
    assert [band.sources for band in more.bands] == [band.sources for band in report.bands]
