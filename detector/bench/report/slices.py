"""The slices of a set: by generator, attack, domain, language, vintage, length, native or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from detector.bench.report.folder import BenchSet
from detector.bench.report.views import Mask

MOST_VALUES: Final = 50  # of one dimension; rarer ones are one slice together
OTHERS: Final = "(all others)"
NO_ATTACK: Final = "(none)"
BANDS: Final = (50, 100, 200, 400, 800)  # words at which the next length band begins


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a set's texts.

    humans: those that its AI texts are ranked against: the slice's own, or all of the set where the
    dimension is one that only AI texts have (generator, attack, label). own_humans: those in it.
    """

    dimension: str
    value: str
    machines: Mask
    humans: Mask
    own_humans: Mask


def slices(of: BenchSet) -> Iterator[Slice]:
    """Give the slices of a set in a fixed order; "mixed" texts are a slice of their own."""
    labels = of.labels
    humans, machines = labels == "human", labels == "ai"
    for dimension, column in _columns(of.table, machines).items():
        values = column.to_numpy()
        for value, inside in _values(values):
            own = humans & inside
            against = humans if dimension in ("generator", "attack") else own
            yield Slice(dimension, value, machines & inside, against, own)
    mixed = labels == "mixed"
    if mixed.any():
        yield Slice("label", "mixed", mixed, humans, np.zeros(len(labels), np.bool_))


def _columns(table: pl.DataFrame, machines: Mask) -> dict[str, pl.Series]:
    """Dimensions as texts, "" where the set does not say."""
    attack = table["attack"]
    if (attack != "").any():
        plain = pl.Series(machines) & (attack == "")
        attack = pl.select(
            pl.when(plain).then(pl.lit(NO_ATTACK)).otherwise(attack).alias("attack")
        ).to_series()
    native = table["native"].replace_strict(
        {True: "native", False: "non-native"}, default="", return_dtype=pl.String
    )
    return {
        "generator": table["generator"],
        "attack": attack,
        "domain": table["domain"],
        "language": table["language"],
        "vintage": table["year"].cast(pl.String).fill_null(""),
        "words": pl.Series([band(words) for words in table["words"].to_list()]),
        "native": native,
    }


def band(words: int) -> str:
    """Name the length band of a text.

    >>> band(12), band(50), band(799), band(5000)
    ('0-49', '50-99', '400-799', '800+')
    """
    place = sum(words >= edge for edge in BANDS)
    low = (0, *BANDS)[place]
    return f"{low}-{BANDS[place] - 1}" if place < len(BANDS) else f"{low}+"


def _values(values: np.ndarray) -> Iterator[tuple[str, Mask]]:
    """The values of a dimension with their texts, by name; rare ones beyond the cap together."""
    names, number, counts = np.unique(values.astype(str), return_inverse=True, return_counts=True)
    ranked = sorted(range(len(names)), key=lambda k: (-counts[k], names[k]))
    kept = [k for k in ranked if names[k]]
    for k in sorted(kept[:MOST_VALUES], key=lambda k: _by_size(str(names[k]))):
        yield str(names[k]), number == k
    if len(kept) > MOST_VALUES:
        yield OTHERS, np.isin(number, kept[MOST_VALUES:])


def _by_size(name: str) -> tuple[int, str]:
    """Length bands by their beginning, everything else by name."""
    head = name.rstrip("+").split("-")[0]
    return (int(head) if head.isascii() and head.isdigit() and len(head) < 9 else -1, name)
