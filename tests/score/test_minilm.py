"""The deep detector: how it reads a text, and what must not change its scores."""

from __future__ import annotations

import math
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from detector.errors import ModelError
from detector.fit.folding import folding_table
from detector.score.contract import check_detector
from detector.score.detectors.minilm import (
    MOST_CHARACTERS,
    Folding,
    MiniLM,
    folded_words,
    stretches,
)
from detector.score.weights import load_model
from tests.score.test_hashed_ngram import PLAIN, POLISHED

pytest.importorskip("onnxruntime", reason="the extra `deep` is not installed")
pytest.importorskip("tokenizers", reason="the extra `deep` is not installed")
SHIPPED = resources.files("detector.score") / "models" / "minilm.v1.model"
with resources.as_file(SHIPPED) as shipped:
    MODEL = load_model(Path(shipped))
    SIZE = Path(shipped).stat().st_size
DETECTOR = MiniLM(MODEL)
TEXT = " ".join(PLAIN + POLISHED)


def score(text: str) -> float:
    return float(DETECTOR.score([text])[0])


def test_it_keeps_the_contract_of_detectors() -> None:
    assert check_detector(DETECTOR, human=PLAIN, machine=POLISHED) == []


def test_the_network_is_small() -> None:
    assert MODEL.arrays["onnx"].nbytes <= 25_000_000
    assert SIZE <= 27_000_000


def test_its_card_describes_the_shipped_model() -> None:
    card = Path(__file__).parents[2] / "docs" / "model-card-deep.md"
    assert MODEL.digest in card.read_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" ", "\n\n  "),
        ("a", "а"),  # Cyrillic
        ("e", "é"),
        ("an", "a\u200bn"),
        ("the ", "**the** "),
        ("'", "’"),
        ("w", "W"),
    ],
)
def test_dress_changes_no_score(old: str, new: str) -> None:
    assert old in TEXT
    assert score(TEXT.replace(old, new)) == score(TEXT)


def test_a_text_has_one_score_in_any_company() -> None:
    alone = score(TEXT)
    together = DETECTOR.score([PLAIN[0], TEXT * 5, TEXT, ""])
    assert together[2] == alone
    assert math.isnan(together[3])


def test_windows_are_spread_from_the_first_word_to_the_last() -> None:
    assert stretches(0) == []
    assert stretches(110) == [(0, 110)]
    assert stretches(111) == [(0, 110), (1, 111)]
    assert stretches(1000) == [(0, 110), (296, 406), (593, 703), (890, 1000)]


def test_words_are_folded_as_the_fast_detector_folds_them() -> None:
    folding = Folding(folding_table())
    text = "Ｔhе “Café” — a\u200bb…\U000e0041 天 🙂"
    assert folded_words(text, folding) == ["the", '"cafe"', "ab...", "þ"]


def test_what_is_beyond_the_cap_is_not_looked_at() -> None:
    text = "a b c " * (MOST_CHARACTERS // 6)
    assert score(text + "This matters not.") == score(text)


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "\0" * 500, "{}();" * 999, "🙂 " * 99, "天地" * 300]
)
def test_odd_texts_have_a_number_or_none(text: str) -> None:
    assert not math.isinf(score(text))


def test_a_model_for_another_scheme_is_refused() -> None:
    with pytest.raises(ModelError, match="made for the scheme"):
        MiniLM(replace(MODEL, scheme={**MODEL.scheme, "windows": 5}))


@pytest.mark.parametrize("array", ["onnx", "tokenizer", "folding"])
def test_a_missing_array_is_named(array: str) -> None:
    arrays = {name: value for name, value in MODEL.arrays.items() if name != array}
    with pytest.raises(ModelError, match=array):
        MiniLM(replace(MODEL, arrays=arrays))


def test_a_damaged_network_is_refused() -> None:
    arrays = {**MODEL.arrays, "onnx": MODEL.arrays["onnx"][:100_000]}
    with pytest.raises(ModelError, match="cannot be loaded"):
        MiniLM(replace(MODEL, arrays=arrays))


def test_a_damaged_vocabulary_is_refused() -> None:
    arrays = {**MODEL.arrays, "tokenizer": np.frombuffer(b'{"version":', np.uint8)}
    with pytest.raises(ModelError, match="vocabulary"):
        MiniLM(replace(MODEL, arrays=arrays))
