"""Detectors that are sequence classifiers of Hugging Face transformers: RoBERTa, ModernBERT, ..."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qs

import numpy as np
from numpy.typing import NDArray

from detector.bench.outside.languages import EVERY
from detector.bench.peers.causal_lm import EXTRA, device_and_type, label_of, shown
from detector.bench.peers.desklib import ARCHITECTURE, Desklib
from detector.bench.peers.optional import needed
from detector.errors import UsageError

PREFIX: Final = "hf:"
NAME: Final = "classifier.v1"
TOKENS: Final = 512
_HUMAN: Final = re.compile(r"\b(?:human|real|authentic|original|person)\b")
_MACHINE: Final = re.compile(
    r"\b(?:ai|fake|machine|generated|artificial|synthetic|bot|llm|gpt|chatgpt)\b"
)


class SequenceClassifier:
    """Log odds of the classes that are machine classes, by a classifier given by path or name.

    spec: "hf:PATH", and behind it `?ai=LABEL` or `?human=LABEL` where the labels of the model do
    not tell which is which (`LABEL_0`): a label or its number, several with commas. A model of one
    logit gives that logit, Desklib's included. The first 512 tokens of a text are read. UsageError
    for a model that cannot be loaded or has labels that tell nothing.
    """

    min_words = 1
    languages = EVERY

    def __init__(self, spec: str, device: str | None = None, rows: int | None = None) -> None:
        torch = needed("torch", EXTRA)
        self._torch = torch
        path, _, query = spec.removeprefix(PREFIX).partition("?")
        place, dtype = device_and_type(torch, device)
        self._tokenizer, self._model = _loaded(path, getattr(torch, dtype))
        self._model.eval().to(place)
        self._place = place
        config = self._model.config
        labels = {int(at): str(label) for at, label in config.id2label.items()}
        self._machine = machine_classes(labels, parse_qs(query), path)
        self._tokens = min(TOKENS, getattr(config, "max_position_embeddings", None) or TOKENS)
        if getattr(config, "model_type", "") in ("roberta", "xlm-roberta", "camembert"):
            self._tokens = min(self._tokens, config.max_position_embeddings - 2)  # RoBERTa's offset
        self._rows = rows or (1 if torch.device(place).type == "cpu" else 32)
        self.name = f"{NAME}:{label_of(path)}"
        self.device = f"{shown(torch, place)} {dtype}"
        self.tokens = 0

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one float a text, NaN for a text without words."""
        scores = np.full(len(texts), np.nan, np.float32)
        cut = [self._ids(text) for text in texts]
        asked = [at for at in sorted(range(len(cut)), key=lambda at: -len(cut[at])) if cut[at]]
        for start in range(0, len(asked), self._rows):
            places = asked[start : start + self._rows]
            scores[places] = self._odds([cut[at] for at in places])
        self.tokens += sum(map(len, cut))
        return np.where(np.isfinite(scores), scores, np.nan).astype(np.float32)

    def _ids(self, text: str) -> list[int]:
        sound = text[: 32 * self._tokens].encode("utf-8", "replace").decode()
        if not sound.split():
            return []
        asked = {"truncation": True, "max_length": self._tokens}
        ids: list[int] = self._tokenizer(sound, **asked)["input_ids"]
        return ids

    def _odds(self, texts: list[list[int]]) -> NDArray[np.float32]:
        torch = self._torch
        width = max(map(len, texts))
        padding = self._tokenizer.pad_token_id or 0
        tokens = torch.full((len(texts), width), padding, dtype=torch.long)
        mask = torch.zeros((len(texts), width), dtype=torch.long)
        for row, ids in enumerate(texts):
            tokens[row, : len(ids)] = torch.tensor(ids)
            mask[row, : len(ids)] = 1
        with torch.inference_mode():
            asked = {"input_ids": tokens.to(self._place), "attention_mask": mask.to(self._place)}
            logits = self._model(**asked).logits.float()
            if logits.shape[1] == 1:
                odds = logits[:, 0] if self._machine else -logits[:, 0]
            else:
                others = [at for at in range(logits.shape[1]) if at not in self._machine]
                machine = logits[:, sorted(self._machine)]
                odds = machine.logsumexp(1) - logits[:, others].logsumexp(1)
        found: NDArray[np.float32] = odds.cpu().numpy()
        return found


def machine_classes(
    labels: Mapping[int, str], told: Mapping[str, Sequence[str]], path: str
) -> frozenset[int]:
    """Tell which classes mean that a machine wrote: as told, or by their labels.

    told: `ai` or `human`, each with labels or numbers. A model of one class gives {0} where its
    logit stands for a machine, and nothing where it stands for a human.

    >>> sorted(machine_classes({0: "Human", 1: "ChatGPT"}, {}, "a"))
    [1]
    >>> sorted(machine_classes({0: "gpt4", 1: "human", 2: "llama3-8b"}, {}, "a"))
    [0, 2]
    >>> sorted(machine_classes({0: "LABEL_0", 1: "LABEL_1"}, {"ai": ["0"]}, "a"))
    [0]
    """
    if strange := set(told) - {"ai", "human"}:
        raise UsageError(f"hf:{path}: there is no {min(strange)!r:.40}: say ?ai=LABEL")
    if told.get("ai"):
        return _named(labels, told["ai"], path)
    if told.get("human"):
        return frozenset(labels) - _named(labels, told["human"], path)
    if len(labels) == 1:
        return frozenset(labels)
    words = {at: re.sub(r"[_-]", " ", label.lower()) for at, label in labels.items()}
    # "human" decides first: "not AI generated" is rarer than "human written, machine edited".
    human = {at for at, label in words.items() if _HUMAN.search(label)}
    if human and len(human) < len(labels):
        return frozenset(set(labels) - human)
    machine = {at for at, label in words.items() if _MACHINE.search(label)}
    if machine and len(machine) < len(labels):
        return frozenset(machine)
    raise UsageError(
        f"hf:{path}: nothing tells which of the labels {', '.join(labels.values())!r:.80} is a"
        f" machine's: say 'hf:{path}?ai=LABEL'"
    )


def _named(labels: Mapping[int, str], told: Sequence[str], path: str) -> frozenset[int]:
    known = {label: at for at, label in labels.items()} | {str(at): at for at in labels}
    asked = [name for part in told for name in part.split(",")]
    if missing := [name for name in asked if name not in known]:
        raise UsageError(
            f"hf:{path}: there is no label {missing[0]!r:.40}: there are"
            f" {', '.join(labels.values())!r:.80}"
        )
    found = frozenset(known[name] for name in asked)
    if len(labels) > 1 and len(found) == len(labels):
        raise UsageError(f"hf:{path}: all labels are said to be of one side: leave one out")
    return found


def _loaded(path: str, dtype: Any) -> tuple[Any, Any]:
    transformers = needed("transformers", EXTRA)
    transformers.utils.logging.disable_progress_bar()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(path)
        config = transformers.AutoConfig.from_pretrained(path)
        if ARCHITECTURE in (config.architectures or ()):
            return tokenizer, Desklib(path, config, dtype)
        kind = transformers.AutoModelForSequenceClassification
        return tokenizer, kind.from_pretrained(path, dtype=dtype)
    except (OSError, ValueError, ImportError) as error:
        said = " ".join(str(error).split())[:200]
        raise UsageError(
            f"the classifier {path!r:.80} cannot be loaded ({said}): give the folder of a model of"
            " transformers, or a name on the hub"
        ) from error
