"""The estimates of machine text that a report shows, or why it shows none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from detector.errors import UsageError
from detector.pipeline.judged import rates_for, read_judged
from detector.pipeline.prevalence import CONFIDENCE, MIN_PAGES, WHOLE, Estimator
from detector.report.terminal import harmless
from detector.write.labels import Labels

GROUPS: Final = ("language", "suffix", "host", "month")
PLACEBO_BEFORE: Final = "2022-11"
"""The first month that may hold machine text: that of the first widely used language model."""

_GIVEN: Final = ("share", "low", "high", "counted", "disagree", "excess")
_CHECKED: Final = ("mixture", "mixture_low", "mixture_high", "texts", "sites")


def estimated_shares(labels: Labels) -> dict[str, Any]:
    """Estimates of a scan as plain values: of the whole, of its groups, and of its old pages.

    `refused` says why there are none, empty where there are. `whole` and `placebo` (of the pages
    from before `PLACEBO_BEFORE`, None where too few have a score) have `share`, its interval `low`
    to `high`, `counted` texts, whether the two estimates `disagree`, and the second one. `by` has
    for each of `GROUPS` the groups with enough pages by name (see `GroupShare`). OutputError when a
    table is damaged.
    """
    try:
        rates, cuts = rates_for([labels])
    except UsageError as error:
        return _refusal(str(error).removeprefix(f"{labels.path}: "))
    rows = read_judged([labels], rates, cuts, by=GROUPS)
    if rows.is_empty() or not rows["judged"].any():
        return _refusal("no document has a score")
    estimator = Estimator(rates, cuts, CONFIDENCE, "texts")
    old = rows.filter(pl.col("month") < PLACEBO_BEFORE)
    return {
        "refused": "",
        "fpr": cuts.fpr,
        "min_pages": MIN_PAGES,
        "whole": _one(estimator, rows, 0),
        "placebo": _one(estimator, old, MIN_PAGES),
        "by": {name: _groups(estimator.table(rows, name, MIN_PAGES)) for name in GROUPS},
    }


def _refusal(why: str) -> dict[str, Any]:
    return {"refused": harmless(why, 400), "whole": None, "placebo": None, "by": {}}


def _one(estimator: Estimator, rows: pl.DataFrame, min_pages: int) -> dict[str, Any] | None:
    table = estimator.table(rows.with_columns(pl.lit(WHOLE).alias(WHOLE)), WHOLE, min_pages)
    return _plain(table.row(0, named=True), (*_GIVEN, *_CHECKED)) if len(table) else None


def _groups(table: pl.DataFrame) -> dict[str, dict[str, Any]]:
    named = table.filter(pl.col("group").is_not_null() & pl.col("share").is_not_null())
    return {row["group"]: _plain(row, _GIVEN) for row in named.iter_rows(named=True)}


def _plain(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: round(row[name], 6) if isinstance(row[name], float) else row[name] for name in names
    }
