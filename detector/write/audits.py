"""The output of a removal audit: tables, a page to read, and a manifest that names them.

The schemas are the promise of docs/prevalence.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from detector.errors import UsageError
from detector.write import disk
from detector.write.frames import FINDING, parquet_bytes
from detector.write.manifest import COMPLETE, MANIFEST, as_json
from detector.write.opening import sha256

KIND: Final = "detector audit"
AUDIT_FORMAT: Final = 1
GROUPS_FILE: Final = "groups.parquet"
WRITERS_FILE: Final = "writers.parquet"
SAMPLE_FILE: Final = "sample.parquet"
PAGE: Final = "audit.md"

GROUPS: Final[Mapping[str, pl.DataType]] = MappingProxyType(
    {
        "by": pl.String(),
        "group": pl.String(),
        "pages": pl.Int64(),
        "dropped": pl.Int64(),
        "share_dropped": pl.Float64(),
        "proven": pl.Int64(),
        "unjudged": pl.Int64(),
        "scored": pl.Int64(),
        "human": pl.Float64(),
        "human_low": pl.Float64(),
        "human_high": pl.Float64(),
        "human_share": pl.Float64(),
        "machine": pl.Float64(),
        "machine_low": pl.Float64(),
        "machine_high": pl.Float64(),
    }
)
WRITERS: Final[Mapping[str, pl.DataType]] = MappingProxyType(
    {
        "kind": pl.String(),
        "texts": pl.Int64(),
        "rate": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
    }
)
SAMPLE: Final[Mapping[str, pl.DataType]] = MappingProxyType(
    {
        "locator": pl.String(),
        "url": pl.String(),
        "host": pl.String(),
        "title": pl.String(),
        "captured": pl.Datetime("us", "UTC"),
        "language": pl.String(),
        "words": pl.Int32(),
        "score": pl.Float32(),
        "probability": pl.Float32(),
        "p_value": pl.Float32(),
        "label": pl.String(),
        "why": pl.String(),
        "reasons": pl.List(pl.String),
        "findings": pl.List(FINDING),
        "text": pl.String(),
        "text_from": pl.String(),
    }
)

_FILES: Final = (GROUPS_FILE, WRITERS_FILE, SAMPLE_FILE, PAGE)
_MARK: Final = f'"kind": "{KIND}"'.encode()


def check_audit_folder(path: Path) -> None:
    """UsageError unless the folder is new, empty, or an earlier audit's, which is replaced."""
    with disk.explained(path, "read"):
        if not path.exists():
            return
        if not path.is_dir():
            raise UsageError(f"{path}: is a file: name a folder for the audit")
        names = {entry.name for entry in path.iterdir()}
        own = {*_FILES, MANIFEST} | {name + disk.TEMPORARY for name in (*_FILES, MANIFEST)}
        ours = MANIFEST in names and _MARK in (path / MANIFEST).read_bytes()[:100]
    foreign = sorted(names - own) if ours else sorted(names)
    if foreign:
        shown = ", ".join(repr(name[:60]) for name in foreign[:5])
        raise UsageError(
            f"{path}: holds files that no audit wrote ({shown}): choose an empty or a new folder"
        )


def write_audit(
    path: Path,
    settings: Mapping[str, Any],
    tables: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
    page: str,
    found: Mapping[str, Any],
) -> None:
    """Write the groups, the writers, the sample, and the page; the manifest comes last.

    UsageError and OutputError as for any folder. TypeError when a table has other columns.
    """
    check_audit_folder(path)
    for table, schema in zip(tables, (GROUPS, WRITERS, SAMPLE), strict=True):
        if table.schema != pl.Schema(schema):
            raise TypeError(f"not the columns of an audit: {table.schema}")
    disk.make_folder(path)
    contents = dict(zip(_FILES, (*map(parquet_bytes, tables), page.encode()), strict=True))
    manifest = {
        "kind": KIND,
        "format": AUDIT_FORMAT,
        "state": COMPLETE,
        **settings,
        "found": dict(found),
        "files": [[name, len(data), sha256(data)] for name, data in contents.items()],
    }
    contents[MANIFEST] = as_json(manifest)
    disk.write_files({path / name: data for name, data in contents.items()})
