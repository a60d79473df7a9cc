"""aifingerprint: words, phrases and habits of machines, counted and weighted by hand."""

from __future__ import annotations

from typing import Final

from detector.bench.peers.one_by_one import OneByOne
from detector.bench.peers.optional import needed, version_of

NAME: Final = "aifingerprint.v1"
PACKAGE: Final = "aifingerprint"


def detector() -> OneByOne:
    """Make the detector: the package's score of 0 to 100, a whole number; English, 20 words."""
    analyze = needed("aifingerprint", PACKAGE).analyze
    return OneByOne(
        NAME,
        lambda text: analyze(text)[0],
        languages=frozenset(("en",)),
        min_words=20,
        version=version_of(PACKAGE),
    )
