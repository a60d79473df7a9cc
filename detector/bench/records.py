"""What walks through the bench: a labelled text, and detectors that share one pass over texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

LABELS: Final = ("human", "ai", "mixed")


@dataclass(frozen=True, slots=True)
class BenchText:
    """One text of a data set, with what the set says about it.

    label: "human", "ai" or "mixed" (human text that a model polished, rewrote or extended).
    language: ISO 639-1. pair_id: texts that answer one prompt or mirror one page share it.
    source: the part of a set that a text comes from. year: when it was written.
    native: whether its human author is a native writer, where the set says so.
    """

    doc_id: str
    text: str
    label: str
    generator: str = ""
    domain: str = ""
    language: str = "en"
    attack: str = ""
    pair_id: str = ""
    source: str = ""
    year: int | None = None
    native: bool | None = None


class Family(Protocol):
    """Detectors that share one pass over the texts, such as the statistics of a language model."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def languages(self) -> frozenset[str]: ...

    @property
    def min_words(self) -> int: ...

    def columns(self, texts: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """Give for each name one float a text, higher for more machine-like, NaN to abstain."""
        ...
