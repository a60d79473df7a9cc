"""What a language model makes of each token of a text: the numbers that the formulas need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.bench.peers.optional import needed

Floats = NDArray[np.float64]
# Rows of logits at a time: a few that a processor's cache holds, of more that one product makes; on
# an accelerator many texts' rows, for there each operation has its price.
_CACHED: Final = 4
_ROWS: Final = 128
_ROWS_ON_ACCELERATOR: Final = 4096


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


def token_statistics(
    states: Sequence[Any], head: Callable[[Any], Any], tokens: Sequence[Sequence[int]]
) -> list[TokenStatistics]:
    """Compute the statistics of some texts from the states of their tokens.

    states: of each text a tensor [n, size] of the model's last states. head: makes float32 logits
    [rows, vocabulary] of some of them, which are overwritten. tokens: of each text its n tokens.
    """
    torch = needed("torch", "contamination-detector[lm]")
    if states[0].device.type == "cpu":
        every = [
            _of_states(torch, own, head, [ids]) for own, ids in zip(states, tokens, strict=True)
        ]
        numbers = np.concatenate(every, 1)
    else:
        numbers = _of_states(torch, torch.cat(list(states)), head, tokens)
    ends = np.cumsum([len(ids) for ids in tokens])[:-1]
    return [
        TokenStatistics(logp[:-1], rank[:-1], entropy, variance)
        for logp, rank, entropy, variance in np.split(numbers, ends, axis=1)
    ]


def _of_states(
    torch: Any, states: Any, head: Callable[[Any], Any], tokens: Sequence[Sequence[int]]
) -> Floats:
    """Give [4, rows] of all texts' states, one behind the other."""
    # After the last token nothing comes that could be looked up; any token will do.
    following = [token for ids in tokens for token in (*ids[1:], 0)]
    labels = torch.tensor(following, device=states.device)[:, None]
    on_cpu = states.device.type == "cpu"
    size = _ROWS if on_cpu else _ROWS_ON_ACCELERATOR
    parts = []
    with torch.inference_mode():
        for start in range(0, len(following), size):
            logits, own = head(states[start : start + size]), labels[start : start + size]
            step = _CACHED if on_cpu else size
            parts += [
                _of_rows(torch, logits[at : at + step], own[at : at + step])
                for at in range(0, len(logits), step)
            ]
    numbers: Floats = torch.cat(parts, 1).double().cpu().numpy()
    return numbers


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
