"""The text of a record, as every command reads it."""

from __future__ import annotations

from detector.extract import Extractor, extract_document
from detector.pipeline.settings import ScanSettings
from detector.read import decode_capture
from detector.records import ArchiveRecord, Capture, Document, Fault, Skip


def read_document(
    record: ArchiveRecord, settings: ScanSettings, extractor: Extractor
) -> Document | Skip | Fault:
    """Decode a record and extract its text, or say why there is none."""
    capture = decode_capture(record, body_cap=settings.body_cap)
    if not isinstance(capture, Capture):
        return capture
    return extract_document(capture, extractor=extractor, min_words=settings.min_words)
