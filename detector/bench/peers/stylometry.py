"""Five features of style with a published direction, added up without training."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from detector.bench.peers.one_by_one import OneByOne

NAME: Final = "stylometry.v1"
_SENTENCE_END: Final = re.compile(r"[.!?]+[\"')\]]?\s|\n")
_WORD: Final = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_NOUN: Final = re.compile(r"[a-z]{3,}(?:tions?|ments?|ness(?:es)?|ity|ities|ances?|ences?)")
_SHORTENED: Final = re.compile(r"(?:n['’]t|['’](?:re|ve|ll|m|d))$")
_PARTICIPLE: Final = re.compile(r",\s+(?:\w+ly\s+)?[a-z]{2,}ing\b")
# Words of style that rose in abstracts with language models. "Delves", "showcasing", "underscores",
# "potential" and "crucial" are those that Kobak et al. name first; the rest are of their kind.
_RISEN: Final = re.compile(
    r"delv(?:e|es|ed|ing)|showcas(?:e|es|ed|ing)|underscor(?:e|es|ed|ing)|intrica(?:te|cies)"
    r"|meticulous(?:ly)?|pivotal|crucial|comprehensive|notabl[ey]|noteworthy|realms?|tapestry"
    r"|multifaceted|nuanced|garner(?:s|ed|ing)?|enhanc(?:e|es|ed|ing)|foster(?:s|ed|ing)?"
    r"|leverag(?:e|es|ed|ing)|insights?|invaluable|potential|additionally|robust|seamless(?:ly)?"
)


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature, and how it counts: sign * tanh((value - centre) / scale).

    sign: 1 where machines have more of it, -1 where they have less, as `source` found. centre and
    scale were set by hand to a usual value and a usual difference, not fitted to any texts.
    """

    value: Callable[[str, list[str]], float]
    sign: int
    centre: float
    scale: float
    source: str


def _burstiness(text: str, _: list[str]) -> float:
    """How much the lengths of sentences vary, as standard deviation over mean."""
    lengths = [len(part.split()) for part in _SENTENCE_END.split(text)]
    lengths = [length for length in lengths if length]
    return statistics.pstdev(lengths) / statistics.fmean(lengths) if len(lengths) > 1 else 0.55


def _participles(text: str, words: list[str]) -> float:
    """Clauses like `, making it ...` in a hundred words."""
    return 100 * len(_PARTICIPLE.findall(text)) / len(words)


def _nominalisations(_: str, words: list[str]) -> float:
    return 100 * sum(_NOUN.fullmatch(word) is not None for word in words) / len(words)


def _speech(text: str, words: list[str]) -> float:
    marks = text.count("?") + text.count("!")
    return 100 * (marks + sum(_SHORTENED.search(word) is not None for word in words)) / len(words)


def _risen(_: str, words: list[str]) -> float:
    return 100 * sum(_RISEN.fullmatch(word) is not None for word in words) / len(words)


FEATURES: Final[Mapping[str, Feature]] = MappingProxyType(
    {
        "burstiness": Feature(_burstiness, -1, 0.55, 0.25, "Muñoz-Ortiz et al. 2024"),
        "participles": Feature(_participles, 1, 0.5, 0.5, "Reinhart et al. 2025"),
        "nominalisations": Feature(_nominalisations, 1, 3.0, 2.0, "Herbold et al. 2023"),
        "speech": Feature(_speech, -1, 1.0, 1.0, "Guo et al. 2023"),
        "risen_words": Feature(_risen, 1, 0.5, 0.5, "Kobak et al. 2024"),
    }
)


def detector() -> OneByOne:
    """Make the detector: the mean of the features; English, 50 words."""
    return OneByOne(NAME, style, languages=frozenset(("en",)), min_words=50)


def style(text: str) -> float:
    """Give the mean of the five features of an English text, from -1 to 1; NaN without words."""
    words = [word.lower() for word in _WORD.findall(text)]
    if not words:
        return math.nan
    return statistics.fmean(
        feature.sign * math.tanh((feature.value(text, words) - feature.centre) / feature.scale)
        for feature in FEATURES.values()
    )
