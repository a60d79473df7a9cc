"""The head of the record at a known byte, read without the rest of the record."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from isal import isal_zlib

from detector.read.containers import Containers
from detector.read.cursor import Cursor
from detector.read.heads import HEAD_CAP, HEAD_END, Head, parse_arc_line, parse_warc_head
from detector.read.members import GZIP_MAGIC, ZSTD_MAGIC, InflateError
from detector.read.source import ByteSource
from detector.read.starts import kind_expected
from detector.read.window import BLOCK, Window

if TYPE_CHECKING or sys.version_info < (3, 14):
    from backports import zstd
else:
    from compression import zstd

PROBE: Final = 2 << 10
"""Bytes of the file in which nearly every head ends; where it does not, more are read."""

_INFLATED: Final = 4 << 10


class HeadReader:
    """Reads heads at rising offsets of one archive; what lies between is not inflated."""

    def __init__(self, source: ByteSource) -> None:
        self._window = Window(source)
        self._containers = Containers(self._window)

    def at(self, offset: int) -> Head | None:
        """The head that begins at this byte, by itself or first in a compressed member, or None.

        InputError when the source breaks off.
        """
        return _parsed(self._beginning(offset)) or _parsed(self._more(offset))

    def _beginning(self, offset: int) -> bytes:
        """The first bytes of what lies there, inflated; those that a probe holds."""
        view = self._window.view(offset, BLOCK)[:PROBE]
        probe = bytes(view) if len(view) == PROBE else self._window.read(offset, PROBE)
        try:
            if probe.startswith(GZIP_MAGIC):
                data: bytes = isal_zlib.decompressobj(wbits=31).decompress(probe, _INFLATED)
                return data
            if probe.startswith(ZSTD_MAGIC):
                frame = zstd.ZstdDecompressor(zstd_dict=self._containers.dictionary())
                return frame.decompress(probe, _INFLATED)
        except (InflateError, zstd.ZstdError):
            return b""
        return probe

    def _more(self, offset: int) -> bytes:
        """The same up to the longest head that we read."""
        cursor = Cursor(self._containers)
        cursor.open(self._containers.open(offset))
        cursor.skip_blank()
        cursor.ensure(HEAD_CAP, join=True)
        return cursor.buffer[cursor.pos : cursor.pos + HEAD_CAP]


def _parsed(data: bytes) -> Head | None:
    """The head at the beginning of the bytes, if all of it is there."""
    if data[:1] in (b"\r", b"\n"):
        data = data.lstrip(b"\r\n")
    if data[:5].upper() == b"WARC/":
        found = HEAD_END.search(data)
        return parse_warc_head(data[: found.end()]) if found else None
    if kind_expected(data, 0) == "ARC":
        return parse_arc_line(data[: data.index(b"\n") + 1])
    return None
