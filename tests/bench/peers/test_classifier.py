"""Sequence classifiers: which logit is a machine's, padding, cutting, Desklib's architecture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.bench.peers import classifier
from detector.bench.peers.sequence_classifier import machine_classes
from detector.bench.registry import Options
from detector.errors import UsageError
from detector.pipeline.bench_detectors import find_detectors
from tests.bench.peers.tiny import TEXTS, needs_lm, save_tokenizer

CPU = Options(device="cpu")


def save_classifier(folder: Path, labels: list[str], kind: str = "bert") -> str:
    """Write a tiny classifier with random weights."""
    needs_lm()
    import torch
    import transformers

    sizes: dict[str, Any] = {
        "vocab_size": save_tokenizer(folder),
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 34,
        "pad_token_id": 0,
        "initializer_range": 0.5,
        "id2label": dict(enumerate(labels)),
        "num_labels": len(labels),
    }
    torch.manual_seed(1)
    if kind == "bert":
        model = transformers.BertForSequenceClassification(transformers.BertConfig(**sizes))
    else:
        model = transformers.RobertaForSequenceClassification(transformers.RobertaConfig(**sizes))
    model.save_pretrained(folder)
    return f"hf:{folder}"


def logits_of(spec: str, text: str) -> np.ndarray:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    path = spec.removeprefix("hf:")
    asked = AutoTokenizer.from_pretrained(path)(text, return_tensors="pt")
    with torch.no_grad():
        model = AutoModelForSequenceClassification.from_pretrained(path).eval()
        found: np.ndarray = model(asked["input_ids"]).logits[0].double().numpy()
    return found


def test_the_score_is_the_log_odds_of_a_machine(tmp_path: Path) -> None:
    spec = save_classifier(tmp_path, ["Fake", "Real"])
    detector = classifier(spec, CPU)
    short = [text for text in TEXTS if len(text.split()) <= 34]
    expected = [np.subtract(*logits_of(spec, text)) for text in short]
    np.testing.assert_allclose(detector.score(short), expected, rtol=1e-4, atol=1e-5)
    assert detector.name == f"classifier.v1:{tmp_path.name.lower().replace(' ', '-')}"


def test_the_other_side_can_be_named(tmp_path: Path) -> None:
    spec = save_classifier(tmp_path, ["LABEL_0", "LABEL_1"])
    with pytest.raises(UsageError, match=r"\?ai=LABEL"):
        classifier(spec, CPU)
    first = classifier(spec + "?ai=LABEL_0", CPU).score(TEXTS)
    np.testing.assert_allclose(classifier(spec + "?human=0", CPU).score(TEXTS), -first, rtol=1e-5)


def test_many_classes_add_up_beside_the_human_one(tmp_path: Path) -> None:
    spec = save_classifier(tmp_path, ["gpt4", "human", "llama3-8b"])
    logits = logits_of(spec, TEXTS[0])
    expected = np.logaddexp(logits[0], logits[2]) - logits[1]
    assert classifier(spec, CPU).score(TEXTS[:1])[0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_neighbours_length_and_odd_texts(tmp_path: Path, kind: str) -> None:
    """RoBERTa has two places less for tokens than its configuration says."""
    from detector.bench.peers.sequence_classifier import SequenceClassifier

    spec = save_classifier(tmp_path, ["human", "ai"], kind)
    texts = [*TEXTS, "the " * 5000, "\ud800", "", " "]
    alone = SequenceClassifier(spec, "cpu").score(texts)
    together = SequenceClassifier(spec, "cpu", rows=4).score(texts)
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-4)
    assert np.isfinite(alone[:-2]).all()
    assert np.isnan(alone[-2:]).all()


def test_desklib_is_put_together_from_its_weights(tmp_path: Path) -> None:
    """Against mean pooling and a linear layer done by hand."""
    needs_lm()
    import torch
    from safetensors.torch import save_file
    from transformers import BertConfig, BertModel

    size = save_tokenizer(tmp_path)
    config = BertConfig(
        vocab_size=size,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        initializer_range=0.5,
    )
    torch.manual_seed(2)
    body, layer = BertModel(config).eval(), torch.nn.Linear(16, 1)
    weights = {f"model.{name}": value for name, value in body.state_dict().items()}
    weights |= {f"classifier.{name}": value for name, value in layer.state_dict().items()}
    save_file(
        {name: value.contiguous() for name, value in weights.items()},
        tmp_path / "model.safetensors",
    )
    settings = config.to_dict() | {"architectures": ["DesklibAIDetectionModel"]}
    (tmp_path / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    detector = classifier(f"hf:{tmp_path}", CPU)
    from transformers import AutoTokenizer

    for text, score in zip(TEXTS, detector.score(TEXTS), strict=True):
        ids = AutoTokenizer.from_pretrained(tmp_path)(text, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            expected = layer(body(ids)[0].mean(1)).item()
        assert score == pytest.approx(expected, rel=1e-4, abs=1e-5)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(UsageError, match=r"no model\.safetensors"):
        classifier(f"hf:{tmp_path}", CPU)


@pytest.mark.parametrize(
    ("told", "said"),
    [({"ai": ["3"]}, "no label '3'"), ({"ai": ["0,1"]}, "one side"), ({"x": ["1"]}, "no 'x'")],
    ids=["unknown", "all", "option"],
)
def test_wrong_labels_are_refused(told: dict[str, list[str]], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        machine_classes({0: "Human", 1: "ChatGPT"}, told, "a")


def test_a_classifier_is_named_by_its_path(tmp_path: Path) -> None:
    spec = save_classifier(tmp_path, ["human", "ai"])
    loaded = find_detectors([spec])[0].ready(CPU)
    assert loaded.names == loaded.family.names
    assert loaded.names[0].startswith("classifier.v1:")


def test_what_is_no_model_is_said() -> None:
    needs_lm()
    with pytest.raises(UsageError, match="/nowhere/at-all"):
        classifier("hf:/nowhere/at-all", CPU)
