"""Tiny language models and classifiers with random weights, and a tokenizer of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

WORDS = [
    *("the", "cat", "sat", "on", "a", "mat", "and", "it", "was", "not", "what", "they", "had"),
    *("said", "before", "about", "rain", "in", "may"),
]


def needs_lm() -> None:
    """Skip where the extra `lm` is not installed."""
    pytest.importorskip("torch", reason="needs the extra `lm`")
    pytest.importorskip("transformers", reason="needs the extra `lm`")
    pytest.importorskip("tokenizers", reason="needs the extra `lm`")


def save_tokenizer(folder: Path, words: list[str] = WORDS) -> int:
    """Write a tokenizer of whole words beside a model; give the size of its vocabulary."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import PreTrainedTokenizerFast

    names = ["[PAD]", "[UNK]", *words, ".", ",", "!", "?"]
    tokenizer = Tokenizer(WordLevel({name: at for at, name in enumerate(names)}, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]"
    ).save_pretrained(folder)
    return len(names)


def save_lm(folder: Path, seed: int = 0, words: list[str] = WORDS, spread: float = 0.6) -> Path:
    """Write a Llama of two layers with random weights, wide enough apart to prefer some tokens."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    size = save_tokenizer(folder, words)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=size,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=64,
        initializer_range=spread,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=None,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def sentence(*places: int) -> str:
    """A text of some of the words."""
    return " ".join(WORDS[at % len(WORDS)] for at in places)


TEXTS = [
    sentence(0, 1, 2, 3, 4, 5),
    sentence(*range(17)),
    sentence(*(at * 7 for at in range(40))),
    sentence(3, 3, 3),
    "the cat",
    sentence(*(at * at for at in range(29))),
]
