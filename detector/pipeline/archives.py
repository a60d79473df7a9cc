"""Texts that a scan did not keep, read again from its archives."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from detector.errors import InputError, UsageError
from detector.extract import Extractor, get_extractor
from detector.fingerprint import exact_hash
from detector.pipeline.chunks import HEAD_ROOM
from detector.pipeline.document import read_document
from detector.pipeline.settings import ScanSettings
from detector.read import ByteSource, Revisit, is_page, open_source
from detector.records import ArchiveRecord, Document, Fault, Locator
from detector.write.labels import Labels

MOST_TOLD: Final = 5
_TEXT_SETTINGS: Final = ("extractor", "min_words", "body_cap")


def find_archives(opened: Sequence[Labels], folder: str | Path | None) -> dict[str, str]:
    """Where the archives of the scans that kept no texts lie now, by the name in the scans.

    folder: where to look first, for as much of the name's end as there is; then they are looked
    for where the scan read them. Of what is remote it shows only when it is read. UsageError when
    none is found.
    """
    if folder is not None and not Path(folder).is_dir():
        raise UsageError(f"{folder}: no such folder: name the one in which the archives lie now")
    textless = [labels for labels in opened if not labels.settings.with_text]
    names = [one.name for labels in textless for one in labels.inputs]
    places = {name: place for name in names if (place := _locate(name, folder)) is not None}
    if names and not places:
        where = "where the scan read them" if folder is None else f"in {folder}"
        raise UsageError(
            f"{names[0]!r:.200}: not found, and neither is any other of the {len(names)} archives"
            f" {where}: say where they lie now with --archives-in FOLDER"
        )
    return places


def _locate(name: str, folder: str | Path | None) -> str | None:
    if folder is not None:
        parts = [part for part in PurePosixPath(name).parts if part not in ("/", "..")]
        for start in range(len(parts)):
            place = str(Path(folder, *parts[start:]))
            if os.path.isfile(place):  # noqa: PTH113 - pathlib's raises for a name that is too long
                return place
    return name if "://" in name or os.path.isfile(name) else None  # noqa: PTH113 - the same


@dataclass(slots=True)
class Tally:
    """What became of the texts that were to be read again.

    missing: their archive is not there or cannot be read. changed: the archive holds another text
    there, or none. told: the first few of both, for a person.
    """

    read: int = 0
    missing: int = 0
    changed: int = 0
    told: list[str] = field(default_factory=list)

    def tell(self, where: object, what: str) -> None:
        """Note one that could not be had."""
        if len(self.told) < MOST_TOLD:
            self.told.append(f"{where}: {what}")


class ArchivedTexts:
    """Reads texts of one scan again, just as the scan did, and makes sure that they are the same.

    places: as `find_archives` gives them. There is no watchdog: what a scan has read within its
    limits is read again within them.
    """

    columns = ("file", "offset", "length", "inner", "fingerprint")

    def __init__(self, labels: Labels, places: Mapping[str, str], tally: Tally) -> None:
        stored = labels.settings.settings
        chosen: dict[str, Any] = {name: stored[name] for name in _TEXT_SETTINGS if name in stored}
        self._settings = ScanSettings(**chosen)
        self._extractor: Extractor | None = None
        self._places = places
        self._tally = tally
        self._file: str | None = None
        self._source: ByteSource | None = None
        self._revisit: Revisit | None = None

    def normal(
        self, _part: Path, file: str, offset: int, length: int, inner: int | None, exact: str
    ) -> str | None:
        """The normal form of the text at a place, whose exact hash is known; None if it is gone.

        Places in ascending order of file and offset cost least.
        """
        document = self.document(Locator(file, offset, length, inner), exact)
        return None if document is None else document.normal

    def document(self, place: Locator, exact: str) -> Document | None:
        """The document at a place; None if it is gone, or its normal form has another hash."""
        if place.file != self._file:
            self._open(place.file)
        if self._revisit is None:
            self._tally.missing += 1
            return None
        try:
            found = self._revisit.at(place)
        except InputError as error:
            self._revisit = None
            self._tally.missing += 1
            self._tally.tell(place, str(error))
            return None
        document = None if isinstance(found, Fault) or not is_page(found) else self._extract(found)
        if document is None or exact_hash(document.normal) != exact:
            self._tally.changed += 1
            self._tally.tell(place, "does not hold the text that the scan found there")
            return None
        self._tally.read += 1
        return document

    def _extract(self, record: ArchiveRecord) -> Document | None:
        if self._extractor is None:
            self._extractor = get_extractor(self._settings.extractor)
        try:
            document = read_document(record, self._settings, self._extractor)
        except (MemoryError, UsageError):
            raise
        except Exception:  # as in a scan: a page that cannot be read is lost, not the run
            return None
        return document if isinstance(document, Document) else None

    def _open(self, file: str) -> None:
        self.close()
        self._file = file
        try:
            self._source = open_source(self._places[file])
        except (InputError, UsageError) as error:
            if isinstance(error, UsageError) and "://" in self._places[file]:
                raise  # a package is missing
            self._tally.tell(file, str(error))
            return
        self._revisit = Revisit(self._source, block_cap=self._settings.body_cap + HEAD_ROOM)

    def close(self) -> None:
        """Close the archive that is open."""
        self._file = self._revisit = None
        if self._source is not None:
            self._source.close()
            self._source = None
