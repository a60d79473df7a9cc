"""The counts of a scan as the tables and curves of a report: plain values, ready for JSON.

Long tables are cut to their largest rows, and say what the rest comes to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from detector.errors import FAULTS, SKIPS
from detector.records import Label, Locator
from detector.report.counts import (
    BIN,
    HIGHEST_BIN,
    LABELS,
    LOWEST_BIN,
    P_BINS,
    Counts,
    Kind,
    by_label,
)
from detector.report.terminal import harmless

MOST_ROWS: Final = 150  # of a table by size, and as many by `likely-ai`
MOST_MONTHS: Final = 240
FEWEST_MONTHS: Final = 3  # under so many, days are shown
MOST_DAYS: Final = 62
MOST_EXAMPLES: Final = 5
MOST_KNOWN: Final = 30
LONGEST_NAME: Final = 120

_FLAGGED, _PRE_LLM = Label.LIKELY_AI.value, Label.PRE_LLM.value
_NOT_ASSESSED: Final = Label.NOT_ASSESSED.value

Interval = Callable[[int, int], tuple[float, float]]


def group_table(
    counted: pl.DataFrame, interval: Interval, shares: Mapping[str, Any]
) -> dict[str, Any]:
    """The largest groups of documents, with what is labelled in each, and the rest as one row.

    `total` groups; each row has `name`, `labels` (counts in the order of the labels), `documents`,
    `judged` (by a score or a trace), `flagged` (`likely-ai` among them), and `low` and `high`, the
    95 % interval of flagged / judged. interval: makes it from two counts. shares: estimates of
    machine text by group; a row has its own as `estimate`, None where there is none.
    """
    table = by_label(counted).sort(["documents", "name"], descending=[True, False])
    most = table.head(MOST_ROWS)["name"]
    flagged = table.filter(pl.col(_FLAGGED) > 0).sort(
        [_FLAGGED, "documents", "name"], descending=[True, True, False]
    )
    named = pl.col("name").is_in(pl.concat([most, flagged.head(MOST_ROWS)["name"]]).to_list())
    rest = table.filter(~named)
    rows = [
        {**_group(row, interval), "estimate": shares.get(row["name"])}
        for row in table.filter(named).iter_rows(named=True)
    ]
    sums = rest.select(pl.lit("").alias("name"), *(pl.col(n).sum() for n in (*LABELS, "documents")))
    return {
        "total": len(table),
        "rows": rows,
        "rest": _group(sums.row(0, named=True), interval) if len(rest) else None,
    }


def _group(row: Mapping[str, Any], interval: Interval) -> dict[str, Any]:
    judged = row["documents"] - row[_NOT_ASSESSED] - row[_PRE_LLM]
    low, high = interval(row[_FLAGGED], judged)
    return {
        "name": harmless(row["name"], LONGEST_NAME),
        "labels": [row[label] for label in LABELS],
        "documents": row["documents"],
        "judged": judged,
        "flagged": row[_FLAGGED],
        "low": round(low, 6),
        "high": round(high, 6),
    }


def timeline(counted: pl.DataFrame) -> dict[str, Any]:
    """Labels by month, or by day where there are only a few months; the latest of them.

    `unit` is "month" or "day", `rows` are pairs of a date and counts in the order of the labels,
    `undated` documents have no date, `earlier` ones are before the first row.
    """
    dated = counted.filter(pl.col("name").is_not_null())
    undated = int(counted["len"].sum()) - int(dated["len"].sum())
    if dated.is_empty():
        return {"unit": "month", "rows": [], "undated": undated, "earlier": 0}
    months = dated.with_columns(pl.col("name").cast(pl.Date).dt.truncate("1mo"))
    unit, table, most = "month", by_label(months), MOST_MONTHS
    if len(table) < FEWEST_MONTHS:
        unit, table, most = "day", by_label(dated), MOST_DAYS
    table = table.sort("name")
    shown = table.tail(most)
    form = "%Y-%m" if unit == "month" else "%Y-%m-%d"
    rows = [
        [row["name"].strftime(form), [row[label] for label in LABELS]]
        for row in shown.iter_rows(named=True)
    ]
    earlier = int(table["documents"].sum()) - int(shown["documents"].sum())
    return {"unit": unit, "rows": rows, "undated": undated, "earlier": earlier}


def score_curves(counted: pl.DataFrame, kinds: Sequence[Kind]) -> list[dict[str, Any]]:
    """For each kind of text, how many pages have a score in each bin of half a unit.

    `first` is the lower end of the first bin; `pages` were captured since large language models,
    `old` before them.
    """
    if counted.is_empty():
        return []
    flat = counted.unnest("name")
    curves = []
    for number, kind in enumerate(kinds):
        of = flat.filter(pl.col("kind") == number)
        bins = of["bin"].to_list()
        if not bins:
            continue
        first, last = max(min(bins) - 1, LOWEST_BIN), min(max(bins) + 1, HIGHEST_BIN)
        old = pl.col("label") == _PRE_LLM
        curves.append(
            {
                "language": kind.language,
                "min_words": kind.min_words,
                "max_words": kind.max_words,
                "first": first * BIN,
                "step": BIN,
                "pages": _histogram(of.filter(~old), "bin", first, last),
                "old": _histogram(of.filter(old), "bin", first, last),
            }
        )
    return curves


def p_value_curve(counted: pl.DataFrame) -> dict[str, Any]:
    """How many pages have a p-value in each twentieth of [0, 1]; human pages would have alike."""
    old = pl.col("label") == _PRE_LLM
    return {
        "pages": _histogram(counted.filter(~old), "name", 0, P_BINS - 1),
        "old": _histogram(counted.filter(old), "name", 0, P_BINS - 1),
    }


def _histogram(rows: pl.DataFrame, column: str, first: int, last: int) -> list[int]:
    counts = dict(rows.group_by(column).agg(pl.col("len").sum()).iter_rows())
    return [int(counts.get(at, 0)) for at in range(first, last + 1)]


def code_table(counted: pl.DataFrame) -> list[dict[str, Any]]:
    """Documents by a code and label, the most frequent first."""
    table = by_label(counted).sort(["documents", "name"], descending=[True, False])
    return [
        {
            "name": row["name"],
            "labels": [row[label] for label in LABELS],
            "documents": row["documents"],
        }
        for row in table.head(MOST_ROWS).iter_rows(named=True)
    ]


def known_texts(counted: pl.DataFrame) -> dict[str, Any]:
    """What the indexes knew: matches by index, and the known texts that were met most often."""
    if counted.is_empty():
        return {"indexes": [], "texts": [], "total": 0}
    flat = counted.unnest("name")
    indexes = flat.group_by("index", "kind").agg(pl.col("len").sum()).sort("len", descending=True)
    texts = flat.group_by("index", "kind", "id").agg(pl.col("len").sum())
    top = texts.sort(["len", "id"], descending=[True, False]).head(MOST_KNOWN)
    return {
        "indexes": indexes.to_dicts(),
        "texts": [{**row, "id": harmless(row["id"], 300)} for row in top.to_dicts()],
        "total": len(texts),
    }


def unlabelled_tables(files: Sequence[Path]) -> dict[str, list[dict[str, Any]]]:
    """Skips and faults by code, the most frequent first, each with the places of the first few."""
    place = ("file", "offset", "length", "inner", "message", "url")
    if not files:
        return {"skip": [], "fault": []}
    table = pl.scan_parquet(list(files), glob=False).select("kind", "code", "lost", *place)
    found = table.group_by("kind", "code").agg(
        pl.len().alias("count"),
        pl.col("lost").sum(),
        pl.struct(place).head(MOST_EXAMPLES).alias("examples"),
    )
    tables: dict[str, list[dict[str, Any]]] = {"skip": [], "fault": []}
    for row in found.collect().sort(["count", "code"], descending=[True, False]).to_dicts():
        says = {**SKIPS, **FAULTS}.get(row["code"], "")
        examples = [_example(one) for one in row["examples"]]
        kind = "fault" if row["kind"] == "fault" else "skip"
        code = {"code": row["code"], "says": says, "count": row["count"], "lost": row["lost"]}
        tables[kind].append({**code, "examples": examples})
    return tables


def _example(one: Mapping[str, Any]) -> dict[str, Any]:
    place = Locator(one["file"], one["offset"], one["length"], one["inner"])
    return {"place": str(place), "message": one["message"], "url": (one["url"] or "")[:500]}


def share_line(shares: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Estimates by month, the latest of them in their order; each has its `month`."""
    return [{"month": month, **shares[month]} for month in sorted(shares)[-MOST_MONTHS:]]


def count_tables(
    counts: Counts,
    kinds: Sequence[Kind],
    interval: Interval,
    shares: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Everything that was counted of the documents.

    shares: estimates of machine text by kind of group and group.
    """
    return {
        "captured": timeline(counts.of("captured")),
        "published": timeline(counts.of("published")),
        "groups": {
            name: group_table(counts.of(name), interval, shares.get(name, {}))
            for name in ("language", "suffix", "host")
        },
        "scores": score_curves(counts.of("score"), kinds),
        "p_values": p_value_curve(counts.of("p_value")),
        "reasons": code_table(counts.of("reason")),
        "findings": code_table(counts.of("finding")),
        "known": known_texts(counts.of("match")),
    }
