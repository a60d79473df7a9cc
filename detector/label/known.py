"""What verified matches with known texts say of a page, by a written rule.

1. A page of which at least `PRE_LLM_SHARE` is one text of a pre-LLM index is `pre-llm`: the text is
   older than large language models, whoever publishes it now.
2. A page of which at least `AI_SHARE` is one known AI text is `likely-ai`; with less it is
   `uncertain`, for people quote.
3. Where both hold, the earlier date wins: a human text was used in a synthetic corpus, or a model's
   text was around before the archive's cut-off. A pre-LLM text without a date counts as of 29
   November 2022, an AI text without one as later than that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from detector.records import Label, Match

KNOWN_PRE_LLM: Final = "known.pre-llm"
KNOWN_AI: Final = "known.ai"
KNOWN_AI_PART: Final = "known.ai-part"
KNOWN_CONFLICT: Final = "known.conflict"
PRE_LLM_SHARE: Final = 0.5
# Of shingles of 13 words a text that had one word in ten replaced keeps a quarter.
AI_SHARE: Final = 0.25
LAST_DAY: Final = date(2022, 11, 29)

Judgement = tuple[Label, list[str]]


def judge_matches(matches: Iterable[Match]) -> Judgement | None:
    """Give the label and the reasons that known texts in a page call for, None if they do not.

    >>> old = Match("old", "pre-llm", "a", 1.0, 1.0, 0, 9, date(2019, 5, 1))
    >>> corpus = Match("corpus", "ai", "b", 1.0, 1.0, 0, 9, None)
    >>> judge_matches([old, corpus])
    (<Label.PRE_LLM: 'pre-llm'>, ['known.pre-llm', 'known.conflict'])
    """
    matches = tuple(matches)
    old = [m for m in matches if m.kind == "pre-llm" and m.coverage >= PRE_LLM_SHARE]
    ai = [m for m in matches if m.kind == "ai"]
    most = [m for m in ai if m.coverage >= AI_SHARE]
    conflict = [KNOWN_CONFLICT] if old and most else []
    if old and not (most and _since(most, date.max) < _since(old, LAST_DAY)):
        return Label.PRE_LLM, [KNOWN_PRE_LLM, *conflict]
    if most:
        return Label.LIKELY_AI, [KNOWN_AI, *conflict]
    return (Label.UNCERTAIN, [KNOWN_AI_PART]) if ai else None


def _since(matches: list[Match], undated: date) -> date:
    return min(match.date or undated for match in matches)
