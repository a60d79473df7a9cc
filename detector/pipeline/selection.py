"""A selection: which documents of a scan are kept, and why each of the others is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from detector.errors import UsageError
from detector.pipeline.clustered import CLUSTER_COLUMNS, ClusterRows
from detector.pipeline.expression import condition
from detector.pipeline.gather import damaged, read_columns
from detector.records import Label
from detector.report.terminal import harmless
from detector.write.frames import DOCUMENTS
from detector.write.labels import Labels

NOT_KEPT: Final = "not-kept"
"""Why a document goes that `keep` does not state."""

_PLACE: Final = ("file", "offset", "inner", "ordinal")


def select(
    labels: Labels,
    *,
    drop: Sequence[str] = (),
    keep: str | None = None,
    clusters: str | Path | None = None,
    columns: Sequence[str] | None = None,
) -> Iterator[pl.DataFrame]:
    """The documents of a scan, a frame for each part of it, with `kept` and `why` as last columns.

    drop: labels whose documents go. keep: an expression over the columns, as in `condition`; a
    document for which it is false goes. clusters: a folder of `detector cluster` over this scan;
    then `label` is the one label for all copies of a text, and the expression may use the columns
    of `CLUSTER_COLUMNS` too. columns: those of the frames, all of the table when None.
    kept: boolean. why: string, null for what is kept; else the label, or `NOT_KEPT`.
    Frames come in the order of `labels.documents`, also empty ones. UsageError, at once, for a
    label or column that does not exist; OutputError when a table is damaged.
    """
    check_labels(drop)
    schema = schema_of(labels, clustered=clusters is not None)
    wanted, needed = pl.lit(value=True), frozenset[str]()
    if keep is not None:
        wanted, needed = condition(keep, schema)
    shown = tuple(columns) if columns is not None else tuple(schema)
    unknown = sorted({*shown} - {*schema})
    if unknown:
        raise UsageError(f"{labels.path}: its documents have no column {unknown[0]!r:.60}")
    rows = None if clusters is None else ClusterRows(Path(clusters), labels)
    why = (
        pl.when(pl.col("label").is_in(list(drop)))
        .then(pl.col("label"))
        .when(~wanted)
        .then(pl.lit(NOT_KEPT))
        .alias("why")
    )
    read = tuple(name for name in schema if name in {*shown, *needed, "label"})
    return _parts(labels, rows, read, shown, why)


def schema_of(labels: Labels, *, clustered: bool = False) -> Mapping[str, pl.DataType]:
    """The columns that the documents of a scan have; a scan of an earlier version may lack some.

    clustered: with those that a clustering adds.
    """
    more = CLUSTER_COLUMNS if clustered else {}
    if not labels.documents:
        return {**DOCUMENTS, **more}
    part = labels.documents[0]
    try:
        found = pl.read_parquet_schema(part)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise damaged(part, harmless(str(error), 200)) from error
    return {**{name: dtype() if isinstance(dtype, type) else dtype
               for name, dtype in found.items()}, **more}  # fmt: skip


def check_labels(names: Sequence[str]) -> None:
    """UsageError unless all of these are labels."""
    known = [label.value for label in Label]
    for name in names:
        if name not in known:
            raise UsageError(f"{name!r:.60} is no label: there are {', '.join(known)}")


def _parts(
    labels: Labels,
    clusters: ClusterRows | None,
    read: Sequence[str],
    shown: Sequence[str],
    why: pl.Expr,
) -> Iterator[pl.DataFrame]:
    own = [name for name in read if clusters is None or name not in CLUSTER_COLUMNS]
    stored = list(dict.fromkeys([*own, *(_PLACE if clusters is not None else ())]))
    for part in labels.documents:
        table = read_columns(part, stored)
        if clusters is not None:
            table = clusters.join(part, table)
        reasons = table.select(why).to_series()
        yield table.select(*shown).with_columns(reasons.is_null().alias("kept"), reasons)
