"""Made crawls of known share: the scores of texts of sources that the rates are kept from.

Of a few human and a few machine sources, drawn with the chance of their sizes, each with the same
part of the crawl. Pages have the lengths of web pages; a source that has no texts of a length gives
none there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.label.mixes import Mixes, draw_mixes
from detector.label.prevalence import (
    Shares,
    Tally,
    count_shares,
    disagree,
    make_errors,
    mixture_shares,
)
from detector.label.rates import CHANCES, Rates

# Share of a crawl's pages in each band of length: about that of real pages.
LENGTHS = np.array([0.03, 0.08, 0.20, 0.28, 0.24, 0.17])
FEWEST = 10  # texts of a source in a band, to be drawn from
CUT_BIN = CHANCES.index(0.01) + 1


@dataclass(frozen=True)
class Outcome:
    """One made crawl: its share, both estimates, and whether they contradict each other."""

    truth: float
    by_count: Shares
    by_mixture: Shares
    disagree: bool

    def holds(self, shares: Shares) -> bool:
        return bool(shares.low[0] <= self.truth <= shares.high[0])


@dataclass(frozen=True)
class Maker:
    """Makes crawls and estimates their shares.

    sources: so many human and so many machine ones make up a crawl. unseen: whether the estimate
    does without the rates of these sources. effective: the sources that the estimate assumes.
    """

    rates: Rates
    pages: int
    sources: int
    unseen: bool
    effective: float
    draws: int
    confidence: float = 0.95
    usual: dict[str, Mixes] = field(default_factory=dict)

    def make(self, rng: np.random.Generator, share: float) -> Outcome:
        """Make a crawl and estimate its share."""
        machines = rng.binomial(self.pages, share)
        counts = np.zeros(self.rates.bands[0].human.shape[1], np.int64)[None].repeat(
            len(self.rates.bands), 0
        )
        without: list[str] = []
        for machine, texts in ((True, machines), (False, self.pages - machines)):
            names, bands = self._sources(machine)
            chosen = rng.choice(len(names), self.sources, replace=False, p=_sizes(bands))
            counts += rng.multinomial(texts, _cells(bands, chosen).ravel()).reshape(counts.shape)
            without += [names[at] for at in chosen]
        return self._estimate(rng, counts, machines / self.pages, without if self.unseen else [])

    def _sources(self, machine: bool) -> tuple[list[str], list[NDArray[np.int64]]]:
        """The sources, and their counts in each band; kinds of a source together."""
        bands = self.rates.bands
        if machine:
            return list(self.rates.machine), [band.machine for band in bands]
        rows = [source for source, _ in self.rates.human]
        names = sorted(set(rows))
        merge = np.array([[row == name for row in rows] for name in names], np.int64)
        return names, [merge @ band.human for band in bands]

    def _estimate(
        self,
        rng: np.random.Generator,
        counts: NDArray[np.int64],
        truth: float,
        without: Sequence[str],
    ) -> Outcome:
        seed = int(rng.integers(1 << 30))
        mixes = self._mixes(seed, without)
        cuts = [band.edges[CUT_BIN - 1] for band in self.rates.bands]
        beyond = [(band.human[:, CUT_BIN:].sum(), band.human.sum()) for band in self.rates.bands]
        errors = make_errors(
            self.rates, mixes, cuts, [(int(k), int(n)) for k, n in beyond], seed + 1
        )
        tally = Tally(counts[:, CUT_BIN:].sum(1)[None], counts[None])
        by_count = count_shares(tally, errors, self.confidence, seed + 2)
        mixture = mixture_shares(tally, mixes, by_count.raw, self.confidence, seed + 3)
        return Outcome(truth, by_count, mixture, bool(disagree(by_count, mixture)[0]))

    def _mixes(self, seed: int, without: Sequence[str]) -> Mixes:
        """Draws without some sources; those of all sources are drawn once, as a scan's are."""
        if without:
            return draw_mixes(self.rates, self.draws, self.effective, seed, without=without)
        if "all" not in self.usual:
            self.usual["all"] = draw_mixes(self.rates, self.draws, self.effective, seed)
        return self.usual["all"]


def _sizes(bands: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    sizes = np.sum([counts.sum(1) for counts in bands], axis=0)
    shares: NDArray[np.float64] = sizes / sizes.sum()
    return shares


def _cells(bands: Sequence[NDArray[np.int64]], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """The chance of a page of these sources to fall into each band and bin."""
    counts = np.array([[band[at] for band in bands] for at in chosen], np.float64)
    texts = counts.sum(2)
    weight = (texts >= FEWEST) * LENGTHS
    weight /= weight.sum(1, keepdims=True)
    chances = weight[..., None] * counts / np.maximum(texts, 1)[..., None]
    mean: NDArray[np.float64] = chances.mean(0)
    return mean / mean.sum()
