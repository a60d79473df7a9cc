"""The contract of a detector, tried on any detector that can be named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.bench.data import find_sources
from detector.bench.normal import normalised
from detector.bench.records import BenchText, Family
from detector.bench.registry import Options
from detector.errors import UsageError
from detector.extract.words import count_words
from detector.pipeline.bench_detectors import Single, find_detectors
from detector.score.contract import Violation, check_detector

EXAMPLES: Final = 50  # of each label
_LOOKED_AT: Final = 100_000


@dataclass(frozen=True, slots=True)
class ContractCheck:
    """What a detector breaks of the contract of `detector.score.contract`."""

    detector: str
    violations: tuple[Violation, ...]

    @property
    def sound(self) -> bool:
        """Whether it keeps every promise."""
        return not self.violations


@dataclass(frozen=True, slots=True)
class _Member:
    """One of a family as a detector of its own."""

    name: str
    family: Family = field(repr=False)
    column: str

    @property
    def languages(self) -> frozenset[str]:
        return self.family.languages

    @property
    def min_words(self) -> int:
        return self.family.min_words

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the member's column of the family's."""
        return self.family.columns(texts)[self.column]


def check_named(
    spec: str, data: str | None = None, options: Options | None = None
) -> list[ContractCheck]:
    """Try the contract on a detector, or on each of a family that the name stands for.

    data: a set whose texts it should tell apart. UsageError for a name that stands for nothing, and
    for a set without texts of both labels that it is qualified for.
    """
    [group] = find_detectors([spec])
    loaded = group.ready(options or Options())
    try:
        human, machine = _examples(data, loaded.family) if data else ((), ())
        checks = []
        for name in loaded.names:
            detector = _detector(loaded.family, name)
            violations = check_detector(detector, human, machine)
            checks.append(ContractCheck(name, tuple(violations)))
        return checks
    finally:
        loaded.close()


def _detector(family: Family, name: str) -> _Member:
    """A member as the contract sees it: commands and servers have no versioned name of their own.

    A single detector is tried as it is, so that its own type of scores is seen.
    """
    if isinstance(family, Single):
        return family.detector  # type: ignore[return-value]
    outside = name.startswith(("cmd:", "http://", "https://"))
    plain = name.replace(":", ".")  # of a family over a language model: likelihood.v1:smollm2
    shown = "outside.v1" if outside else f"{plain}.v1" if plain != name else name
    return _Member(shown, family, name)


def _examples(data: str, family: Family) -> tuple[list[str], list[str]]:
    found: dict[str, list[str]] = {"human": [], "ai": []}
    for source in find_sources([data]):
        for text in islice(source.read(), _LOOKED_AT):
            if not isinstance(text, BenchText) or len(found.get(text.label, ())) >= EXAMPLES:
                continue
            ready = normalised(text.text)
            if text.language in family.languages and count_words(ready) >= family.min_words:
                found.get(text.label, []).append(ready)
    human, machine = found.values()
    if not human or not machine:
        raise UsageError(
            f"{data!r:.80}: has {len(human)} human and {len(machine)} ai texts of its languages and"
            " length: it needs some of both"
        )
    return human, machine
