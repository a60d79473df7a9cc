"""Binoculars (Hans et al. 2024): how surprising a text is, against how surprising it had to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.bench.outside.languages import EVERY
from detector.bench.peers.causal_lm import EXTRA, CausalLM
from detector.bench.peers.optional import needed
from detector.errors import UsageError

NAME: Final = "binoculars.v1"
_ROWS: Final = 128


class Binoculars:
    """Log-perplexity under the performer over the cross-entropy of observer and performer, negated.

    In the paper these are Falcon-7B and Falcon-7B-Instruct. Both models must have one vocabulary:
    UsageError where they do not.
    """

    min_words = 1
    languages = EVERY

    def __init__(self, observer: CausalLM, performer: CausalLM) -> None:
        if observer.tokenizer.get_vocab() != performer.tokenizer.get_vocab():
            raise UsageError(
                f"the models {observer.label!r} and {performer.label!r} have different"
                " vocabularies: Binoculars needs two models of one tokenizer, such as a base model"
                " and its instruction-tuned form"
            )
        self.name = f"{NAME}:{observer.label}+{performer.label}"
        self.device = performer.device
        self.tokens = 0
        self._observer, self._performer = observer, performer

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one float a text, NaN for a text of less than two tokens."""
        scores = np.full(len(texts), np.nan, np.float32)
        cut = [ids[: self._performer.tokens] for ids in self._observer.ids(texts)]
        for places in self._observer.groups(cut):
            group = [cut[at] for at in places]
            observed, performed = self._observer.states(group), self._performer.states(group)
            for at, seen, made in zip(places, observed, performed, strict=True):
                scores[at] = self._ratio(cut[at], seen, made)
        self.tokens += sum(map(len, cut))
        return scores

    def _ratio(self, tokens: list[int], observed: Any, performed: Any) -> float:
        """Divide the means, the cross-entropy's over all predictions, the last one included."""
        torch = needed("torch", EXTRA)
        following = torch.tensor([*tokens[1:], 0], device=performed.device)[:, None]
        surprise, crossed = [], []
        with torch.inference_mode():
            for start in range(0, len(tokens), _ROWS):
                rows = slice(start, start + _ROWS)
                seen = self._observer.logits(observed[rows]).softmax(1)
                made = self._performer.logits(performed[rows]).log_softmax(1)
                size = min(seen.shape[1], made.shape[1])  # one may be padded to a round number
                surprise.append(-made.gather(1, following[rows])[:, 0])
                crossed.append(-torch.linalg.vecdot(seen[:, :size].to(made.device), made[:, :size]))
        mean = float(torch.cat(crossed).double().mean())
        score = -float(torch.cat(surprise)[:-1].double().mean()) / mean if mean > 0 else np.nan
        return score if np.isfinite(score) else np.nan
