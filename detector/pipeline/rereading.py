"""The texts of a scan's documents: as it stored them, or read again from the archives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from detector.errors import InputError, UsageError
from detector.extract import get_extractor
from detector.fingerprint import exact_hash
from detector.pipeline.archive_places import check_size, locate
from detector.pipeline.chunks import HEAD_ROOM
from detector.pipeline.document import read_document
from detector.pipeline.gather import damaged
from detector.pipeline.settings import ScanSettings
from detector.read import ByteSource, Revisit, is_page, open_source
from detector.records import Document, Fault, Locator
from detector.write.labels import Labels

NEEDED: Final = ("file", "offset", "length", "inner", "fingerprint")
"""The columns of documents that are needed to find their texts."""
_SETTINGS: Final = ("extractor", "min_words", "body_cap")


class Texts:
    """The texts of the documents of one scan.

    archives: the folder where its archives lie now, None for where the scan found them; without
    meaning for a scan that stored its texts. Parts in the order of the scan cost least; one archive
    is open until `close`. UsageError, at once, when an archive is missing or
    has another size than it had.
    """

    def __init__(self, labels: Labels, archives: str | Path | None = None) -> None:
        self._labels = labels
        self.stored = labels.settings.with_text
        self._where: dict[str, tuple[int, str]] = {}
        self._file: str | None = None
        self._source: ByteSource | None = None
        self._revisit: Revisit | None = None
        if self.stored:
            return
        if any(one.name == "-" for one in labels.inputs):
            raise UsageError(
                f"{labels.path}: was scanned from standard input without --with-text, so its texts"
                " cannot be had again: scan a file, or scan with --with-text"
            )
        found = locate(labels.inputs, None if archives is None else str(archives))
        pairs = enumerate(zip(labels.inputs, found, strict=True))
        self._where = {one.name: (number, name) for number, (one, name) in pairs}
        stored: dict[str, Any] = {name: labels.settings.settings[name] for name in _SETTINGS}
        self._settings = ScanSettings(**stored)
        self._extractor = get_extractor(self._settings.extractor)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that `of` needs."""
        return ("text",) if self.stored else NEEDED

    def of(self, part: Path, table: pl.DataFrame) -> Iterator[str]:
        """The text of each document of one part, in order.

        InputError when an archive holds another text there than when it was scanned.
        """
        if self.stored:
            for text in table["text"]:
                if text is None:
                    raise damaged(part, "a document without its text")
                yield text
            return
        for row in table.select(NEEDED).iter_rows(named=True):
            yield self._read(self._archive(part, row["file"]), row)

    def close(self) -> None:
        """Close the archive that is open."""
        self._file = self._revisit = None
        if self._source is not None:
            self._source.close()
            self._source = None

    def _archive(self, part: Path, name: str) -> Revisit:
        """The archive of this name, which stays open for what comes next."""
        if self._revisit is None or name != self._file:
            self.close()
            if name not in self._where:
                raise damaged(part, f"a document of {name!r:.60}, which is no input of the scan")
            number, where = self._where[name]
            self._source = open_source(where)
            check_size(self._source, self._labels.inputs[number])
            cap = self._settings.body_cap + HEAD_ROOM
            self._file, self._revisit = name, Revisit(self._source, block_cap=cap)
        return self._revisit

    def _read(self, archive: Revisit, row: dict[str, Any]) -> str:
        place = Locator(row["file"], row["offset"], row["length"], row["inner"])
        record = archive.at(place)
        document = None
        if not isinstance(record, Fault) and is_page(record):
            document = read_document(record, self._settings, self._extractor)
        if not isinstance(document, Document) or exact_hash(document.normal) != row["fingerprint"]:
            raise InputError(
                f"{place}: another text stands there than when it was scanned: the archive was"
                " changed, or another version of the software reads it; scan it again, with"
                " --with-text to keep its texts"
            )
        return document.text
