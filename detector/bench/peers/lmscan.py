"""lmscan: some twenty counts of style, weighted by hand, and a perplexity of its own."""

from __future__ import annotations

from typing import Final

from detector.bench.peers.one_by_one import OneByOne
from detector.bench.peers.optional import needed, version_of

NAME: Final = "lmscan.v1"
PACKAGE: Final = "lmscan"


def detector() -> OneByOne:
    """Make the detector: the package's `scan(text).ai_probability`; English, 20 words."""
    scan = needed("lmscan", PACKAGE).scan
    return OneByOne(
        NAME,
        lambda text: scan(text).ai_probability,
        languages=frozenset(("en",)),
        min_words=20,
        version=version_of(PACKAGE),
    )
