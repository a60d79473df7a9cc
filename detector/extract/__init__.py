"""From what a server sent to the text a person would read: Capture -> Document, Skip or Fault."""

from detector.extract.extractors import Extracted, Extractor, get_extractor
from detector.extract.normal import NORMAL_FORM, normal_form
from detector.extract.page import document_of, extract_document, unix_lines

__all__ = [
    "NORMAL_FORM",
    "Extracted",
    "Extractor",
    "document_of",
    "extract_document",
    "get_extractor",
    "normal_form",
    "unix_lines",
]
