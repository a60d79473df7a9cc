"""How the cross-fitted scores fall by kind of human text, and by age of the language model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from detector.fit.config import Slice
from detector.fit.corpora import MIRRORS, LabelledText

_FEWEST: Final = 30  # stretches that make a row
_RATE: Final = 0.01

# The first that fits names the kind; sources and domains are those of the labelled texts.
_KINDS: Final = (
    ("essays by learners of English", r"aaec_essays|nonnative"),
    ("news simplified for learners", r"news_simplified"),
    ("law: terms and privacy policies", r"legal_"),
    ("recipes", r"recipe"),
    ("classic books", r"classic_books|literature_"),
    ("fiction", r"fiction"),
    ("technical documentation", r"technical_|tldp_howto|golang_site"),
    ("papers and abstracts", r"academic_|agriculture"),
    ("government pages", r"government"),
    ("web pages, 2007 to 2012", r"web_page"),
    ("blogs and forums", r"blog|forum"),
    ("news", r"news"),
    ("encyclopaedic", r"encyclopedic"),
    ("reviews", r"reviews"),
    ("essays", r"essay"),
)
_MIRRORED: Final = "2026, web pages rewritten (frontier_mirrors)"
_VINTAGES: Final = (
    ("2025 and later", r"gemma-3|llama-4|claude-(opus|sonnet)-4|claude-3-7|gemini-2\.5|o[34]-|^o3$"
     r"|grok-3|qwen-?_?3|qwq|gpt-4\.[15]|chatgpt-4o-latest-2025|deepseek.*(r1|v3-0324)|mistral-(medium"
     r"-3|small)|quasar|optimus|phi-4|glm-4|command-a|antislop|reka|sky-t1|gemma-3"),
    ("2024", r"gpt-4o|claude-3|gemini-1\.5|gemini-2\.0|llama-?_?3|qwen2|gemma-2|gpt-4-turbo|"
     r"mistral-nemo|ministral|deepseek-chat|lfm"),
    ("2023", r"gpt-4|gpt-3\.5-turbo|claude|gemini-1\.0|palm|llama|vicuna|mistral|mixtral|openchat|"
     r"starling|deepseek"),
    ("2022", r"davinci|gpt-3\.5|chatgpt"),
)  # fmt: skip


def kind_of(text: LabelledText) -> str:
    """Name the kind of human text that a text is of."""
    described = f"{text.source} {text.domain}"
    return next((name for name, pattern in _KINDS if re.search(pattern, described)), "other")


def vintage_of(text: LabelledText) -> str:
    """Name the years from which the model is that wrote a text; from its name."""
    if text.source == MIRRORS:
        return _MIRRORED
    name = text.generator.lower()
    return next((years for years, pattern in _VINTAGES if re.search(pattern, name)), "unknown")


def slices(
    texts: Sequence[LabelledText],
    bands: Sequence[tuple[Sequence[int], Sequence[float]]],
) -> tuple[Slice, ...]:
    """Count stretches above the 1 % cut of their band, by kind and by vintage.

    bands: owners (indexes of texts) and scores of the stretches of each length band.
    """
    counts: Counter[tuple[str, str]] = Counter()
    above: Counter[tuple[str, str]] = Counter()
    for owners, scores in bands:
        humans = [s for at, s in zip(owners, scores, strict=True) if not texts[at].machine]
        if not humans:
            continue
        cut = float(np.nanquantile(humans, 1 - _RATE, method="higher"))
        for at, score in zip(owners, scores, strict=True):
            for key in _keys(texts[at]):
                counts[key] += 1
                above[key] += score > cut
    return tuple(
        Slice(what, name, count, above[what, name])
        for (what, name), count in sorted(counts.items())
        if count >= _FEWEST
    )


def _keys(text: LabelledText) -> list[tuple[str, str]]:
    named: Callable[[LabelledText], str] = vintage_of if text.machine else kind_of
    return [("machine" if text.machine else "human", named(text))] + (
        [] if text.machine else [("source", text.source)]
    )
