"""False-discovery control: a whole scan labelled by Benjamini and Hochberg's procedure.

Y. Benjamini and Y. Hochberg 1995, "Controlling the false discovery rate", J. R. Stat. Soc. B 57,
289-300. For conformal p-values of one calibration set it holds: S. Bates et al. 2023, "Testing for
outliers with conformal p-values", Ann. Stat. 51, 149-178.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from detector.errors import OutputError, UsageError
from detector.records import Label
from detector.report.summary import LabelsLike
from detector.report.terminal import harmless

COLUMNS: Final = ("file", "offset", "inner", "ordinal", "url", "p_value", "label", "reasons")
_PRE_LLM: Final = Label.PRE_LLM.value


@dataclass(frozen=True, slots=True)
class Discoveries:
    """What a false-discovery rate makes of a scan.

    fdr: the rate. tested: documents with a p-value, those from before large language models left
    out. called: so many of them are `likely-ai` at that rate; p_cut: the largest p-value among
    them, None where there are none. by_fpr: how many the scan itself called so by their score.
    steps: each p-value that occurs and its q-value, the smallest false-discovery rate at which it
    is called, ascending.
    """

    fdr: float
    tested: int
    called: int
    p_cut: float | None
    by_fpr: int
    steps: pl.DataFrame


def q_values(counts: pl.DataFrame) -> pl.DataFrame:
    """Give the q-value of each p-value.

    counts: columns `p_value` and `len`, how many documents have it. Gives `p_value` (as it was),
    `len` and `q_value`, ascending: q of the i-th smallest of m p-values is the least of m * p / j
    over all j >= i.
    """
    ordered = counts.sort("p_value")
    share = pl.col("p_value").cast(pl.Float64) * pl.col("len").sum() / pl.col("len").cum_sum()
    return ordered.with_columns(q_value=share.cum_min(reverse=True).clip(upper_bound=1.0))


def discover(labels: LabelsLike, fdr: float) -> Discoveries:
    """Find the p-value up to which documents are called, at a false-discovery rate.

    labels: a folder that holds a whole scan; UsageError for an unfinished one, or a rate that is
    not in (0, 1). OutputError when a table cannot be read.
    """
    if not 0 < fdr < 1:
        raise UsageError(f"a false-discovery rate of {fdr:g} is not in (0, 1): try 0.05")
    if labels.state == "running":
        raise UsageError(
            f"{labels.path}: unfinished, and the cut depends on every document: go on with the"
            " scan first"
        )
    tested = _tested(_documents(labels))
    by_score = pl.col("reasons").list.contains("classifier")
    likely = (pl.col("label") == Label.LIKELY_AI.value) & by_score
    try:
        counts = tested.group_by("p_value").agg(pl.len(), likely.sum().alias("likely")).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(labels, error) from error
    steps = q_values(counts.select("p_value", "len"))
    called = steps.filter(pl.col("q_value") <= fdr)
    return Discoveries(
        fdr=fdr,
        tested=int(counts["len"].sum()),
        called=int(called["len"].sum()),
        p_cut=None if called.is_empty() else float(called["p_value"][-1]),
        by_fpr=int(counts["likely"].sum()),
        steps=steps,
    )


def write_discoveries(
    labels: LabelsLike,
    found: Discoveries,
    out: Path,
    *,
    conclusive: Collection[str],
    suggestive: Collection[str],
) -> None:
    """Write `file`, `offset`, `inner`, `ordinal`, `url`, `p_value`, `q_value` and `label_fdr`.

    One row for each document, in the scan's order. conclusive, suggestive: the findings that make a
    document `likely-ai` and `uncertain` whatever its score. A document without a p-value, or from
    before large language models, keeps its label. OutputError when it cannot be written.
    """
    tested = pl.col("p_value").is_not_null() & (pl.col("label") != _PRE_LLM)
    label = (
        pl.when(~tested)
        .then(pl.col("label"))
        .when((pl.col("q_value") <= found.fdr) | _any(conclusive))
        .then(pl.lit(Label.LIKELY_AI.value))
        .when(_any(suggestive))
        .then(pl.lit(Label.UNCERTAIN.value))
        .otherwise(pl.lit(Label.NO_EVIDENCE.value))
    )
    q_value = pl.when(tested).then(pl.col("q_value"))
    steps = found.steps.lazy().select("p_value", "q_value")
    joined = _documents(labels).join(steps, on="p_value", how="left", maintain_order="left")
    wanted = joined.select(
        *COLUMNS[:6], q_value.alias("q_value").cast(pl.Float32), label.alias("label_fdr")
    )
    unfinished = out.with_name(out.name + ".tmp")
    try:
        wanted.sink_parquet(unfinished, compression="zstd", maintain_order=True)
        unfinished.replace(out)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise OutputError(
            f"{out}: cannot be written ({harmless(str(error), 200)}): put that right and give the"
            " same command again"
        ) from error


def _any(codes: Collection[str]) -> pl.Expr:
    """Whether one of the codes is among the reasons."""
    return pl.col("reasons").list.set_intersection(list(codes)).list.len() > 0


def _documents(labels: LabelsLike) -> pl.LazyFrame:
    if not labels.documents:
        raise UsageError(f"{labels.path}: holds no documents: nothing can be discovered in it")
    return pl.scan_parquet(list(labels.documents), glob=False).select(COLUMNS)


def _tested(documents: pl.LazyFrame) -> pl.LazyFrame:
    return documents.filter(pl.col("p_value").is_not_null(), pl.col("label") != _PRE_LLM)


def _unreadable(labels: LabelsLike, error: Exception) -> OutputError:
    return OutputError(
        f"{labels.path}: a table cannot be read ({harmless(str(error), 200)}): a file was removed"
        " or changed; restore it, or scan again into another folder"
    )
