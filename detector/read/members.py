"""What an archive file is made of: gzip members, zstd frames, and stretches of plain bytes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, cast

from isal import isal_zlib

from detector.read.window import BLOCK, Window

if TYPE_CHECKING or sys.version_info < (3, 14):
    from backports import zstd
else:
    from compression import zstd

InflateError: Final = cast("type[Exception]", isal_zlib.error)
"""What ISA-L raises; its type stub has an instance here instead of the class."""

FEED: Final = 1 << 17
"""Compressed bytes handed to a decompressor at a time; a divisor of the window's block."""

FINE: Final = 64
"""The same, on the second pass over the slice that failed."""

PIECE: Final = 1 << 20
"""Inflated bytes taken from a decompressor at a time: what bounds a bomb."""

GZIP_MAGIC: Final = b"\x1f\x8b\x08"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"


class Member:
    """A stretch of the file that inflates by itself, read forward in pieces.

    offset: where it begins. fed: the next byte of the file to be read. end: where it ended, once
    it has. failed: what the decompressor said, once it has failed. When `piece` returns nothing
    and neither is set, the file ended inside the member.
    """

    __slots__ = ("end", "failed", "fed", "offset", "window")
    compressed = False

    def __init__(self, window: Window, offset: int) -> None:
        self.window = window
        self.offset = self.fed = offset
        self.end: int | None = None
        self.failed: str | None = None

    def piece(self) -> bytes:
        """The next bytes, at most a block; empty when there are no more."""
        piece = bytes(self.window.view(self.fed, BLOCK))
        self.fed += len(piece)
        return piece


class _Compressed(Member):
    """A member behind a decompressor.

    When a slice cannot be inflated, the member is inflated again from its beginning and that slice
    taken in crumbs of `FINE` bytes: a decompressor that fails drops the output of the failing call,
    and whole records may have been in it.
    """

    __slots__ = ("_decoder", "_delivered", "_drop", "_fine_from", "_more")
    compressed = True
    error: type[Exception] = Exception

    def __init__(self, window: Window, offset: int) -> None:
        super().__init__(window, offset)
        self._decoder = self._new()
        self._delivered = 0
        self._drop = 0
        self._fine_from: int | None = None
        self._more: bytes | None = None

    def _new(self) -> Any:
        raise NotImplementedError

    def _pending(self, output: bytes) -> bytes | None:
        """What to hand the decompressor next, None when that is new bytes of the file."""
        raise NotImplementedError

    def piece(self) -> bytes:
        while self.end is None and self.failed is None:
            data: memoryview | bytes | None = self._more
            fresh = data is None
            if data is None:
                data = self._slice()
            decoder = self._decoder
            try:
                output: bytes = decoder.decompress(data, PIECE)
            except self.error as error:
                self._fail(str(error))
                continue
            if decoder.eof:
                self.end = self.fed - len(decoder.unused_data)
            elif fresh and not data and not output:
                return b""
            else:
                self._more = self._pending(output)
            if self._drop:
                output = self._dropped(output)
            if output:
                self._delivered += len(output)
                return output
        return b""

    def _slice(self) -> memoryview:
        if self._fine_from is not None and self.fed >= self._fine_from:
            data = self.window.view(self.fed, FINE)
        else:
            data = self.window.view(self.fed, FEED)
        self.fed += len(data)
        return data

    def _dropped(self, output: bytes) -> bytes:
        drop = min(self._drop, len(output))
        self._drop -= drop
        return output[drop:]

    def _fail(self, message: str) -> None:
        if self._fine_from is not None or self.offset < self.window.source.earliest:
            self.failed = message
            return
        self._fine_from = max(self.offset, (self.fed - 1) // FEED * FEED)
        self._drop, self._delivered = self._delivered, 0
        self._more = None
        self.fed = self.offset
        self._decoder = self._new()


class GzipMember(_Compressed):
    """A gzip member (RFC 1952), inflated with ISA-L."""

    __slots__ = ()
    error = InflateError

    def _new(self) -> Any:
        return isal_zlib.decompressobj(wbits=31)

    def _pending(self, output: bytes) -> bytes | None:
        # With the limit reached, output may wait inside even when all input is taken.
        tail: bytes = self._decoder.unconsumed_tail
        return tail if tail or len(output) >= PIECE else None


class ZstdFrame(_Compressed):
    """A Zstandard frame (RFC 8878), perhaps with the file's dictionary."""

    __slots__ = ("_dictionary",)
    error = zstd.ZstdError

    def __init__(self, window: Window, offset: int, dictionary: zstd.ZstdDict | None) -> None:
        self._dictionary = dictionary
        super().__init__(window, offset)

    def _new(self) -> Any:
        return zstd.ZstdDecompressor(zstd_dict=self._dictionary)

    def _pending(self, output: bytes) -> bytes | None:  # noqa: ARG002 - it tells by itself
        return None if self._decoder.needs_input else b""
