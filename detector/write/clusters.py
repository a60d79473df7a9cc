"""The output folder of a clustering: Parquet parts and a manifest that says they are whole.

The schema is the promise of docs/clusters.md. A folder is made anew by every run: the manifest says
"running" until the last part is on disk, and a run that was killed is simply given again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from detector.errors import OutputError, UsageError
from detector.write import disk
from detector.write.anew import WORK, AnewFolder
from detector.write.frames import parquet_bytes
from detector.write.manifest import COMPLETE, LOCK, MANIFEST, RUNNING
from detector.write.opening import sha256

KIND: Final = "detector clusters"
CLUSTERS_FORMAT: Final = 1

PLACE: Final[Mapping[str, pl.DataType]] = MappingProxyType(
    {
        "scan": pl.String(),
        "file": pl.String(),
        "offset": pl.Int64(),
        "inner": pl.Int64(),
        "ordinal": pl.Int64(),
    }
)
CLUSTERS: Final[Mapping[str, pl.DataType]] = MappingProxyType(
    {
        **PLACE,
        "cluster": pl.String(),
        "size": pl.Int64(),
        "texts": pl.Int64(),
        "hosts": pl.Int64(),
        "first_captured": pl.Datetime("us", "UTC"),
        "representative": pl.Struct(dict(PLACE)),
        "similarity": pl.Float32(),
        "link": pl.Float32(),
        "exact": pl.String(),
        "exact_size": pl.Int64(),
        "label": pl.String(),
        "cluster_label": pl.String(),
        "decided_by": pl.Struct(dict(PLACE)),
        "decided_how": pl.String(),
    }
)

_PART: Final = re.compile(r"part-[0-9]{5,}\.parquet(\.tmp)?")
_OWN: Final = {MANIFEST, MANIFEST + disk.TEMPORARY, LOCK, WORK}
_MARK: Final = f'"kind": "{KIND}"'.encode()


class ClusterFolder(AnewFolder):
    """One clustering's output folder, from its making until `close`.

    work: an empty folder inside it for files in between, which `close` removes. What an earlier
    clustering wrote stays until `begin`.
    UsageError when the path holds anything else than an earlier clustering, or when another
    process writes to it; OutputError when it cannot be written.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        _check_ours(path)
        self._parts: list[list[str | int]] = []
        super().__init__(path, KIND, CLUSTERS_FORMAT, settings)

    def begin(self) -> None:
        """Take away what an earlier clustering wrote."""
        self.write_manifest({"state": RUNNING})
        with disk.explained(self.home):
            disk.remove([entry for entry in self.home.iterdir() if _PART.fullmatch(entry.name)])

    def write_part(self, rows: pl.DataFrame) -> None:
        """Write the next rows, of exactly the schema `CLUSTERS`."""
        if rows.schema != pl.Schema(CLUSTERS):
            raise TypeError(f"not the columns of a clustering: {rows.schema}")
        name = f"part-{len(self._parts):05d}.parquet"
        data = parquet_bytes(rows)
        disk.write_files({self.home / name: data})
        self._parts.append([name, len(data), sha256(data)])

    def finish(self, found: Mapping[str, Any]) -> None:
        """Say that all parts are written, and what was found."""
        self.write_manifest({"state": COMPLETE, "found": dict(found), "parts": self._parts})


@dataclass(frozen=True, slots=True)
class ClusterParts:
    """A finished clustering. scans: the folders as they were named. parts: its files, in order.

    threshold: the similarity of near-duplicates; found: what the manifest counts.
    """

    scans: tuple[str, ...]
    parts: tuple[Path, ...]
    threshold: float
    found: Mapping[str, Any]


def open_clusters(path: Path) -> ClusterParts:
    """The output folder of a finished clustering.

    UsageError when there is none, or an unfinished one; OutputError for another format number or
    a damaged manifest.
    """
    try:
        with disk.explained(path, "read"):
            there = (path / MANIFEST).is_file()
            value = json.loads((path / MANIFEST).read_bytes()) if there else {}
        if value.get("kind") != KIND or value.get("state") != COMPLETE:
            raise UsageError(
                f"{path}: holds no finished clustering: name a folder that `detector cluster` wrote"
                " to its end"
            )
        if value["format"] != CLUSTERS_FORMAT:
            raise OutputError(
                f"{path}: written in format {str(value['format'])[:60]!r}, and this version reads"
                f" format {CLUSTERS_FORMAT}: cluster again"
            )
        names = [Path(name).name for name, _, _ in value["parts"]]
        return ClusterParts(
            tuple(map(str, value["scans"])),
            tuple(path / name for name in names),
            float(value["threshold"]),
            dict(value["found"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OutputError(
            f"{path / MANIFEST}: damaged ({error!r:.60}): it was changed by something else;"
            " cluster again"
        ) from error


def _check_ours(path: Path) -> None:
    with disk.explained(path, "read"):
        if not path.exists():
            return
        if not path.is_dir():
            raise UsageError(f"{path}: is a file: name a folder for the clusters")
        names = {entry.name for entry in path.iterdir()}
        if MANIFEST in names and _MARK not in (path / MANIFEST).read_bytes()[:100]:
            raise UsageError(
                f"{path}: holds a {MANIFEST} that no clustering wrote: choose an empty or a new"
                " folder"
            )
        foreign = sorted(name for name in names - _OWN if not _PART.fullmatch(name))
        if MANIFEST not in names:
            foreign = sorted(names - _OWN)
    if foreign:
        shown = ", ".join(repr(name[:60]) for name in foreign[:5])
        raise UsageError(
            f"{path}: holds files that no clustering wrote ({shown}): choose an empty or a new"
            " folder"
        )
