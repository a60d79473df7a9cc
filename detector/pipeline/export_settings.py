"""What an export is asked to do, and what it tells when it is done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from detector.errors import UsageError

FORMATS: Final = ("dolma", "weights", "cc-annotation", "jsonl")
TABLES: Final = ("parquet", "jsonl")
IDS: Final = ("record-id", "locator", "url", "payload-digest", "fingerprint")
NAME: Final = "detector"
POWER: Final = 1.0

_BELONGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "name": ("dolma", "cc-annotation"),
        "power": ("weights",),
        "table": ("weights",),
        "crawl": ("cc-annotation",),
        "documents": ("dolma",),
        "write_documents": ("dolma",),
        "id": ("dolma",),
        "archives": ("dolma",),
    }
)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_CRAWL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """The settings of an export; None stands for the default, and for what another format needs.

    name: the prefix of attributes (dolma) and columns (cc-annotation), "detector" unless told
    otherwise. power: the k of weights (1 - p)^k, 1 unless told otherwise. table: "parquet" or
    "jsonl", of weights. crawl: the crawl's name, where the names of the archives do not have it.
    documents: a folder of Dolma documents that the attributes go with; write_documents: write such
    documents too. id: by what documents are known, one of `IDS`. archives: the folder where the
    scan's archives lie now, for texts that it did not store. drop: labels whose documents go.
    keep: an expression that the others state. clusters: a folder of `detector cluster`, whose
    labels take the place of the scan's.
    """

    name: str | None = None
    power: float | None = None
    table: str | None = None
    crawl: str | None = None
    documents: str | Path | None = None
    write_documents: bool | None = None
    id: str | None = None
    archives: str | Path | None = None
    drop: tuple[str, ...] = ()
    keep: str | None = None
    clusters: str | Path | None = None

    def check(self, format_: str) -> None:
        """UsageError for a format that does not exist and for settings that do not go with it."""
        if format_ not in FORMATS:
            raise UsageError(f"{format_!r:.60} is no format: there are {', '.join(FORMATS)}")
        for field in fields(self):
            formats = _BELONGS.get(field.name)
            if formats and format_ not in formats and getattr(self, field.name) is not None:
                raise UsageError(
                    f"{_option(field.name)} is an option of {' and '.join(formats)}, not of"
                    f" {format_}: leave it out"
                )
        if self.documents is not None and self.write_documents:
            raise UsageError(
                "--documents names documents that are there, --write-documents writes them: give"
                " one of the two"
            )
        self._check_values()

    def _check_values(self) -> None:
        if self.name is not None and not _NAME.fullmatch(self.name):
            raise UsageError(
                f"--name is {self.name!r:.60}: letters, digits and underscores, a letter first"
            )
        if self.crawl is not None and not _CRAWL.fullmatch(self.crawl):
            raise UsageError(f"--crawl is {self.crawl!r:.60}: a name such as CC-MAIN-2024-22")
        if self.power is not None and not 0 < self.power <= 1000:
            raise UsageError(f"--power is {self.power:g}: choose more than 0 and at most 1000")
        for option, value, known in (("table", self.table, TABLES), ("id", self.id, IDS)):
            if value is not None and value not in known:
                raise UsageError(f"--{option} is {value!r:.60}: there are {', '.join(known)}")

    def told(self) -> dict[str, Any]:
        """The settings as they stand in the manifest."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: str(value) if isinstance(value, Path) else value
            for name, value in plain.items()
            if value not in (None, ())
        }


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    documents: of the scan. rows: written, in so many files. left_out: documents without a row:
    those that the selection does not keep, and for cc-annotation those without an address.
    unmatched: Dolma documents that the scan does not know. other_text: those whose text is not the
    one that was judged, so that no spans are given for them.
    """

    out: Path
    format: str
    documents: int = 0
    rows: int = 0
    files: int = 0
    left_out: int = 0
    unmatched: int = 0
    other_text: int = 0

    def counts(self) -> dict[str, int]:
        """The counts, as they stand in the manifest."""
        names = ("documents", "rows", "left_out", "unmatched", "other_text")
        return {name: getattr(self, name) for name in names}


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
