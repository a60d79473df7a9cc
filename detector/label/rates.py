"""Rates: how often human and machine texts of each source score how high, for texts unseen.

`rates.json` beside this file holds the counts that `scripts/make_rates.py` makes from the training
corpora: of each source, by models that were trained on the other sources. What differs between
sources is what cannot be known of a crawl, so the counts are kept apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError

KIND: Final = "detector rates"
FORMAT: Final = 1
FILE: Final = "rates.json"
# The p-values, of the shipped calibration, of the scores between which texts are counted.
CHANCES: Final = (
    0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05,
    0.03, 0.02, 0.015, 0.01, 0.007, 0.005, 0.003, 0.002, 0.001,
)  # fmt: skip


@dataclass(frozen=True)
class BandRates:
    """Counts of scores for texts of one language and one range of lengths.

    words: [min_words, max_words), max_words None for no upper end. edges: scores, ascending; bin i
    holds the scores in (edges[i - 1], edges[i]], the last those above all. human, machine: int64[
    sources, bins], in the order of the sources in `Rates`.
    """

    language: str
    min_words: int
    max_words: int | None
    edges: tuple[float, ...]
    human: NDArray[np.int64]
    machine: NDArray[np.int64]


@dataclass(frozen=True)
class Rates:
    """The counts of all bands.

    detector: whose scores. model: SHA-256 of the model's content. human: source and kind of
    writing of each row of human counts; machine: source of each row of machine counts.
    """

    detector: str
    model: str
    human: tuple[tuple[str, str], ...]
    machine: tuple[str, ...]
    bands: tuple[BandRates, ...]


def above(counts: NDArray[Any], edges: tuple[float, ...], cut: float) -> NDArray[np.float64]:
    """Give how many of the counted texts score above a cut: [..., bins] becomes [...].

    Between two edges by linear interpolation; beyond the outermost ones, as at them.

    >>> above(np.array([[4, 2, 6]]), (0.0, 1.0), 0.5)
    array([7.])
    """
    beyond = counts.sum(-1)[..., None] - np.cumsum(counts, -1)[..., :-1]
    at = float(np.interp(cut, edges, np.arange(len(edges))))
    low = min(int(at), len(edges) - 2)
    share = at - low
    mixed: NDArray[np.float64] = (1 - share) * beyond[..., low] + share * beyond[..., low + 1]
    return mixed


@lru_cache(maxsize=1)
def shipped_rates() -> Rates:
    """Give the rates of the shipped model."""
    return read_rates((resources.files("detector.label") / FILE).read_bytes())


def encode_rates(rates: Rates) -> bytes:
    """Give the bytes of a rates file; equal rates give equal bytes."""
    content = {
        "kind": KIND,
        "format": FORMAT,
        "detector": rates.detector,
        "model": rates.model,
        "human": [list(unit) for unit in rates.human],
        "machine": list(rates.machine),
        "bands": [
            {
                "language": band.language,
                "min_words": band.min_words,
                "max_words": band.max_words,
                "edges": list(band.edges),
                "human": band.human.tolist(),
                "machine": band.machine.tolist(),
            }
            for band in rates.bands
        ],
    }
    return (json.dumps(content, ensure_ascii=True, separators=(",", ":")) + "\n").encode()


def read_rates(data: bytes) -> Rates:
    """Read a rates file; ModelError when it makes no sense."""
    try:
        stored = json.loads(data)
        _check_kind(stored)
        human = tuple((str(source), str(kind)) for source, kind in stored["human"])
        machine = tuple(str(source) for source in stored["machine"])
        bands = tuple(_read_band(entry, len(human), len(machine)) for entry in stored["bands"])
        return Rates(str(stored["detector"]), str(stored["model"]), human, machine, bands)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"the file of rates makes no sense ({type(error).__name__}: {str(error)[:60]}):"
            " reinstall the package, or make it again with scripts/make_rates.py"
        ) from error


def _check_kind(stored: Mapping[str, Any]) -> None:
    if stored["kind"] != KIND or stored["format"] != FORMAT:
        raise ValueError(f"{stored['kind']!r} of format {stored['format']!r}")


def _read_band(entry: Mapping[str, Any], humans: int, machines: int) -> BandRates:
    edges = tuple(float(edge) for edge in entry["edges"])
    if len(edges) < 2 or list(edges) != sorted(set(edges)):
        raise ValueError("edges that do not ascend")
    most = entry["max_words"]
    return BandRates(
        str(entry["language"]),
        int(entry["min_words"]),
        None if most is None else int(most),
        edges,
        _read_counts(entry["human"], (humans, len(edges) + 1)),
        _read_counts(entry["machine"], (machines, len(edges) + 1)),
    )


def _read_counts(stored: Any, shape: tuple[int, int]) -> NDArray[np.int64]:
    counts = np.array(stored, np.int64)
    if counts.shape != shape or (counts < 0).any() or not counts.sum():
        raise ValueError(f"counts of shape {counts.shape}, not {shape}")
    counts.flags.writeable = False
    return counts
