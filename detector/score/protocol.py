"""The two shapes that the panel asks: a detector judges text, a signal observes a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from detector.records import Document, Finding, Window


@runtime_checkable
class Detector(Protocol):
    """Judges texts, and nothing but their text.

    name: ends in ".vN"; N changes when any score changes beyond rounding.
    languages: ISO 639-1 codes it is qualified for. min_words: the shortest text it is qualified
    for, in words. A detector keeps its promises when `detector.score.contract.check_detector`
    finds no violation.
    """

    @property
    def name(self) -> str: ...

    @property
    def languages(self) -> frozenset[str]: ...

    @property
    def min_words(self) -> int: ...

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one float a text, higher for more machine-like, NaN to abstain; never raise."""
        ...


@runtime_checkable
class WindowedDetector(Detector, Protocol):
    """A detector that judges a text part by part; its score of a text pools those of the parts."""

    def windows(self, text: str) -> tuple[Window, ...]:
        """Give the text's windows with their scores, in order; none for a text without words."""
        ...


class Signal(Protocol):
    """Observes a page in context: evidence to show and weigh, never a verdict by itself."""

    def observe(self, document: Document) -> list[Finding]:
        """Report what the page shows, in the order of its places; never raise."""
        ...
