"""Texts of random words with copies whose Jaccard similarity is known exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SHINGLE = 5
VOCABULARY = [f"w{n:x}" for n in range(60_000)]
Words = npt.NDArray[np.int64]


def text(words: Words) -> str:
    """The words as a normal form."""
    return " ".join([VOCABULARY[n] for n in words.tolist()])


def edited(words: Words, edits: int, draw: np.random.Generator) -> Words:
    """A copy with so many words replaced, at places that are drawn."""
    copy = words.copy()
    places = draw.choice(len(words), edits, replace=False)
    copy[places] = draw.integers(0, len(VOCABULARY), edits)
    return copy


def jaccard(one: Words, two: Words) -> float:
    """Of their sets of runs of five words."""
    a, b = (
        set(map(tuple, np.lib.stride_tricks.sliding_window_view(words, SHINGLE).tolist()))
        for words in (one, two)
    )
    return len(a & b) / len(a | b)


@dataclass(frozen=True)
class Corpus:
    """Texts, the family (original and its copies) of each, and all pairs within families.

    pairs: int[m, 2], the lesser number first; known: float[m], their Jaccard similarity.
    templated: the number of texts at the end that are pages of one template, families of their own.
    """

    words: list[Words]
    family: Words
    pairs: Words
    known: npt.NDArray[np.float64]
    templated: int


def planted(
    count: int, templated: int, seed: int = 7, lengths: tuple[int, int] = (150, 600)
) -> Corpus:
    """A corpus in random order: of each ten texts, about four are edited copies of others.

    Copies have 0.5 to 1 of their shingles in common with their original. Templated texts share
    their first 88 to 93 % of words.
    """
    draw = np.random.default_rng(seed)
    made: list[tuple[int, Words]] = []
    family = 0
    while len(made) < count - templated:
        own = draw.integers(0, len(VOCABULARY), int(draw.integers(*lengths)))
        made.append((family, own))
        for _ in range(int(draw.choice([0, 0, 0, 1, 1, 3]))):
            goal = draw.uniform(0.5, 1)
            edits = round(len(own) / SHINGLE * (1 - goal) / (1 + goal))
            made.append((family, edited(own, edits, draw)))
        family += 1
    made = made[: count - templated]
    order = draw.permutation(len(made))
    made = [made[n] for n in order]
    template = draw.integers(0, len(VOCABULARY), 400)
    for _ in range(templated):
        own = draw.integers(0, len(VOCABULARY), int(draw.integers(30, 55)))
        made.append((family, np.concatenate([template, own])))
        family += 1
    families = np.array([one for one, _ in made])
    words = [one for _, one in made]
    pairs = np.array(_within(families), np.int64).reshape(-1, 2)
    known = np.array([jaccard(words[a], words[b]) for a, b in pairs.tolist()])
    return Corpus(words, families, pairs, known, templated)


def _within(families: Words) -> list[tuple[int, int]]:
    members: dict[int, list[int]] = {}
    for number, family in enumerate(families.tolist()):
        members.setdefault(family, []).append(number)
    return [
        (one, two) for group in members.values() for k, two in enumerate(group) for one in group[:k]
    ]
