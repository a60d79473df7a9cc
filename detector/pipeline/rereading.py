"""The texts of a scan's documents: as it stored them, or read again from the archives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Literal, cast

import polars as pl

from detector.errors import InputError, UsageError
from detector.extract import extract_document, get_extractor
from detector.fingerprint import exact_hash
from detector.pipeline.archive_places import check_size, locate
from detector.pipeline.chunks import HEAD_ROOM
from detector.pipeline.gather import damaged
from detector.read import ByteSource, decode_capture, open_source, read_record_at
from detector.records import Capture, Document, Fault, Locator
from detector.write.labels import Labels

NEEDED: Final = ("file", "offset", "length", "inner", "fingerprint")
"""The columns of documents that are needed to find their texts."""


class Texts:
    """The texts of the documents of one scan.

    archives: the folder where its archives lie now, None for where the scan found them; without
    meaning for a scan that stored its texts. UsageError, at once, when an archive is missing or
    has another size than it had.
    """

    def __init__(self, labels: Labels, archives: str | Path | None = None) -> None:
        self._labels = labels
        self.stored = labels.settings.with_text
        self._where: dict[str, tuple[int, str]] = {}
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
        options = labels.settings.settings
        name = cast("Literal['resiliparse', 'trafilatura']", options["extractor"])
        self._extractor = get_extractor(name)
        self._body_cap = int(options["body_cap"] or 0)

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
        with ExitStack() as stack:
            name, source = "", None
            for row in table.select(NEEDED).iter_rows(named=True):
                if source is None or row["file"] != name:
                    name = row["file"]
                    source = stack.enter_context(self._open(part, name))
                yield self._read(source, row)

    def _open(self, part: Path, name: str) -> ByteSource:
        if name not in self._where:
            raise damaged(part, f"a document of {name!r:.60}, which is no input of the scan")
        number, where = self._where[name]
        source = open_source(where)
        try:
            check_size(source, self._labels.inputs[number])
        except BaseException:
            source.close()
            raise
        return source

    def _read(self, source: ByteSource, row: dict[str, Any]) -> str:
        place = Locator(row["file"], row["offset"], row["length"], row["inner"])
        record = read_record_at(source, place, block_cap=self._body_cap + HEAD_ROOM)
        document = None
        if not isinstance(record, Fault):
            capture = decode_capture(record, body_cap=self._body_cap)
            if isinstance(capture, Capture):
                document = extract_document(capture, extractor=self._extractor, min_words=0)
        if not isinstance(document, Document) or exact_hash(document.normal) != row["fingerprint"]:
            raise InputError(
                f"{place}: another text stands there than when it was scanned: the archive was"
                " changed, or another version of the software reads it; scan it again, with"
                " --with-text to keep its texts"
            )
        return document.text
