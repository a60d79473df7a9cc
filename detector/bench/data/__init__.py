"""Data sets as they are published, read one text at a time."""

from detector.bench.data.base import Bad, Format
from detector.bench.data.sources import FORMATS, Source, find_sources

__all__ = ["FORMATS", "Bad", "Format", "Source", "find_sources"]
