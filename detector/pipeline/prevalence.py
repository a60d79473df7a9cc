"""The share of machine text in finished scans, corrected for the detector's errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from detector.errors import UsageError
from detector.label.excess import adjusted, excess_p_values
from detector.label.mixes import Mixes, draw_mixes
from detector.label.prevalence import (
    Errors,
    Shares,
    Tally,
    count_shares,
    disagree,
    make_errors,
    mixture_shares,
)
from detector.label.rates import Rates
from detector.pipeline.gather import open_scans
from detector.pipeline.judged import DIMENSIONS, SITES, Cuts, rates_for, read_judged, tally
from detector.write.prevalence import PREVALENCE, write_prevalence

MIN_PAGES: Final = 30
CONFIDENCE: Final = 0.95
WHOLE: Final = "all"
DRAWS: Final = 1000
GROUPS_AT_ONCE: Final = 1000
# Effective sources of text in what holds more than one site: see benchmarks/results/prevalence.md.
SOURCES: Final = 2.5
_SEED: Final = 20221130
LLM_DATE: Final = datetime(2022, 11, 30, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class GroupShare:
    """The estimate for one group of documents; a row of the table (docs/prevalence.md).

    by, group: what it is a group of, and which (None: not known). pages: documents; not_assessed
    of them have no score; pre_llm carry that label. texts: distinct ones among the assessed;
    sites: distinct registered domains (hosts where there is none). counted: what the estimate is
    of, texts or pages; flagged: so many of them score above the cut. share: the estimate, in
    [0, 1], with its interval low to high; raw: before it was cut to [0, 1]. All None where nothing
    was counted. mixture, mixture_low, mixture_high: the same by the distribution of scores; None
    where the policy is of the user's own pages. disagree: whether the two contradict each other.
    p_value: the chance of so many flagged if all were human, q_value and excess: its
    false-discovery rate over all groups, and whether it is small enough; hosts and domains alone.
    """

    by: str
    group: str | None
    pages: int
    not_assessed: int
    pre_llm: int
    texts: int
    sites: int
    counted: int
    flagged: int
    share: float | None
    low: float | None
    high: float | None
    raw: float | None
    mixture: float | None
    mixture_low: float | None
    mixture_high: float | None
    disagree: bool | None
    p_value: float | None
    q_value: float | None
    excess: bool | None


@dataclass(frozen=True, slots=True)
class Prevalence:
    """Estimates of the share of machine text: of the whole, and of its groups.

    scans: the folders. fpr: the rate of their policy. left_out: of each kind of group, how many
    had fewer than `min_pages` documents that could be assessed. out: the table, None for none.
    """

    scans: tuple[str, ...]
    fpr: float
    confidence: float
    count: str
    placebo: bool
    min_pages: int
    whole: GroupShare
    groups: tuple[GroupShare, ...]
    left_out: dict[str, int]
    out: str | None

    @property
    def contains_zero(self) -> bool:
        """Whether the interval of the whole contains zero, as a placebo's must."""
        return self.whole.low is None or self.whole.low <= 0


def prevalence(
    scans: Sequence[str | Path] | str | Path,
    out: str | Path | None = None,
    *,
    by: Sequence[str] = (),
    min_pages: int = MIN_PAGES,
    confidence: float = CONFIDENCE,
    count: Literal["texts", "pages"] = "texts",
    placebo: bool = False,
) -> Prevalence:
    """Estimate the share of machine text among the assessed documents of finished scans.

    by: kinds of groups, of `DIMENSIONS`. min_pages: groups with fewer assessed documents get no
    row. count: each distinct text once, or each page. placebo: only pages captured before
    30 November 2022, in which there is none. out: a Parquet file to write. The same scans in any
    order give the same numbers. UsageError for scans that are missing, unfinished, of another
    model or of different policies; OutputError when a table is damaged or cannot be written.
    """
    _check(by, min_pages, confidence, count)
    opened = open_scans([scans] if isinstance(scans, (str, Path)) else scans)
    rates, cuts = rates_for(opened)
    before = pl.col("captured") < LLM_DATE if placebo else None
    rows = read_judged(opened, rates, cuts, before, by)
    if rows.is_empty():
        which = " captured before 30 November 2022" if placebo else ""
        raise UsageError(
            f"{', '.join(str(one.path) for one in opened)}: no documents{which}: there is nothing"
            " to estimate"
        )
    estimator = Estimator(rates, cuts, confidence, count)
    tables = [estimator.table(rows.with_columns(pl.lit(WHOLE).alias(WHOLE)), WHOLE, 0)]
    left_out = {}
    for name in dict.fromkeys(by):
        tables.append(estimator.table(rows, name, min_pages))
        left_out[name] = rows.select(pl.col(name).n_unique()).item() - len(tables[-1])
    table = pl.concat(tables)
    if out is not None:
        write_prevalence(Path(out), table)
    whole, *groups = (GroupShare(**row) for row in table.iter_rows(named=True))
    return Prevalence(
        tuple(str(one.path) for one in opened),
        cuts.fpr,
        confidence,
        count,
        placebo,
        min_pages,
        whole,
        tuple(groups),
        left_out,
        None if out is None else str(out),
    )


def _check(by: Sequence[str], min_pages: int, confidence: float, count: str) -> None:
    for name in by:
        if name not in DIMENSIONS:
            raise UsageError(f"--by {name!r:.60}: there are {', '.join(DIMENSIONS)}")
    if min_pages < 1:
        raise UsageError(f"--min-pages is {min_pages}: choose 1 or more, such as {MIN_PAGES}")
    if not 0.5 <= confidence < 1:
        raise UsageError(f"--confidence is {confidence:g}: choose a number in [0.5, 1)")
    if count not in ("texts", "pages"):
        raise UsageError(f"--count is {count!r:.60}: choose texts or pages")


class Estimator:
    """Estimates shares by group, with one set of random mixes for all groups of a kind."""

    def __init__(self, rates: Rates, cuts: Cuts, confidence: float, count: str) -> None:
        self._rates = rates
        self._cuts = cuts
        self._confidence = confidence
        self._count = count
        self._made: dict[float, tuple[Mixes, Errors]] = {}

    def table(self, rows: pl.DataFrame, by: str, min_pages: int) -> pl.DataFrame:
        """Rows of the output for the groups of one kind, those of most pages first."""
        counted = rows
        if self._count == "texts":
            counted = rows.filter("judged").unique([by, "text"], keep="first", maintain_order=True)
        groups = (
            rows.group_by(by)
            .agg(
                pl.len().alias("pages"),
                (~pl.col("judged")).sum().alias("not_assessed"),
                pl.col("pre_llm").sum(),
                pl.col("text").filter("judged").n_unique().alias("texts"),
                pl.col("site").n_unique().alias("sites"),
            )
            .filter(pl.col("pages") - pl.col("not_assessed") >= min_pages)
            .sort("pages", by, descending=[True, False], nulls_last=True)
        )
        found = tally(counted, by, groups, self._rates)
        one_site = (groups["sites"] == 1).to_numpy()
        several, single = _some(found, ~one_site), _some(found, one_site)
        estimates = _joined(
            (~one_site, _by_block(several, lambda some: self._estimate(some, SOURCES))),
            (one_site, _by_block(single, lambda some: self._estimate(some, 1.0))),
        )
        named = groups[by].is_not_null().to_numpy() & (by in SITES)
        tested = _joined(
            (named, self._excess(_some(found, named))), (~named, _untested(int((~named).sum())))
        )
        table = groups.with_columns(
            pl.lit(by).alias("by"),
            pl.col(by).alias("group"),
            pl.Series("counted", found.texts.sum(1)),
            pl.Series("flagged", found.flagged.sum(1)),
            *estimates,
            *tested,
        )
        return table.select(pl.col(name).cast(dtype) for name, dtype in PREVALENCE.items())

    def _estimate(self, found: Tally, sources: float) -> pl.DataFrame:
        mixes, errors = self._drawn(sources)
        shares = count_shares(found, errors, self._confidence, _SEED + 2)
        columns = {
            "share": np.clip(shares.raw, 0, 1),
            "low": shares.low,
            "high": shares.high,
            "raw": shares.raw,
        }
        table = pl.DataFrame(columns)
        if self._cuts.own:
            nothing = [pl.lit(None, pl.Float64).alias(name) for name in _MIXTURE]
            return table.with_columns(*nothing, pl.lit(None, pl.Boolean).alias("disagree"))
        other: Shares = mixture_shares(found, mixes, shares.raw, self._confidence, _SEED + 3)
        values = (np.clip(other.raw, 0, 1), other.low, other.high)
        return table.with_columns(
            *(pl.Series(name, value) for name, value in zip(_MIXTURE, values, strict=True)),
            pl.Series("disagree", disagree(shares, other)),
        )

    def _excess(self, found: Tally) -> pl.DataFrame:
        _, errors = self._drawn(1.0)
        texts = found.texts.sum(1)
        weight = found.texts / np.maximum(texts, 1)[:, None]
        flagged = found.flagged.sum(1)
        blocks = [slice(n, n + GROUPS_AT_ONCE) for n in range(0, len(texts), GROUPS_AT_ONCE)]
        p = np.concatenate([
            np.empty(0),
            *(excess_p_values(flagged[b], texts[b], weight[b] @ errors.fpr.T) for b in blocks),
        ])  # fmt: skip
        q = adjusted(p)
        excess = q <= 1 - self._confidence + 1e-12
        return pl.DataFrame({"p_value": p, "q_value": q, "excess": excess}, schema=_TESTED)

    def _drawn(self, sources: float) -> tuple[Mixes, Errors]:
        if sources not in self._made:
            mixes = draw_mixes(self._rates, DRAWS, sources, _SEED)
            cuts = self._cuts
            errors = make_errors(self._rates, mixes, cuts.cuts, cuts.beyond, _SEED + 1)
            self._made[sources] = mixes, errors
        return self._made[sources]


_Which: TypeAlias = npt.NDArray[np.bool_]
_MIXTURE: Final = ("mixture", "mixture_low", "mixture_high")
_TESTED: Final = {"p_value": pl.Float64, "q_value": pl.Float64, "excess": pl.Boolean}


def _some(found: Tally, which: _Which) -> Tally:
    return Tally(found.flagged[which], found.bins[which])


def _by_block(found: Tally, estimate: Callable[[Tally], pl.DataFrame]) -> pl.DataFrame:
    """Estimate some groups at a time: each takes a number for every draw."""
    starts = range(0, max(1, len(found.flagged)), GROUPS_AT_ONCE)
    blocks = [slice(start, start + GROUPS_AT_ONCE) for start in starts]
    return pl.concat(estimate(Tally(found.flagged[b], found.bins[b])) for b in blocks)


def _joined(*parts: tuple[_Which, pl.DataFrame]) -> list[pl.Series]:
    """Columns for some groups each, in the order of all groups; NaN becomes null."""
    places = np.concatenate([np.flatnonzero(which) for which, _ in parts])
    table = pl.concat([frame for _, frame in parts])[np.argsort(places, kind="stable")]
    return list(table.with_columns(pl.col(pl.Float64).fill_nan(None)))


def _untested(groups: int) -> pl.DataFrame:
    return pl.DataFrame({name: [None] * groups for name in _TESTED}, schema=_TESTED)
