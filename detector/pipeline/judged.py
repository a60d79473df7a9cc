"""What a scan's scores say, by group: documents in bands of length and bins of score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from detector.errors import UsageError
from detector.label.calibration import read_calibration
from detector.label.policy import make_policy
from detector.label.prevalence import Tally
from detector.label.rates import Rates, shipped_rates
from detector.label.threshold import Threshold, thresholds
from detector.pipeline.gather import damaged, read_columns
from detector.report.terminal import harmless
from detector.score.panel import default_panel
from detector.write.labels import Labels

COLUMNS: Final = (
    "host",
    "domain",
    "captured",
    "language",
    "media_type",
    "words",
    "fingerprint",
    "score",
    "scores",
    "label",
)
# How the documents can be grouped, by the name of an option's value.
DIMENSIONS: Final = (
    "scan",
    "host",
    "domain",
    "suffix",
    "month",
    "language",
    "media-type",
    "length",
)
SITES: Final = frozenset({"host", "domain"})
"""Dimensions whose groups are each of one site."""


@dataclass(frozen=True)
class Cuts:
    """The cuts of a policy, for the bands of the rates, and what they rest on.

    cuts: None for a band without contract. beyond: human texts of the calibration above the cut,
    and all. own: whether the policy has a calibration of its own, so that it is not known how its
    human texts score below the cut.
    """

    fpr: float
    cuts: tuple[float | None, ...]
    beyond: tuple[tuple[int, int], ...]
    own: bool


def rates_for(opened: Sequence[Labels]) -> tuple[Rates, Cuts]:
    """The rates of the model that made some scans, and the cuts that they share.

    UsageError when a scan is of a model whose rates are not known, or two have different cuts.
    """
    rates = shipped_rates()
    found = [_cuts(labels, rates) for labels in opened]
    for labels, cuts in zip(opened, found, strict=True):
        if cuts != found[0]:
            raise UsageError(
                f"{labels.path}: was judged by other cuts than {opened[0].path} (another --fpr or"
                " --policy): name scans of one policy, or each by itself"
            )
    return rates, found[0]


def _cuts(labels: Labels, rates: Rates) -> Cuts:
    digest = labels.settings.digests.get(rates.detector)
    if digest != rates.model:
        what = "no model" if digest is None else f"the model {digest[:16]!r}..."
        raise UsageError(
            f"{labels.path}: was scored by {what}, and error rates are known of"
            f" {rates.detector} {rates.model[:16]}... alone: scan again with the shipped model"
        )
    shipped = read_calibration(default_panel().calibration)
    fpr = labels.contract.get("fpr")
    rules = labels.contract.get("thresholds")
    if not isinstance(fpr, float) or not isinstance(rules, list):
        raise UsageError(
            f"{labels.path}: its manifest names no cuts, as in scans of an early version: scan"
            " again"
        )
    usual = thresholds(make_policy(shipped, fpr))
    if labels.settings.settings.get("budget") is not None:
        return _from(fpr, usual, own=False)  # the deep tier has cuts of its own; ours are known
    try:
        known = tuple(_threshold(rule) for rule in rules)
    except (KeyError, TypeError) as error:
        raise damaged(labels.path / "manifest.json", "a contract that makes no sense") from error
    if [rule.kind for rule in known] != [rule.kind for rule in usual]:
        raise UsageError(f"{labels.path}: its policy has other bands than the shipped model's")
    return _from(fpr, known, own=[rule.cut for rule in known] != [rule.cut for rule in usual])


def _threshold(rule: dict[str, Any]) -> Threshold:
    return Threshold(**{name: rule[name] for name in Threshold.__slots__})


def _from(fpr: float, rules: Iterable[Threshold], *, own: bool) -> Cuts:
    rules = tuple(rules)
    return Cuts(
        fpr,
        tuple(rule.cut for rule in rules),
        tuple((rule.beyond or 0, max(1, rule.n)) for rule in rules),
        own,
    )


def read_judged(
    opened: Sequence[Labels],
    rates: Rates,
    cuts: Cuts,
    before: pl.Expr | None = None,
    by: Sequence[str] = DIMENSIONS,
) -> pl.DataFrame:
    """One row for each document of some scans, in their order.

    before: a condition on the table's columns that chooses documents. by: the `DIMENSIONS` wanted
    (strings, null where unknown). Gives also `site` and `text` (uint64, equal for equal ones),
    `judged` (whether there is a score), `pre_llm`, `band` and `bin` (int8, null where not judged),
    `flagged` (whether the fast score is above the cut). OutputError when a table is damaged.
    """
    frames = []
    other = [name for name in DIMENSIONS if name not in by]
    for labels in opened:
        for part in labels.documents:
            table = read_columns(part, COLUMNS)
            if before is not None:
                table = table.filter(before)
            frames.append(judge(part, table, rates, cuts, str(labels.path)).drop(other))
    return pl.concat(frames) if frames else pl.DataFrame()


def judge(part: Path, table: pl.DataFrame, rates: Rates, cuts: Cuts, scan: str) -> pl.DataFrame:
    """The rows of one part; table: at least `COLUMNS`."""
    try:
        scores = _fast_scores(table, rates.detector)
        text = [int(digits[:16], 16) for digits in table["fingerprint"]]
    except (pl.exceptions.PolarsError, ValueError, TypeError) as error:
        raise damaged(part, harmless(str(error), 200)) from error
    band = _bands(table, rates)
    known = np.isfinite(scores) & (band >= 0) & table["score"].is_not_null().to_numpy()
    bins, flagged = np.zeros(len(table), np.int8), np.zeros(len(table), np.bool_)
    for at, of_band in enumerate(rates.bands):
        own = known & (band == at)
        bins[own] = np.searchsorted(of_band.edges, scores[own])
        cut = cuts.cuts[at]
        if cut is None:
            known &= band != at
        else:
            flagged[own] = scores[own] > np.float32(cut)
    return table.select(
        pl.lit(scan).alias("scan"),
        "host",
        "domain",
        pl.col("domain").str.splitn(".", 2).struct.field("field_1").alias("suffix"),
        pl.col("captured").dt.strftime("%Y-%m").alias("month"),
        "language",
        pl.col("media_type").alias("media-type"),
        _lengths(rates).alias("length"),
        pl.coalesce("domain", "host").hash().alias("site"),
        pl.Series("text", text, pl.UInt64),
        pl.Series("judged", known),
        (pl.col("label") == "pre-llm").alias("pre_llm"),
        pl.Series("band", np.where(known, band, -1).astype(np.int8)),
        pl.Series("bin", bins),
        pl.Series("flagged", flagged & known),
    ).with_columns(pl.col("band", "bin").replace(-1, None))


def tally(rows: pl.DataFrame, by: str, groups: pl.DataFrame, rates: Rates) -> Tally:
    """Count judged rows into bands and bins. groups: column `by`, the groups in their order."""
    bins = max(len(band.edges) for band in rates.bands) + 1
    shape = (len(groups), len(rates.bands), bins)
    numbered = groups.select(by).with_row_index("group")
    counts = (
        rows.filter("judged")
        .join(numbered, on=by, how="inner", nulls_equal=True)
        .group_by("group", "band", "bin")
        .agg(pl.len(), pl.col("flagged").sum())
    )
    at = tuple(counts[name].to_numpy().astype(np.int64) for name in ("group", "band", "bin"))
    histogram, flagged = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    histogram[at] = counts["len"].to_numpy()
    flagged[at] = counts["flagged"].to_numpy()
    return Tally(flagged.sum(2), histogram)


def _fast_scores(table: pl.DataFrame, detector: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The fast detector's score of each document, NaN for none, whichever tier decided."""
    of_detector = pl.element().filter(pl.element().struct.field("detector") == detector)
    value = pl.col("scores").list.eval(of_detector.struct.field("value")).list.first()
    scores = table.select(value.cast(pl.Float32)).to_series().fill_null(float("nan"))
    return scores.to_numpy()


def _bands(table: pl.DataFrame, rates: Rates) -> np.ndarray[Any, np.dtype[np.int64]]:
    words, language = table["words"].to_numpy(), table["language"]
    band = np.full(len(table), -1, np.int64)
    for at, one in enumerate(rates.bands):
        within = (words >= one.min_words) & (words < (one.max_words or 1 << 62))
        band[within & (language == one.language).to_numpy()] = at
    return band


def _lengths(rates: Rates) -> pl.Expr:
    """The range of words that a document falls into: "40-79", whatever its language."""
    words = pl.col("words")
    ends = sorted({(band.min_words, band.max_words or 0) for band in rates.bands})
    named = pl.lit(f"{ends[-1][0]}+")
    for low, high in reversed(ends[:-1]):
        named = pl.when(words < high).then(pl.lit(f"{low}-{high - 1}")).otherwise(named)
    shortest = ends[0][0]
    return pl.when(words < shortest).then(pl.lit(f"0-{shortest - 1}")).otherwise(named)
