"""llm-detector: a logistic regression over features of each sentence, trained by its author."""

from __future__ import annotations

from typing import Final

from detector.bench.peers.one_by_one import OneByOne
from detector.bench.peers.optional import needed, version_of

NAME: Final = "llm_detector.v1"
PACKAGE: Final = "llm-detector"


def detector() -> OneByOne:
    """Make the detector: the package's `classify_text(text)["p_llm"]`; English, 20 words."""
    classify = needed("llm_detector", PACKAGE).classify_text
    return OneByOne(
        NAME,
        lambda text: classify(text)["p_llm"],
        languages=frozenset(("en",)),
        min_words=20,
        version=version_of(PACKAGE),
    )
