"""The rendered pages of the labelled archive, resampled to shares of machine text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from detector.pipeline.judged import judge, rates_for
from detector.pipeline.prevalence import WHOLE, Estimator
from detector.write.labels import open_labels

PAGES = 700  # of one resampled crawl; the archive has 759 assessed human ones


def assessed(folder: Path, web: Path, kind: str = "rendered") -> tuple[pl.DataFrame, Estimator]:
    """The judged rows of the pages of a kind, with `machine`: what they are in truth; and what
    estimates their share."""
    labels = open_labels(folder)
    rates, cuts = rates_for([labels])
    truth = pl.read_ndjson(web / "labelled.truth.jsonl").filter(kind=kind)
    frames = []
    for part in labels.documents:
        table = pl.read_parquet(part, glob=False)
        rows = judge(part, table, rates, cuts, "labels")
        urls = table.select("url").join(
            truth.select("url", machine=pl.col("label") == "ai"), on="url", how="left",
            maintain_order="left",
        )  # fmt: skip
        frames.append(rows.with_columns(urls["machine"]))
    rows = pl.concat(frames).filter("judged", pl.col("machine").is_not_null())
    return rows, Estimator(rates, cuts, 0.95, "pages")


def resampled(rows: pl.DataFrame, estimator: Estimator, share: float, seed: int) -> dict[str, Any]:
    """Estimate the share of a sample without replacement, of so many machine pages."""
    machines = round(share * PAGES)
    rng = np.random.default_rng(seed)
    people, ours = rows.filter(~pl.col("machine")), rows.filter("machine")
    some = pl.concat([
        ours[np.sort(rng.choice(len(ours), machines, replace=False))],
        people[np.sort(rng.choice(len(people), PAGES - machines, replace=False))],
    ]).with_columns(pl.lit(WHOLE).alias(WHOLE))  # fmt: skip
    [row] = estimator.table(some, WHOLE, 1).to_dicts()
    return {
        "truth": machines / PAGES,
        **{name: row[name] for name in ("share", "low", "high", "mixture")},
        "mixture_low": row["mixture_low"],
        "mixture_high": row["mixture_high"],
        "disagree": row["disagree"],
        "holds": row["low"] <= machines / PAGES <= row["high"],
        "mixture_holds": row["mixture_low"] <= machines / PAGES <= row["mixture_high"],
    }
