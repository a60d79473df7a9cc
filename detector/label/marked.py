"""What reviewers' marks say: of each label how often it is right, and which texts are whose.

A sample is drawn by label, so that rare labels are looked at too. Its marks say something about
each label by itself; about the scan as a whole only when labels are weighed by their documents.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from detector.binomial import CONFIDENCE, interval
from detector.errors import UsageError
from detector.records import Label, Mark

HUMAN: Final = "human"
AI: Final = "ai"
# What a mark says of the author, where the label is right and where it is wrong. A page that is
# rightly `uncertain` may be a machine's in part only, so it is nobody's.
AUTHORS: Final[Mapping[str, tuple[str | None, str | None]]] = MappingProxyType(
    {
        Label.LIKELY_AI.value: (AI, HUMAN),
        Label.UNCERTAIN.value: (None, HUMAN),
        Label.NO_EVIDENCE.value: (HUMAN, AI),
        Label.NOT_ASSESSED.value: (None, None),
        Label.PRE_LLM.value: (HUMAN, None),
    }
)
# Labels that rest on a score: only of these can a choice of texts tilt a calibration.
JUDGED: Final = (Label.LIKELY_AI.value, Label.UNCERTAIN.value, Label.NO_EVIDENCE.value)


@dataclass(frozen=True, slots=True)
class Settled:
    """A document on which all its reviewers agree. mark: the first of theirs."""

    mark: Mark
    right: bool

    @property
    def author(self) -> str | None:
        """ "human", "ai", or None where the mark does not tell."""
        return AUTHORS.get(self.mark.label, (None, None))[0 if self.right else 1]


@dataclass(frozen=True, slots=True)
class Precision:
    """How often a label is right, by the marks.

    documents: of the scan with that label. marked: documents of the sample on which all reviewers
    agree, right of them. share: right / marked, None without marks; low, high: its two-sided 95 %
    interval (Clopper and Pearson).
    """

    label: str
    documents: int
    marked: int
    right: int
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What the marks of a scan say.

    labels: of each label with documents. share, low, high: of all documents whose label has marks
    (`covered` of them), the share that is labelled rightly: labels weighed by their documents, and
    each interval widened so that all hold together (Bonferroni); None without marks. disputed:
    documents on which reviewers differ, which do not count. reviewers: their names.
    """

    labels: tuple[Precision, ...]
    covered: int
    share: float | None
    low: float
    high: float
    disputed: int
    reviewers: tuple[str, ...]


def settle(marks: Iterable[Mark]) -> tuple[list[Settled], int]:
    """Give the documents on which all reviewers agree, and the number of the others."""
    by_document: dict[tuple[str, int, str], list[Mark]] = defaultdict(list)
    for mark in marks:
        if mark.right is not None:
            by_document[mark.document].append(mark)
    agreed = [
        Settled(of[0], bool(of[0].right))
        for of in by_document.values()
        if len({(mark.right, mark.label) for mark in of}) == 1
    ]
    return agreed, len(by_document) - len(agreed)


def measure(marks: Sequence[Mark], documents: Mapping[str, int]) -> Measured:
    """Measure how often each label is right. documents: of the scan, by label."""
    agreed, disputed = settle(marks)
    labels = []
    for label, count in documents.items():
        said = [one.right for one in agreed if one.mark.label == label]
        if count or said:
            low, high = interval(sum(said), len(said))
            share = sum(said) / len(said) if said else None
            labels.append(Precision(label, count, len(said), sum(said), share, low, high))
    names = tuple(sorted({mark.reviewer for mark in marks}))
    return Measured(tuple(labels), *_overall(labels), disputed, names)


def _overall(labels: Sequence[Precision]) -> tuple[int, float | None, float, float]:
    marked = [one for one in labels if one.marked and one.documents]
    covered = sum(one.documents for one in marked)
    if not covered:
        return 0, None, 0.0, 1.0
    each = 1 - (1 - CONFIDENCE) / len(marked)
    share = low = high = 0.0
    for one in marked:
        weight = one.documents / covered
        ends = interval(one.right, one.marked, each)
        share += weight * one.right / one.marked
        low, high = low + weight * ends[0], high + weight * ends[1]
    return covered, share, low, high


def human_texts(marks: Iterable[Mark]) -> list[Settled]:
    """Give the marked human texts that stand for a scan as a whole, each label by its share.

    Reviewers look at as many `likely-ai` pages as at others, so among all the marked human texts
    the high scores are far too many: a cut from them would be far too high. Therefore of each label
    that rests on a score only so many marked documents are taken, chosen by their hash, as make the
    same share of its documents. UsageError when a label with documents has no marks at all.
    """
    scans: dict[tuple[str, tuple[tuple[str, int], ...]], list[Settled]] = defaultdict(list)
    for one in settle(marks)[0]:
        scans[one.mark.policy, one.mark.documents].append(one)
    kept: list[Settled] = []
    for (_, documents), agreed in scans.items():
        kept += _evenly(agreed, dict(documents))
    return [one for one in kept if one.author == HUMAN]


def _evenly(agreed: Sequence[Settled], documents: Mapping[str, int]) -> list[Settled]:
    of = {label: [one for one in agreed if one.mark.label == label] for label in JUDGED}
    needed = [label for label in JUDGED if documents.get(label)]
    without = [label for label in needed if not of[label]]
    if without:
        raise UsageError(
            f"no marks of pages labelled {', '.join(without)}: human pages of one label alone score"
            " too high or too low to calibrate by; mark some of every label"
        )
    share = min((len(of[label]) / documents[label] for label in needed), default=0.0)
    kept = [one for one in agreed if one.mark.label not in JUDGED]
    for label in needed:
        ordered = sorted(of[label], key=lambda one: _draw(one.mark))
        kept += ordered[: round(share * documents[label])]
    return kept


def _draw(mark: Mark) -> bytes:
    """A number that does not depend on the text's score."""
    return hashlib.blake2b(repr(mark.document).encode(), digest_size=8).digest()
