"""The deep tier's fit, on a network small enough to train in a test."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detector.errors import UsageError
from detector.fit import DeepConfig, DeepReport, FitConfig, fit_deep_model, fit_model
from detector.fit.corpora import read_corpora
from detector.fit.deep_config import Round
from detector.fit.deep_train import draw_windows, held_out, require_torch
from detector.label import read_calibration
from detector.pipeline.deep import DeepTier
from detector.score.weights import load_model
from tests.fit.made import rows, write_corpus

torch = pytest.importorskip("torch", reason="the extra `fit-deep` is not installed")
transformers = pytest.importorskip("transformers", reason="the extra `fit-deep` is not installed")
tokenizers = pytest.importorskip("tokenizers", reason="the extra `fit-deep` is not installed")
pytest.importorskip("onnx", reason="the extra `fit-deep` is not installed")


def write_base(folder: Path) -> Path:
    """A BERT of two narrow layers that knows the letters, as a folder of Hugging Face."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,;:!?'\"()-"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{x}" for x in letters)]
    vocabulary = {piece: at for at, piece in enumerate(pieces)}
    tokenizer = tokenizers.BertWordPieceTokenizer(vocabulary)
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(3)
    config = transformers.BertConfig(
        vocab_size=len(pieces), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=128,
    )  # fmt: skip
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[DeepConfig, DeepReport, Path]:
    folder = tmp_path_factory.mktemp("deep")
    data = write_corpus(folder / "data")
    fast = FitConfig(data, folder / "fast.model", folds=2, vocabulary=60, bucket_bits=12)
    fit_model(fast)
    sources = sorted({text.source for text in read_corpora(data)})
    config = DeepConfig(
        data, fast.model, write_base(folder / "base"), folder / "deep.model", layers=1,
        card=folder / "card.md",
        rounds=(Round(1, None, 512, 1e-2), Round(2, 5, 512, 5e-3)), held_out=frozenset(sources[:2]),
    )  # fmt: skip
    return config, fit_deep_model(config), folder


Fitted = tuple[DeepConfig, DeepReport, Path]


def test_the_same_data_and_settings_give_the_same_bytes(fitted: Fitted) -> None:
    config, report, folder = fitted
    again = replace(config, model=folder / "again.model")
    assert fit_deep_model(again).digest == report.digest
    assert again.model.read_bytes() == config.model.read_bytes()


def test_the_file_works_behind_its_fast_model_and_no_other(fitted: Fitted) -> None:
    config, _, _ = fitted
    fast, deep = load_model(config.fast), load_model(config.model)
    tier = DeepTier(deep, read_calibration(fast.calibration), fast.digest, 1.0, 0.2)
    scores = tier.detector.score([row["text"] for row in rows("new", "ai", 5, 77)])
    assert np.isfinite(scores).all()
    assert tier.cascade.calibration.bands[0].n > 20
    assert deep.calibration["fast"] == fast.digest


def test_nothing_held_out_is_drawn(fitted: Fitted) -> None:
    config, _, _ = fitted
    texts = read_corpora(config.data)
    held = held_out(texts, config)
    assert {texts[at].source for at, kept in enumerate(held) if kept} == config.held_out
    kept_back = " ".join(text.text for text, kept in zip(texts, held, strict=True) if kept)
    drawn = draw_windows(texts, held, Round(1, None, 512, 1e-2))
    assert not any(window in kept_back for window, _ in drawn)
    assert {label for _, label in drawn} == {0.0, 1.0}


def test_the_file_says_what_it_was_made_from(fitted: Fitted) -> None:
    config, report, _ = fitted
    provenance = load_model(config.model).provenance
    assert provenance["settings"]["held_out"] == sorted(config.held_out)
    assert {"torch", "onnxruntime", "tokenizers"} <= set(provenance["versions"])
    assert "path" not in json.dumps(provenance)
    assert report.bands[0].min_words == 40


def test_the_card_names_the_model_its_sources_and_what_each_tier_finds(fitted: Fitted) -> None:
    config, report, _ = fitted
    assert config.card is not None
    card = config.card.read_text()
    assert report.digest in card
    assert all(f"`{source}`" in card for source in config.held_out)
    assert f"| 40 to 79 | {report.bands[0].humans:,} | {report.bands[0].machines:,} |" in card


def test_without_torch_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UsageError, match=r"torch.*contamination-detector\[fit-deep\]"):
        require_torch()
