"""Reading a folder of clusters back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.errors import OutputError, UsageError
from detector.write import disk
from detector.write.clusters import CLUSTERS_FORMAT, KIND
from detector.write.manifest import COMPLETE, MANIFEST


@dataclass(frozen=True, slots=True)
class Clusters:
    """A finished clustering. scans: the folders it is over. found: what its manifest counts."""

    path: Path
    threshold: float
    exact_similarity: bool
    scans: tuple[str, ...]
    found: Mapping[str, Any]
    parts: tuple[Path, ...]


def open_clusters(path: Path) -> Clusters:
    """The output folder of a finished clustering.

    UsageError when the folder is absent, no clustering's, or unfinished; OutputError when it is of
    another format number, or a part is missing or of another size.
    """
    manifest = path / MANIFEST
    with disk.explained(path, "read"):
        data = manifest.read_bytes() if manifest.is_file() else b"{}"
    try:
        value = json.loads(data)
        kind = value.get("kind")
    except (ValueError, AttributeError):
        kind = None
    if kind != KIND:
        raise UsageError(f"{path}: holds no clusters: name a folder that `detector cluster` wrote")
    if value.get("format") != CLUSTERS_FORMAT:
        raise OutputError(
            f"{path}: written in format {str(value.get('format'))[:20]!r}, and this version reads"
            f" format {CLUSTERS_FORMAT}: cluster again into another folder"
        )
    if value.get("state") != COMPLETE:
        raise UsageError(f"{path}: unfinished: give the same `detector cluster` command again")
    try:
        parts = [(path / Path(name).name, size) for name, size, _ in value["parts"]]
        clusters = Clusters(
            path,
            float(value["threshold"]),
            bool(value["exact_similarity"]),
            tuple(map(str, value["scans"])),
            dict(value["found"]),
            tuple(part for part, _ in parts),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise OutputError(
            f"{manifest}: damaged ({error!r:.60}): cluster again into this folder"
        ) from error
    for part, size in parts:
        with disk.explained(part, "read"):
            if not part.is_file() or part.stat().st_size != size:
                raise OutputError(f"{part}: is missing or was changed: cluster again")
    return clusters
