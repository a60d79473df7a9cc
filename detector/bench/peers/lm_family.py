"""Zero-shot detectors over a language model, as one family: one pass gives all their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from detector.bench.outside.languages import EVERY
from detector.bench.peers.causal_lm import DEFAULT, CausalLM
from detector.bench.peers.formulas import FORMULAS
from detector.bench.peers.token_statistics import token_statistics


class LMFamily:
    """Likelihood, ranks, LRR, entropy, Fast-DetectGPT and one-model Binoculars of a model.

    Detectors are named like "likelihood.v1:smollm2". A text of less than two tokens gets NaN. The
    default model is for English; any other is asked about every language.
    """

    min_words = 1

    def __init__(self, model: CausalLM) -> None:
        self.model = model
        self.names = tuple(f"{formula}:{model.label}" for formula in FORMULAS)
        self.languages = frozenset(("en",)) if model.label == DEFAULT else EVERY
        self.device = model.device
        self.tokens = 0

    def columns(self, texts: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """Give for each name one float a text, NaN where it is too short."""
        found = {name: np.full(len(texts), np.nan, np.float32) for name in self.names}
        cut = self.model.ids(texts)
        for places in self.model.groups(cut):
            group = [cut[at] for at in places]
            known = token_statistics(self.model.states(group), self.model.logits, group)
            for at, statistics in zip(places, known, strict=True):
                for name, formula in zip(self.names, FORMULAS.values(), strict=True):
                    score = formula(statistics)
                    found[name][at] = score if np.isfinite(score) else np.nan
        self.tokens += sum(map(len, cut))
        return found
