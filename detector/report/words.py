"""What codes mean, in a sentence, for a page whose reader has no other document at hand."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "likely-ai": "scores as few human texts do, or carries a trace that only a language model"
        " leaves",
        "uncertain": "scores high, but not as high; or a part of it stands out; or it carries a"
        " trace that people leave too",
        "no-evidence": "was judged, and nothing speaks for a machine; that is no proof of a human"
        " author",
        "not-assessed": "no statement is possible; the reason says why",
        "pre-llm": "existed before 30 November 2022, when ChatGPT was published",
    }
)

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "classifier": "its score is one that few human texts of its kind reach",
        "classifier.part": "a part of it scores as few human stretches of its length do",
        "origin.pre-llm": "an archive holds it from before 30 November 2022",
        "known.pre-llm": "most of it is one text that is known to be older",
        "known.ai": "a good part of it is one known AI text",
        "known.ai-part": "a small part of it is a known AI text",
        "known.conflict": "one index knows it as AI-written, another as older",
        "language-not-covered": "the detector was not calibrated on its language",
        "too-short": "shorter than the texts the detector was calibrated on",
        "fpr-not-supported": "too few human texts of its kind stand behind the rate asked for",
        "not-prose": "a table, a list, a menu or code",
        "detector-abstained": "the detector gave no score",
    }
)

# What a reviewer is asked about a page, by its label; "right" is yes.
QUESTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "likely-ai": "Did a machine write this?",
        "uncertain": "Did a machine write this, or a part of it?",
        "no-evidence": "Did a person write this?",
        "not-assessed": "Was it right not to judge this?",
        "pre-llm": "Is this from before November 2022?",
    }
)
