"""The zero-shot scores are those of the published formulas, computed here in the long way."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from detector.bench.peers.formulas import FORMULAS
from tests.bench.peers.tiny import TEXTS, needs_lm, save_lm


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_lm()
    return save_lm(tmp_path_factory.mktemp("lm"))


@pytest.fixture(scope="module")
def logits(folder: Path) -> list[tuple[list[int], np.ndarray]]:
    """Tokens and logits of each text, from the model itself, one text at a time."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    found = []
    for text in TEXTS:
        ids = tokenizer(text)["input_ids"]
        with torch.no_grad():
            found.append((ids, model(torch.tensor([ids])).logits[0].double().numpy()))
    return found


def log_softmax(row: np.ndarray) -> list[float]:
    total = math.log(sum(math.exp(value) for value in row))
    return [float(value) - total for value in row]


def by_hand(ids: list[int], rows: np.ndarray) -> dict[str, float]:
    """What the published code computes, token by token.

    likelihood, rank, log rank, entropy: `baselines.py` of Fast-DetectGPT, with -entropy; LRR:
    `detect_llm.py`; the discrepancy: `get_sampling_discrepancy_analytic`; Binoculars:
    `perplexity` and `entropy` of `metrics.py`, both models one.
    """
    likelihoods, ranks, entropies, means, variances = [], [], [], [], []
    for at, label in enumerate(ids[1:]):
        logp = log_softmax(rows[at])
        probability = [math.exp(value) for value in logp]
        likelihoods.append(logp[label])
        order = sorted(range(len(logp)), key=lambda token: -logp[token])
        ranks.append(order.index(label) + 1)
        entropies.append(-sum(p * lp for p, lp in zip(probability, logp, strict=True)))
        mean = sum(p * lp for p, lp in zip(probability, logp, strict=True))
        means.append(mean)
        variances.append(sum(p * lp**2 for p, lp in zip(probability, logp, strict=True)) - mean**2)
    last = log_softmax(rows[-1])
    crossed = [*entropies, -sum(math.exp(lp) * lp for lp in last)]
    n = len(likelihoods)
    mean_log_rank = sum(map(math.log, ranks)) / n
    return {
        "likelihood.v1": sum(likelihoods) / n,
        "rank.v1": -sum(ranks) / n,
        "log_rank.v1": -mean_log_rank,
        "gltr.v1": sum(rank <= 10 for rank in ranks) / n,
        "lrr.v1": -(sum(likelihoods) / n) / mean_log_rank if mean_log_rank else math.nan,
        "entropy.v1": -sum(entropies) / n,
        "fast_detectgpt.v1": (sum(likelihoods) - sum(means)) / math.sqrt(sum(variances)),
        "binoculars_one_model.v1": -(-sum(likelihoods) / n) / (sum(crossed) / len(crossed)),
    }


def test_every_formula_is_checked(logits: list[tuple[list[int], np.ndarray]]) -> None:
    assert set(by_hand(*logits[0])) == set(FORMULAS)


def test_the_family_gives_what_the_published_formulas_give(
    folder: Path, logits: list[tuple[list[int], np.ndarray]]
) -> None:
    from detector.bench.peers.causal_lm import CausalLM
    from detector.bench.peers.lm_family import LMFamily

    family = LMFamily(CausalLM(str(folder), "cpu"))
    found = family.columns(TEXTS)
    assert family.tokens == sum(len(ids) for ids, _ in logits)
    for at, (ids, rows) in enumerate(logits):
        expected = by_hand(ids, rows)
        for name, column in found.items():
            formula = name.partition(":")[0]
            assert column[at] == pytest.approx(expected[formula], rel=2e-5, abs=2e-5), (at, name)
    spread = {name: float(np.ptp(column)) for name, column in found.items()}
    assert min(spread.values()) > 0.01  # else the texts would tell nothing apart


def test_a_text_that_the_model_expects_scores_higher(folder: Path) -> None:
    """Greedy continuation against the least likely one: every score but those of entropy alone."""
    import torch

    from detector.bench.peers.causal_lm import CausalLM
    from detector.bench.peers.lm_family import LMFamily

    model = CausalLM(str(folder), "cpu")
    words = {at: word for word, at in model.tokenizer.get_vocab().items()}
    texts = []
    for largest in (True, False):
        ids = [2]
        for _ in range(30):
            with torch.no_grad():
                row = model.model(torch.tensor([ids])).logits[0, -1, 2:-4]
            ids.append(int(row.argmax() if largest else row.argmin()) + 2)
        texts.append(" ".join(words[at] for at in ids))
    for name, (machine, human) in LMFamily(model).columns(texts).items():
        if not name.startswith(("entropy", "lrr")):  # LRR divides nearly nothing by nothing here
            assert machine > human, name
