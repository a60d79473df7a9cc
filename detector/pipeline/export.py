"""Hand the labels of a finished scan over to what trains on a crawl."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from detector.errors import UsageError
from detector.pipeline.export_annotation import export_annotation
from detector.pipeline.export_dolma import export_dolma
from detector.pipeline.export_joined import export_joined
from detector.pipeline.export_settings import Exported, ExportSettings
from detector.pipeline.export_tables import export_jsonl, export_weights
from detector.pipeline.gather import RUNNING
from detector.write.labels import Labels, open_labels

__all__ = ["ExportSettings", "Exported", "export"]

_Writer = Callable[[Labels, Path, ExportSettings, bool], Exported]

_WRITERS: Final[Mapping[str, _Writer]] = MappingProxyType(
    {
        "dolma": export_dolma,
        "weights": export_weights,
        "cc-annotation": export_annotation,
        "jsonl": export_jsonl,
    }
)


def export(
    labels: str | Path,
    out: str | Path,
    format: str,
    settings: ExportSettings | None = None,
    *,
    shown: bool = False,
) -> Exported:
    """Write the labels of a finished scan in the form of another tool, into a folder.

    format: "dolma", "weights", "cc-annotation" or "jsonl", as docs/export.md specifies them. shown:
    whether a bar on a terminal shows how far it is. The same scan and settings give the same bytes.
    UsageError for a scan that is unfinished, settings that do not go together, or an `out` that
    holds something else; InputError for an archive that changed; OutputError when a table is
    damaged or the output cannot be written.
    """
    settings = settings or ExportSettings()
    settings.check(format)
    opened = open_labels(Path(labels))
    if opened.state == RUNNING:
        raise UsageError(f"{opened.path}: unfinished: go on with the scan first")
    writer = _WRITERS[format] if settings.documents is None else export_joined
    return writer(opened, Path(out), settings, shown)
