"""The attacks that are made here, by name: each a change of a text, some left to chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality import disguises, edits
from benchmarks.quality.lookalikes import CYRILLIC, GREEK, Lookalikes, known

Change = Callable[[str, Random], str]


@dataclass(frozen=True)
class Attempt:
    """An attack; on: whether it changes the `characters` of a text or its `words`."""

    name: str
    on: str
    change: Change

    def on_text(self, text: str, doc_id: str) -> str:
        """Attack a text, always in the same way."""
        return self.change(text, Random(f"{self.name}/{doc_id}"))


def on_characters(table: NDArray[np.uint8]) -> list[Attempt]:
    """The disguises; table: the folding table of the model that is to see through them."""
    return [
        Attempt(name, "characters", change)
        for name, change in (_letters(table) | _spaces() | _marks()).items()
    ]


def on_words(humans: Sequence[str]) -> list[Attempt]:
    """The edits; humans: what passages by people are taken from."""
    changes: dict[str, Change] = {
        "misspelt, 3 % of words": partial(edits.misspell, share=0.03),
        "misspelt, 10 % of words": partial(edits.misspell, share=0.10),
        "left out, 5 % of words": partial(edits.leave_out, share=0.05),
        "human passages, 25 % of words": partial(edits.dilute, humans=humans, share=0.25),
        "human passages, 50 % of words": partial(edits.dilute, humans=humans, share=0.50),
    }
    return [Attempt(name, "words", change) for name, change in changes.items()]


def _letters(table: NDArray[np.uint8]) -> dict[str, Change]:
    def swapped(lookalikes: Lookalikes, share: float) -> Change:
        return partial(disguises.swap_letters, lookalikes=lookalikes, share=share)

    both = {c: CYRILLIC.get(c, "") + GREEK.get(c, "") for c in {**CYRILLIC, **GREEK}}
    return {
        "look-alikes, Cyrillic, 10 %": swapped(CYRILLIC, 0.1),
        "look-alikes, Cyrillic, 100 %": swapped(CYRILLIC, 1),
        "look-alikes, Greek, 10 %": swapped(GREEK, 0.1),
        "look-alikes, Greek, 100 %": swapped(GREEK, 1),
        "look-alikes in the table, 10 %": swapped(known(both, table), 0.1),
        "look-alikes in the table, 100 %": swapped(known(both, table), 1),
        "upper case": _sure(disguises.upper_case),
        "random case": disguises.random_case,
    }


def _spaces() -> dict[str, Change]:
    return {
        "invisible characters, 10 % of words": partial(disguises.hide_characters, share=0.1),
        "double spaces": _sure(disguises.double_spaces),
        "lines of 8 words": _sure(partial(disguises.short_lines, words=8)),
        "lines of 3 words": _sure(partial(disguises.short_lines, words=3)),
        "no-break spaces": _sure(disguises.unbroken_spaces),
        "spaces of other widths": disguises.odd_spaces,
        "ideographic spaces": _sure(disguises.ideographic_spaces),
    }


def _marks() -> dict[str, Change]:
    return {
        "curly quotes, dashes": disguises.curly_quotes,
        "straight quotes, hyphens": _sure(disguises.straight_quotes),
        "combining marks, 10 % of letters": partial(disguises.combining_marks, share=0.1),
        "combining marks, 100 % of letters": partial(disguises.combining_marks, share=1),
        "accented letters, 100 %": partial(disguises.accented_letters, share=1),
    }


def _sure(change: Callable[[str], str]) -> Change:
    """A change that leaves nothing to chance."""
    return lambda text, _chance: change(text)
