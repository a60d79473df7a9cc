"""The detectors that come with the bench: a name, what it needs, and how to load it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from detector.bench.records import Family


@runtime_checkable
class Judge(Protocol):
    """A single detector, of the shape that `detector.score.Detector` has too."""

    @property
    def name(self) -> str: ...

    @property
    def languages(self) -> frozenset[str]: ...

    @property
    def min_words(self) -> int: ...

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one float a text, higher for more machine-like, NaN to abstain."""
        ...


@dataclass(frozen=True, slots=True)
class Options:
    """What a run says to the detectors that ask for it.

    lm: name or path of the causal language model. performer: of the second one, for methods that
    compare two. device: as torch names it. batch: texts in a batch at most. timeout: seconds that a
    command or a server may take for one batch.
    """

    lm: str | None = None
    performer: str | None = None
    device: str | None = None
    batch: int = 64
    timeout: float = 600.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A detector that can be named: `needs` says what must be installed, `what` what it does.

    Entries with the same `load` share what it gives: it is called once, and asked once a batch. Of
    a family, an entry stands for the members whose names are its own, alone or before a colon:
    "likelihood.v1" for "likelihood.v1:smollm2".

    What is loaded may also have these attributes, which go into the results where they are there:
    `tokens`, how many it has read so far; `device`, where it computes; `version`.
    """

    name: str
    needs: str
    what: str
    load: Callable[[Options], Family | Judge]
