"""What a clustering says of each document of a scan, joined part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polars as pl

from detector.errors import UsageError
from detector.pipeline.gather import damaged, read_columns
from detector.write.clusters import open_clusters
from detector.write.labels import Labels

CLUSTER_COLUMNS: Final[Mapping[str, pl.DataType]] = MappingProxyType(
    {
        "own_label": pl.String(),
        "cluster": pl.String(),
        "size": pl.Int64(),
        "texts": pl.Int64(),
        "hosts": pl.Int64(),
        "first_captured": pl.Datetime("us", "UTC"),
        "similarity": pl.Float32(),
        "link": pl.Float32(),
        "exact_size": pl.Int64(),
        "decided_how": pl.String(),
        "is_representative": pl.Boolean(),
    }
)
"""The columns that a clustering adds to those of a document: as in docs/clusters.md, `own_label`,
the label of the document by itself, and whether it is its cluster's representative."""

_PLACE: Final = ("scan", "file", "offset", "inner", "ordinal")
_ALSO: Final = ("own_label", "is_representative")
_READ: Final = (
    *_PLACE,
    *(name for name in CLUSTER_COLUMNS if name not in _ALSO),
    "cluster_label",
    "representative",
)


@dataclass(frozen=True, slots=True)
class _Range:
    """A part of a clustering, whose rows are sorted, and its first and last place."""

    part: Path
    first: tuple[str, str, int]
    last: tuple[str, str, int]


class ClusterRows:
    """The rows of one scan in a clustering; one part of it is in memory at a time.

    UsageError when the clustering is unfinished or does not know the scan.
    """

    def __init__(self, path: Path, labels: Labels) -> None:
        opened = open_clusters(path)
        self.path = path
        self.scan = _name_of(opened.scans, labels, path)
        self._ranges = [found for part in opened.parts if (found := _range(part))]
        self._part: Path | None = None
        self._held = pl.DataFrame()

    def join(self, part: Path, documents: pl.DataFrame) -> pl.DataFrame:
        """Documents of one part with `CLUSTER_COLUMNS`, and `label` that of their clusters.

        UsageError when the clustering lacks any of them.
        """
        if documents.is_empty():
            return documents.with_columns(
                pl.lit(None, dtype).alias(name) for name, dtype in CLUSTER_COLUMNS.items()
            )
        file = documents["file"][0]
        ordinals = documents["ordinal"]
        low, high = (self.scan, file, ordinals.min()), (self.scan, file, ordinals.max())
        rows = pl.concat(
            self._rows(one.part).filter(
                pl.col("file") == file, pl.col("ordinal").is_between(low[2], high[2])
            )
            for one in self._ranges
            if one.first <= high and one.last >= low
        ) if self._ranges else pl.DataFrame()  # fmt: skip
        return self._joined(part, documents, rows)

    def _joined(self, part: Path, documents: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        joined = (
            documents.rename({"label": "own_label"})
            .join(
                rows.rename({"offset": "_offset"}).drop("file"),
                on="ordinal",
                how="left",
                maintain_order="left",
            )
            .rename({"cluster_label": "label"})
        )
        known = joined["offset"].eq_missing(joined["_offset"]) & joined["label"].is_not_null()
        if len(joined) != len(documents) or not known.all():
            raise UsageError(
                f"{self.path}: knows other documents than {part}: it was made of another scan; make"
                " it again with `detector cluster`"
            )
        return joined

    def _rows(self, part: Path) -> pl.DataFrame:
        """The rows of this scan in one part of the clustering."""
        if part != self._part:
            table = read_columns(part, _READ).filter(pl.col("scan") == self.scan)
            own = pl.struct(*_PLACE).eq_missing(pl.col("representative"))
            self._held = table.with_columns(own.alias("is_representative")).drop(
                "representative", "scan", "inner"
            )
            self._part = part
        return self._held


def _range(part: Path) -> _Range | None:
    try:
        table = pl.scan_parquet(part, glob=False).select("scan", "file", "ordinal")
        ends = [table.first().collect().row(0), table.last().collect().row(0)]
    except pl.exceptions.OutOfBoundsError:
        return None
    except (pl.exceptions.PolarsError, OSError) as error:
        raise damaged(part, str(error)[:200]) from error
    return _Range(part, *ends)


def _name_of(scans: tuple[str, ...], labels: Labels, path: Path) -> str:
    """The name under which a clustering knows a scan; a single one may have moved since."""
    real = labels.path.resolve()
    for name in scans:
        if name == str(labels.path) or Path(name).resolve() == real:
            return name
    same = [name for name in scans if Path(name).name == real.name] or list(scans)
    if len(same) == 1:
        return same[0]  # its documents are compared with those of the scan
    shown = ", ".join(repr(name[:60]) for name in scans[:5])
    raise UsageError(
        f"{path}: a clustering of other scans ({shown}), not of {labels.path}: cluster that one too"
    )
