"""Published figures to stand beside ours, always labelled as published, with their source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from detector.bench.measures.figure import Figure, mean
from detector.bench.report.figures import Figures
from detector.bench.report.rows import Key
from detector.bench.report.views import OWN


@dataclass(frozen=True, slots=True)
class Published:
    """A figure that a paper gives, for a data set of which we may have texts too.

    like: how names of our detectors of this kind begin. slices: (dimension, value) of those whose
    mean ours is; empty for the whole set.
    """

    set: str
    measure: str
    detector: str
    like: tuple[str, ...]
    value: float
    slices: tuple[tuple[str, str], ...]
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A published figure with ours: of the detectors of its kind that were run on this set."""

    published: Published
    ours: tuple[tuple[str, Figure], ...]


def published() -> tuple[Published, ...]:
    """Give the published figures that come with the bench."""
    text = files("detector.bench.report").joinpath("published.json").read_text(encoding="utf-8")
    return tuple(
        Published(
            set=one["set"],
            measure=one["measure"],
            detector=one["detector"],
            like=tuple(one["like"]),
            value=one["value"],
            slices=tuple((dimension, value) for dimension, value in one["slices"]),
            source=one["source"],
            note=one["note"],
        )
        for one in json.loads(text)
    )


def beside(of: Figures) -> tuple[Beside, ...]:
    """Set published figures beside ours, for the sets that were run."""
    names = {one.name for one in of.results.sets}
    return tuple(Beside(one, tuple(_ours(of, one))) for one in published() if one.set in names)


def _ours(of: Figures, one: Published) -> Iterator[tuple[str, Figure]]:
    for detector in of.results.detectors:
        if not detector.startswith(one.like):
            continue
        places = one.slices or (("", ""),)
        found = [
            of.book.get(Key(one.set, detector, one.measure, OWN, dimension=d, slice=v))
            for d, v in places
        ]
        if all(found):
            yield detector, mean([figure for figure in found if figure is not None])
