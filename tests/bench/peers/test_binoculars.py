"""Binoculars over two models, against its published code written out."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from detector.bench.peers import ENTRIES
from detector.bench.registry import Options
from detector.errors import UsageError
from tests.bench.peers.test_formulas import log_softmax
from tests.bench.peers.tiny import TEXTS, WORDS, needs_lm, save_lm

BINOCULARS = next(entry for entry in ENTRIES if entry.name == "binoculars.v1")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    needs_lm()
    made = [save_lm(tmp_path_factory.mktemp(name), seed=at) for at, name in enumerate(("a", "b"))]
    return str(made[0]), str(made[1])


def by_hand(folders: tuple[str, str], text: str) -> float:
    """`metrics.py` of Binoculars: perplexity over the shifted, cross-entropy over all tokens."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    ids = AutoTokenizer.from_pretrained(folders[0])(text)["input_ids"]
    observer, performer = (
        AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        for folder in folders
    )
    with torch.no_grad():
        seen = [log_softmax(row) for row in observer(torch.tensor([ids])).logits[0].tolist()]
        made = [log_softmax(row) for row in performer(torch.tensor([ids])).logits[0].tolist()]
    perplexity = -sum(made[at][label] for at, label in enumerate(ids[1:])) / (len(ids) - 1)
    crossed = [
        -sum(math.exp(p) * q for p, q in zip(one, other, strict=True))
        for one, other in zip(seen, made, strict=True)
    ]
    return -perplexity / (sum(crossed) / len(crossed))


def test_it_gives_what_the_published_code_gives(folders: tuple[str, str]) -> None:
    detector = BINOCULARS.load(Options(lm=folders[0], performer=folders[1], device="cpu"))
    assert detector.name.startswith("binoculars.v1:")
    scores = detector.score([*TEXTS, "", "the"])
    expected = [by_hand(folders, text) for text in TEXTS]
    np.testing.assert_allclose(scores[:-2], expected, rtol=2e-5)
    assert np.isnan(scores[-2:]).all()
    assert detector.tokens == sum(len(text.split()) for text in TEXTS) + 1


def test_which_model_is_which_matters(folders: tuple[str, str]) -> None:
    one = BINOCULARS.load(Options(lm=folders[0], performer=folders[1], device="cpu"))
    other = BINOCULARS.load(Options(lm=folders[1], performer=folders[0], device="cpu"))
    assert not np.allclose(one.score(TEXTS), other.score(TEXTS))


def test_with_one_model_twice_it_is_the_formula_of_the_family(folders: tuple[str, str]) -> None:
    from detector.bench.peers.causal_lm import CausalLM
    from detector.bench.peers.lm_family import LMFamily

    twice = BINOCULARS.load(Options(lm=folders[0], performer=folders[0], device="cpu"))
    columns = LMFamily(CausalLM(folders[0], "cpu")).columns(TEXTS)
    (one,) = [column for name, column in columns.items() if name.startswith("binoculars_one")]
    np.testing.assert_allclose(twice.score(TEXTS), one, rtol=2e-5)


def test_two_vocabularies_are_refused(folders: tuple[str, str], tmp_path: Path) -> None:
    stranger = save_lm(tmp_path, words=WORDS[::-1])
    with pytest.raises(UsageError, match="different vocabularies"):
        BINOCULARS.load(Options(lm=folders[0], performer=str(stranger), device="cpu"))


def test_without_a_second_model_it_says_what_to_give() -> None:
    with pytest.raises(UsageError, match="--performer"):
        BINOCULARS.load(Options())
