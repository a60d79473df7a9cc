"""A detector made of a function that judges one text."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

# Of a text, at most: a bound on time for functions whose own is not known.
MOST_CHARACTERS = 100_000


class OneByOne:
    """Asks a function about each text: its first 100,000 characters, lone surrogates replaced.

    judge: gives a score, higher for more machine-like. It is not asked about a text without words;
    what it raises on one, and what is not finite, becomes NaN: the detector abstains.
    """

    def __init__(
        self,
        name: str,
        judge: Callable[[str], float],
        *,
        languages: frozenset[str],
        min_words: int,
        version: str | None = None,
    ) -> None:
        self.name = name
        self.languages = languages
        self.min_words = min_words
        if version:
            self.version = version
        self._judge = judge

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one float a text, NaN where the function has none."""
        return np.array([self._one(text) for text in texts], np.float32)

    def _one(self, text: str) -> float:
        sound = text[:MOST_CHARACTERS].encode("utf-8", "replace").decode()
        if not sound.split():
            return math.nan
        try:
            score = float(self._judge(sound))
        except Exception:  # other people's code, on any text there is
            return math.nan
        return score if abs(score) < np.finfo(np.float32).max else math.nan
