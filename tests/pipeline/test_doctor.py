"""The doctor: frozen texts score as frozen, and what drifts is named."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import replace

import pytest

from detector.pipeline import canary as room
from detector.pipeline import doctor
from detector.pipeline.canary import deep_drift, drift, freeze, load_canary, read_texts
from detector.pipeline.deep import shipped_deep_model
from detector.score import default_panel
from tests.house.source import PACKAGE, ROOT
from tests.pipeline import runs

needs_deep = pytest.mark.skipif(
    importlib.util.find_spec("onnxruntime") is None, reason="the extra `deep` is not installed"
)


def test_the_stored_scores_are_the_shipped_model_s() -> None:
    """Fails when the model was replaced and scripts/make_canary.py not run."""
    canary, panel = load_canary(), default_panel()
    assert canary.model in panel.digests.values()
    assert drift(canary.readings, read_texts(panel, canary.texts)) == []


@needs_deep
def test_the_package_carries_the_texts_of_the_script_and_their_scores() -> None:
    spec = importlib.util.spec_from_file_location("texts", ROOT / "scripts" / "canary_texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert load_canary().texts == module.TEXTS
    frozen = freeze(default_panel(), shipped_deep_model(), module.TEXTS)
    assert (PACKAGE / "pipeline" / room.FILE).read_bytes() == frozen


def test_the_texts_cover_every_band_and_both_voices() -> None:
    from detector.label import read_calibration

    readings = load_canary().readings
    assert len(readings) == 12
    for band in read_calibration(default_panel().calibration).bands:
        longest = band.max_words or 10**6
        covered = any(band.min_words <= one.words < longest for one in readings)
        assert covered or band.min_words >= 640  # longer texts are scored in windows like the rest
    assert sum(one.name.startswith("assistant-") for one in readings) == 6


def test_every_kind_of_drift_is_named() -> None:
    frozen = load_canary().readings
    one, rest = frozen[0], frozen[1:]
    assert drift(frozen, (replace(one, score=one.score + 9e-5), *rest)) == []
    for changed in (
        replace(one, score=one.score + 2e-4),
        replace(one, score=float("nan")),
        replace(one, words=one.words + 1),
        replace(one, language="de"),
        replace(one, exact="0" * 32),
    ):
        [said] = drift(frozen, (changed, *rest))
        assert said.startswith(one.name)


def test_a_sound_installation_exits_with_0() -> None:
    done = runs.detector("doctor", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["sound"] is True
    names = [check["name"] for check in told["checks"]]
    assert names == [
        *("python", "versions", "cores", "language model", "model", "canary", "deep tier"),
        *("kernels", "disk"),
    ]
    assert len(told["readings"]) == 12


def test_a_canary_of_another_model_is_not_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(load_canary(), model="0" * 64)
    monkeypatch.setattr(doctor, "load_canary", lambda: other)
    health = doctor.examine()
    assert not health.sound
    [check] = [check for check in health.checks if check.name == "canary"]
    assert check.ok is False


def test_drift_is_exit_code_5_and_names_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from detector.cli.doctor import doctor as command

    canary = load_canary()
    shifted = tuple(replace(one, score=one.score + 0.01) for one in canary.readings)
    monkeypatch.setattr(doctor, "load_canary", lambda: replace(canary, readings=shifted))
    done = CliRunner().invoke(command)
    assert done.exit_code == 5
    assert "BAD canary" in done.output
    assert "note-short: scores" in done.output


@needs_deep
def test_drift_of_the_deep_tier_is_named() -> None:
    canary, model = load_canary(), shipped_deep_model()
    assert deep_drift(canary, model) == []
    [said] = deep_drift(replace(canary, deep=(canary.deep[0] + 0.02, *canary.deep[1:])), model)
    assert said.startswith("note-short: scores")
    [said] = deep_drift(replace(canary, deep_model="0" * 64), model)
    assert "another deep model" in said


def test_without_the_extra_the_deep_tier_is_no_concern(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    health = doctor.examine()
    assert health.sound
    [check] = [check for check in health.checks if check.name == "deep tier"]
    assert check.ok is None
    assert "pip install" in check.found
