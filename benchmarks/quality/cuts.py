"""Texts cut to their first words, and what is said of them then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.quality.judge import Judge, Judged, document
from benchmarks.quality.texts import side

LENGTHS = (20, 40, 80, 160, 320, 640)
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Side:
    """The texts of one label at one length; whole: the words that each had before it was cut."""

    judged: Judged
    whole: list[int]

    def of_at_least(self, words: int) -> Side:
        """Keep the texts that had so many words."""
        kept = [at for at, count in enumerate(self.whole) if count >= words]
        return Side(self.judged.at(kept), [self.whole[at] for at in kept])


@dataclass(frozen=True)
class Cut:
    """The texts of one source, or of several, that have at least `words` words, cut to so many."""

    source: str
    words: int
    humans: Side
    machines: Side


def first_words(text: str, words: int) -> str:
    """Cut a text after its first words; whole where it has no more."""
    for count, match in enumerate(_WORD.finditer(text), start=1):
        if count == words:
            return text[: match.end()]
    return text


def cuts(source: str, frame: pl.DataFrame, judge: Judge) -> Iterator[Cut]:
    """Judge the texts of a source at every length."""
    for words in LENGTHS:
        humans, machines = (_side(side(frame, label), words, judge) for label in ("human", "ai"))
        yield Cut(source, words, humans, machines)


def joined(source: str, parts: Sequence[Cut]) -> Cut:
    """Put the texts of several sources together, all of one length."""
    humans, machines = [one.humans for one in parts], [one.machines for one in parts]
    return Cut(source, parts[0].words, _together(humans), _together(machines))


def _side(texts: pl.DataFrame, words: int, judge: Judge) -> Side:
    counted = [(text, len(text.split())) for text in texts["text"]]
    kept = [(text, count) for text, count in counted if count >= words]
    judged = judge.judge([document(first_words(text, words), "en") for text, _ in kept])
    return Side(judged, [count for _, count in kept])


def _together(sides: Sequence[Side]) -> Side:
    scores = np.concatenate([side.judged.scores for side in sides])
    labels = [label for side in sides for label in side.judged.labels]
    return Side(Judged(scores, labels), [count for side in sides for count in side.whole])
