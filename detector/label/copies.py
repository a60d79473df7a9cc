"""One label for near-duplicates whose labels differ, by a written rule.

Copies of one text on several pages get labels of their own: one was captured before 2022, one
carries a disclosure, one was cut where the score tips over. In this order:

1. A copy that is `pre-llm` makes all of them so: the text is older than large language models,
   whatever is found on later copies. The first one decides.
2. A copy with a proof that is the text's (a conclusive trace, or a known AI text) makes all of them
   `likely-ai`. The first one decides.
3. Otherwise the scores are pooled over distinct texts: the text whose p-value is the median (of two
   in the middle, the greater) decides with its label. However often a text was copied it counts
   once, and one page that scores by chance cannot speak for the others. If none of n copies is AI
   text, then the median passes a rate at most about as often as a single one does; twice as often
   at the very worst (B. Rüger, Metrika 25, 1978).
4. Where that would be `no-evidence`, or nothing could be scored, a copy that is `uncertain` for
   another reason than its score makes all of them `uncertain`. The first one decides.
5. Where nothing is left, all are `not-assessed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from detector.label.known import KNOWN_AI
from detector.label.policy import CLASSIFIER, CONCLUSIVE
from detector.records import Label

COPIES_PRE_LLM: Final = "copies.pre-llm"
COPIES_PROVEN: Final = "copies.proven"
COPIES_POOLED: Final = "copies.pooled"
COPIES_TRACE: Final = "copies.trace"
COPIES_NOT_ASSESSED: Final = "copies.not-assessed"

# Reasons that prove something of the text itself, and those that only a score gave.
PROVEN: Final = (KNOWN_AI, *CONCLUSIVE)
BY_SCORE: Final = (CLASSIFIER,)


@dataclass(frozen=True, slots=True)
class Copy:
    """A document among its near-duplicates.

    text: which of the distinct texts it has. p_value: None where its score was not judged. proven:
    whether one of `PROVEN` is among its reasons. traced: whether another reason than `BY_SCORE` is.
    """

    text: int
    label: Label
    p_value: float | None
    proven: bool = False
    traced: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """The label of all copies, the index of the one that decided, and by which part of the rule."""

    label: Label
    by: int
    rule: str


def agree(copies: Sequence[Copy]) -> Agreement:
    """Choose the label of near-duplicates; copies: one or more, that seen first first.

    >>> agree([Copy(0, Label.LIKELY_AI, 0.009), Copy(1, Label.UNCERTAIN, 0.02)])
    Agreement(label=<Label.UNCERTAIN: 'uncertain'>, by=1, rule='copies.pooled')
    """
    places = range(len(copies))
    for at in places:
        if copies[at].label is Label.PRE_LLM:
            return Agreement(Label.PRE_LLM, at, COPIES_PRE_LLM)
    for at in places:
        if copies[at].label is Label.LIKELY_AI and copies[at].proven:
            return Agreement(Label.LIKELY_AI, at, COPIES_PROVEN)
    median = _median(copies)
    if median is not None and copies[median].label is not Label.NO_EVIDENCE:
        return Agreement(copies[median].label, median, COPIES_POOLED)
    for at in places:
        if copies[at].label is Label.UNCERTAIN and copies[at].traced:
            return Agreement(Label.UNCERTAIN, at, COPIES_TRACE)
    if median is not None:
        return Agreement(Label.NO_EVIDENCE, median, COPIES_POOLED)
    return Agreement(Label.NOT_ASSESSED, 0, COPIES_NOT_ASSESSED)


def _median(copies: Sequence[Copy]) -> int | None:
    """The index of the copy whose text has the median p-value, None where no text has any."""
    first: dict[int, tuple[float, int]] = {}
    for at, copy in enumerate(copies):
        if copy.p_value is not None:
            first.setdefault(copy.text, (copy.p_value, at))
    ranked = sorted(first.values())
    return ranked[len(ranked) // 2][1] if ranked else None
