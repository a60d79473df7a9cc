"""Attacks on the words of a text, which its reader notices: misspelt, left out, mixed with others.

What is left to chance comes from a source that the caller seeds: the same seed gives the same text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

_WORD = re.compile(r"[A-Za-z]{4,}")
_PIECE = re.compile(r"\S+\s*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
PASSAGE = 80  # words of a human passage, at most


def misspell(text: str, chance: Random, share: float) -> str:
    """Swap two neighbouring letters inside as many words as are a share of all of them.

    Words of four letters or more; the first and the last letter stay.
    """
    found = [match for match in _WORD.finditer(text) if _swaps(match[0])]
    wanted = min(len(found), round(share * len(text.split())))
    chosen = {match.start(): match[0] for match in chance.sample(found, wanted)}
    for start, word in chosen.items():
        at = chance.choice(_swaps(word))
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        text = text[:start] + swapped + text[start + len(word) :]
    return text


def _swaps(word: str) -> list[int]:
    """Where two letters can be swapped that differ."""
    return [at for at in range(1, len(word) - 2) if word[at].lower() != word[at + 1].lower()]


def leave_out(text: str, chance: Random, share: float) -> str:
    """Leave out a share of the words, with the white space behind them."""
    pieces = _PIECE.findall(text)
    gone = set(chance.sample(range(len(pieces)), round(share * len(pieces))))
    return "".join(piece for at, piece in enumerate(pieces) if at not in gone)


def dilute(text: str, chance: Random, humans: Sequence[str], share: float) -> str:
    """Insert passages of human texts between the sentences, until they are a share of all words.

    Each passage is a paragraph of its own, of at most `PASSAGE` words in a row from one text.
    """
    wanted = round(len(text.split()) * share / (1 - share))
    passages = _passages(chance, humans, wanted)
    ends = [0, *(match.end() for match in _SENTENCE.finditer(text)), len(text)]
    places = sorted(chance.choice(ends) for _ in passages)
    parts, done = [], 0
    for place, passage in zip(places, passages, strict=True):
        parts += [text[done:place].strip(), passage]
        done = place
    parts.append(text[done:].strip())
    return "\n\n".join(part for part in parts if part)


def _passages(chance: Random, humans: Sequence[str], wanted: int) -> list[str]:
    """Cut passages out of human texts, of so many words together."""
    passages: list[str] = []
    while wanted > 0:
        words = chance.choice(humans).split()
        size = min(wanted, PASSAGE, len(words))
        start = chance.randint(0, len(words) - size)
        passages.append(" ".join(words[start : start + size]))
        wanted -= size
    return passages
