"""Zero-shot scores of a text from its token statistics, each as its authors publish it.

All are oriented so that higher is more machine-like, and NaN where a text is too short for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from detector.bench.peers.token_statistics import TokenStatistics


def likelihood(text: TokenStatistics) -> float:
    """Mean log p of the tokens (Solaiman et al. 2019; Gehrmann et al. 2019)."""
    return float(text.logp.mean())


def rank(text: TokenStatistics) -> float:
    """Mean rank of the tokens, negated (Gehrmann et al. 2019; `get_rank` of Fast-DetectGPT)."""
    return -float(text.rank.mean())


def log_rank(text: TokenStatistics) -> float:
    """Mean log rank of the tokens, negated (Mitchell et al. 2023)."""
    return -float(np.log(text.rank).mean())


def gltr(text: TokenStatistics) -> float:
    """Share of the tokens among the ten likeliest (GLTR, Gehrmann et al. 2019).

    GLTR shows four shares (10, 100, 1000, more) and has no score of its own. This is the one
    that RAID's harness takes for it, which there reaches to the eleventh: its ranks start at 0.
    """
    return float((text.rank <= 10).mean())


def lrr(text: TokenStatistics) -> float:
    """Mean log p over mean log rank, negated (DetectLLM-LRR, Su et al. 2023).

    NaN where every token is the likeliest, and there is nothing to divide by.
    """
    below = float(np.log(text.rank).mean())
    return -float(text.logp.mean()) / below if below else math.nan


def entropy(text: TokenStatistics) -> float:
    """Mean entropy of the predictions, negated.

    The papers guess that a high entropy is a machine's (Mitchell et al. 2023), and their figures
    say the opposite for models of today: .33 on ChatGPT's news in Fast-DetectGPT's tables, which is
    .67 with the sign taken here.
    """
    return -float(text.entropy[:-1].mean())


def fast_detectgpt(text: TokenStatistics) -> float:
    """Sampling discrepancy in closed form (Fast-DetectGPT, Bao et al. 2024, equation 5).

    One model both for reference and scoring: (sum of log p + sum of entropies) over the root of the
    sum of the variances of log p.
    """
    spread = float(text.variance[:-1].sum())
    if spread <= 0:
        return math.nan
    return float(text.logp.sum() + text.entropy[:-1].sum()) / math.sqrt(spread)


def binoculars_one_model(text: TokenStatistics) -> float:
    """Log-perplexity over cross-entropy, negated, of one model that is observer and performer.

    The formula of Binoculars (Hans et al. 2024), whose cross-entropy is then an entropy. As in its
    code, that is the mean over all predictions, the one after the last token included. Binoculars
    proper takes two models: `detector.bench.peers.binoculars`.
    """
    crossed = float(text.entropy.mean())
    return float(text.logp.mean()) / crossed if crossed > 0 else math.nan


FORMULAS: Final[Mapping[str, Callable[[TokenStatistics], float]]] = MappingProxyType(
    {
        "likelihood.v1": likelihood,
        "rank.v1": rank,
        "log_rank.v1": log_rank,
        "gltr.v1": gltr,
        "lrr.v1": lrr,
        "entropy.v1": entropy,
        "fast_detectgpt.v1": fast_detectgpt,
        "binoculars_one_model.v1": binoculars_one_model,
    }
)
