"""The texts of some documents of a scan once more: from its tables, or else from the archives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Literal, cast

import xxhash

from detector.errors import DetectorError, UsageError
from detector.extract import extract_document, get_extractor
from detector.pipeline.archive_places import below
from detector.pipeline.chunks import HEAD_ROOM
from detector.pipeline.settings import ScanSettings
from detector.read import decode_capture, open_source, read_record_at
from detector.read.source import ByteSource
from detector.records import ArchiveRecord, Capture, Document, Locator
from detector.write.labels import Labels

NOT_KEPT: Final = "standard input was not kept"

Row = Mapping[str, Any]
Text = tuple[str | None, str]
"""A text and an empty string, or None and why the text is not at hand."""


def scan_settings(labels: Labels) -> ScanSettings:
    """The settings that decided which text a page of this scan has."""
    stored = labels.settings.settings
    plain = ScanSettings()
    return ScanSettings(
        extractor=cast(
            Literal["resiliparse", "trafilatura"], stored.get("extractor", plain.extractor)
        ),
        min_words=int(stored.get("min_words") or plain.min_words),
        body_cap=int(stored.get("body_cap") or plain.body_cap),
    )


class Texts:
    """The texts of a scan's documents.

    archives: a folder to look for the archives in, where they are no longer where they were; each
    is looked for by as much of its path as the folder has.
    UsageError when `archives` is no folder, or the extractor of the scan is not installed.
    """

    def __init__(self, labels: Labels, archives: Path | None = None) -> None:
        if archives is not None and not archives.is_dir():
            raise UsageError(f"--archives-in {str(archives)!r}: name a folder that exists")
        self._sizes = {one.name: one.size for one in labels.inputs}
        self._stored = labels.settings.with_text
        self._archives = archives
        self._settings = scan_settings(labels)

    def of(self, rows: Sequence[Row]) -> Iterator[tuple[int, Text]]:
        """The number of each row and its text, in the order of the archives.

        rows: of the documents table, with all their columns.
        """
        if self._stored:
            yield from ((at, (row["text"], "")) for at, row in enumerate(rows))
            return
        order = sorted(range(len(rows)), key=lambda at: (rows[at]["file"], rows[at]["offset"]))
        by_file: dict[str, list[int]] = {}
        for at in order:
            by_file.setdefault(rows[at]["file"], []).append(at)
        for file, numbers in by_file.items():
            yield from self._from_archive(file, numbers, rows)

    def _from_archive(
        self, file: str, numbers: Sequence[int], rows: Sequence[Row]
    ) -> Iterator[tuple[int, Text]]:
        found = self._find(file)
        with ExitStack() as held:
            try:
                source = None if found is None else held.enter_context(open_source(found))
                why = self._changed(file, found)
            except DetectorError as error:
                source, why = None, str(error)[:300]
            for at in numbers:
                if source is None or why:
                    yield at, (None, why)
                else:
                    yield at, self._text(source, rows[at])

    def _find(self, file: str) -> str | None:
        """The name under which an archive is to be opened; None where it cannot be opened again."""
        if file == "-":
            return None
        return file if self._archives is None else below(str(self._archives), file)

    def _changed(self, file: str, found: str | None) -> str:
        """Why an archive is not the one that was scanned, empty where nothing says so."""
        if found is None:
            return NOT_KEPT
        size, path = self._sizes.get(file), Path(found)
        if size is None or not path.is_file() or path.stat().st_size == size:
            return ""
        return (
            f"{found}: has {path.stat().st_size:,} bytes, and had {size:,} when it was scanned: it"
            " is another file now"
        )

    def _text(self, source: ByteSource, row: Row) -> Text:
        place = Locator(row["file"], row["offset"], row["length"], row["inner"])
        changed = f"the archive was changed: it holds another text at {place}"
        try:
            record = read_record_at(source, place, block_cap=self._settings.body_cap + HEAD_ROOM)
            document = self._document(record) if isinstance(record, ArchiveRecord) else None
        except DetectorError as error:
            return None, str(error)[:300]
        except Exception as error:  # a parser's fault on one page is not the end of the report
            return None, f"{place}: {type(error).__name__}: {str(error)[:100]!r}"
        if document is None:
            return None, changed
        if xxhash.xxh3_128_hexdigest(document.normal.encode()) != row["fingerprint"]:
            return None, f"{changed}, or this version extracts it otherwise"
        return document.text, ""

    def _document(self, record: ArchiveRecord) -> Document | None:
        capture = decode_capture(record, body_cap=self._settings.body_cap)
        if not isinstance(capture, Capture):
            return None
        extractor = get_extractor(self._settings.extractor)
        document = extract_document(
            capture, extractor=extractor, min_words=self._settings.min_words
        )
        return document if isinstance(document, Document) else None


def all_texts(
    texts: Texts, rows: Sequence[Row], longest: int, each: Callable[[], object]
) -> list[tuple[str | None, int, str]]:
    """For each row the beginning of its text, the characters of all of it, or why there is none."""
    found: list[tuple[str | None, int, str]] = [(None, 0, "")] * len(rows)
    for at, (text, why) in texts.of(rows):
        found[at] = (text if text is None else text[:longest], len(text or ""), why)
        each()
    return found
