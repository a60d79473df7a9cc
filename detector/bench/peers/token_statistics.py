"""What a language model makes of each token of a text: the numbers that the formulas need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.bench.peers.optional import needed

Floats = NDArray[np.float64]
# Rows of logits at a time: as many as a processor's cache holds, or a text on an accelerator.
_CACHED: Final = 4
_ROWS: Final = 128


@dataclass(frozen=True, slots=True)
class TokenStatistics:
    """One text of n tokens under one model.

    logp, rank: float64[n - 1], of each token but the first: the logarithm of its probability, and
    its place among all tokens by probability, 1 for the likeliest (ties count in its favour).
    entropy, variance: float64[n], of the prediction after each token, the last included: the
    entropy in nats, and the variance of log p under p.
    """

    logp: Floats
    rank: Floats
    entropy: Floats
    variance: Floats


def token_statistics(states: Any, head: Callable[[Any], Any], tokens: list[int]) -> TokenStatistics:
    """Compute the statistics of a text from the states of its tokens.

    states: a tensor [n, size] of the model's last states. head: makes float32 logits
    [rows, vocabulary] of some of them, which are overwritten. tokens: the n tokens themselves.
    """
    torch = needed("torch", "contamination-detector[lm]")
    # After the last token nothing comes that could be looked up; any token will do.
    following = torch.tensor([*tokens[1:], 0], device=states.device)[:, None]
    parts = []
    with torch.inference_mode():
        for start in range(0, len(tokens), _ROWS):
            rows = slice(start, start + _ROWS)
            logits, labels = head(states[rows]), following[rows]
            step = _CACHED if logits.device.type == "cpu" else len(logits)
            parts += [
                _of_rows(torch, logits[at : at + step], labels[at : at + step])
                for at in range(0, len(logits), step)
            ]
    logp, rank, entropy, variance = torch.cat(parts, 1).double().cpu().numpy()
    return TokenStatistics(logp[:-1], rank[:-1], entropy, variance)


def _of_rows(torch: Any, logits: Any, labels: Any) -> Any:
    """Give [4, rows] of float32: log p, rank, entropy, variance. Few passes, in place."""
    logits -= logits.amax(1, keepdim=True)
    weights = torch.exp(logits)
    total = weights.sum(1)
    weights *= logits
    first = weights.sum(1) / total
    second = torch.linalg.vecdot(weights, logits) / total
    own = logits.gather(1, labels)
    rank = 1 + torch.gt(logits, own, out=weights).sum(1)
    log_total = total.log()
    return torch.stack(
        (own[:, 0] - log_total, rank, log_total - first, (second - first**2).clamp(min=0))
    )
