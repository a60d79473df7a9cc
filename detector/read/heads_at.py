"""The names in the head of the record at a known byte, read without the rest of the record."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from isal import isal_zlib

from detector.read.containers import Containers
from detector.read.cursor import Cursor
from detector.read.heads import HEAD_CAP, HEAD_END, parse_arc_line
from detector.read.members import GZIP_MAGIC, ZSTD_MAGIC, InflateError
from detector.read.naming import Naming, parse_naming
from detector.read.source import ByteSource
from detector.read.starts import kind_expected
from detector.read.window import Window

if TYPE_CHECKING or sys.version_info < (3, 14):
    from backports import zstd
else:
    from compression import zstd

PROBE: Final = 1 << 10
"""Bytes of the file in which nearly every head ends; where it does not, more are read."""

_INFLATED: Final = 2 << 10
_FED: Final = (8 << 10, 24 << 10, 96 << 10)


class HeadReader:
    """Reads heads at rising offsets of one archive; what lies between is not inflated."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._window = Window(source)
        self._containers = Containers(self._window)
        self._apart: bool | None = None

    def at(self, offset: int) -> Naming | None:
        """The names in the head that begins at this byte, by itself or first in a member, or None.

        InputError when the source breaks off.
        """
        return _parsed(self._beginning(offset)) or _parsed(self._more(offset))

    def packed(self, offset: int) -> bool:
        """Whether a compressed member begins at this byte."""
        return self._read(offset, 4).startswith((GZIP_MAGIC, ZSTD_MAGIC))

    def _beginning(self, offset: int) -> bytes:
        """The first bytes of what lies there, inflated; those that a probe holds."""
        probe = self._read(offset, PROBE)
        try:
            if probe.startswith(GZIP_MAGIC):
                data: bytes = isal_zlib.decompressobj(wbits=31).decompress(probe, _INFLATED)
                return data
            if probe.startswith(ZSTD_MAGIC):
                return self._first_block(offset)
        except (InflateError, zstd.ZstdError):
            return b""
        return probe

    def _read(self, offset: int, size: int) -> bytes:
        """Some bytes of the file: by whole blocks where most of them have a head."""
        if self._apart is None:
            # Compressed records are short: a call of the system for each head would cost more.
            begin = self._window.read(0, 4)
            self._apart = self._source.random and not begin.startswith((GZIP_MAGIC, ZSTD_MAGIC))
        if self._apart:
            return self._source.read_at(offset, size)
        return self._window.read(offset, size)

    def _first_block(self, offset: int) -> bytes:
        """The first bytes of a frame: nothing comes out of it before a whole block is in."""
        frame = zstd.ZstdDecompressor(zstd_dict=self._containers.dictionary())
        for size in _FED:
            data = frame.decompress(self._read(offset, size), _INFLATED)
            if data or frame.eof:
                return data
            offset += size
        return b""

    def _more(self, offset: int) -> bytes:
        """The same up to the longest head that we read."""
        cursor = Cursor(self._containers)
        cursor.open(self._containers.open(offset))
        cursor.skip_blank()
        cursor.ensure(HEAD_CAP, join=True)
        return cursor.buffer[cursor.pos : cursor.pos + HEAD_CAP]


def _parsed(data: bytes) -> Naming | None:
    """The names in the head at the beginning of the bytes, if all of it is there."""
    if data[:1] in (b"\r", b"\n"):
        data = data.lstrip(b"\r\n")
    if data[:5].upper() == b"WARC/":
        found = HEAD_END.search(data)
        return parse_naming(data[: found.end()]) if found else None
    if kind_expected(data, 0) == "ARC":
        head = parse_arc_line(data[: data.index(b"\n") + 1])
        return Naming(head.type, None, head.url, head.captured, ())
    return None
