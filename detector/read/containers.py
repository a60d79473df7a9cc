"""Which kind of member begins at an offset, and where the next sound one begins after damage."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

from isal import isal_zlib

from detector.read.members import (
    GZIP_MAGIC,
    ZSTD_MAGIC,
    GzipMember,
    InflateError,
    Member,
    ZstdFrame,
)
from detector.read.starts import LINE_CAP, begins_record, find_start
from detector.read.window import BLOCK, Window

if TYPE_CHECKING or sys.version_info < (3, 14):
    from backports import zstd
else:
    from compression import zstd

DICTIONARY_CAP: Final = 16 << 20
_DICTIONARY_FRAME: Final = b"\x5d\x2a\x4d\x18"
# RFC 1952 2.3.1: the three reserved bits of FLG are zero. RFC 8878 3.1.1: the frame's magic.
_MAGIC = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]|\x28\xb5\x2f\xfd")
_PROBE: Final = 4 << 10


class Containers:
    """Opens the members of one archive."""

    __slots__ = ("_dictionary", "_dictionary_read", "window")

    def __init__(self, window: Window) -> None:
        self.window = window
        self._dictionary: zstd.ZstdDict | None = None
        self._dictionary_read = False

    def open(self, offset: int) -> Member:
        """The member that begins at `offset`; anything without a magic number is a plain stretch.

        Skippable zstd frames (RFC 8878 3.1.2) are passed over.
        """
        window = self.window
        while True:
            head = bytes(window.view(offset, BLOCK)[:8])
            if len(head) < 8:
                head = window.read(offset, 8)
            if head.startswith(GZIP_MAGIC):
                return GzipMember(window, offset)
            if head.startswith(ZSTD_MAGIC):
                return ZstdFrame(window, offset, self.dictionary())
            after = self._after_skippable(offset, head)
            if after is None:
                return Member(window, offset)
            offset = after

    def passes_over(self, offset: int) -> bool:
        """Whether a skippable frame begins there."""
        return self._after_skippable(offset, self.window.read(offset, 8)) is not None

    def _after_skippable(self, offset: int, head: bytes) -> int | None:
        """Where a skippable frame ends, if that is one: a member follows, or the end of the file.

        Nothing in such a frame can be checked; without this, four damaged bytes could pass over
        the rest of a file.
        """
        size = int.from_bytes(head[4:8], "little")
        if len(head) < 8 or not _is_skippable(head) or size > DICTIONARY_CAP:
            return None
        end = offset + 8 + size
        tail = self.window.read(end - 1, 5)
        follows = tail[1:]
        if len(tail) == 1 or follows.startswith((GZIP_MAGIC, ZSTD_MAGIC)) or _is_skippable(follows):
            return end
        return None

    def find(self, offset: int, limit: int | None = None, *, plain_from: int = 0) -> int | None:
        """The first place from `offset` on where a sound member or a plain record begins.

        limit: where to give up. plain_from: where plain records may begin: not inside a member,
        which holds what it cannot make smaller as it was, heads of records among it.
        """
        window = self.window
        while chunk := window.read(offset, BLOCK + LINE_CAP):
            if limit is not None and offset >= limit:
                break
            last = len(chunk) < BLOCK + LINE_CAP
            stop = len(chunk) if last else BLOCK
            at = self._find_in(chunk, offset, stop, max(0, plain_from - offset))
            if at is not None:
                return at
            # A record line may begin right after this stretch: keep the line end before it.
            offset += stop if last else stop - 1
        return None

    def _find_in(self, chunk: bytes, offset: int, stop: int, plain_at: int) -> int | None:
        plain = find_start(chunk, plain_at, stop) if plain_at < stop else -1
        limit = plain if plain >= 0 else stop
        for found in _MAGIC.finditer(chunk):
            if found.start() >= limit:
                break
            if self._is_sound(chunk, found.start(), offset):
                return offset + found.start()
        return offset + plain if plain >= 0 else None

    def _is_sound(self, chunk: bytes, at: int, offset: int) -> bool:
        """Whether the candidate inflates to the beginning of a record."""
        probe = chunk[at : at + _PROBE]
        if len(probe) < _PROBE:
            probe = self.window.read(offset + at, _PROBE)
        try:
            if probe.startswith(GZIP_MAGIC):
                return begins_record(isal_zlib.decompressobj(wbits=31).decompress(probe, _PROBE))
            frame = zstd.ZstdDecompressor(zstd_dict=self.dictionary())
            return begins_record(frame.decompress(probe, _PROBE))
        except (InflateError, zstd.ZstdError):
            return False

    def dictionary(self) -> zstd.ZstdDict | None:
        """The dictionary of the file's frames, if it has one."""
        if not self._dictionary_read:
            self._dictionary_read = True
            self._dictionary = _read_dictionary(self.window)
        return self._dictionary


def _is_skippable(head: bytes) -> bool:
    return 0x184D2A50 <= int.from_bytes(head[:4], "little") <= 0x184D2A5F


def _read_dictionary(window: Window) -> zstd.ZstdDict | None:
    """The dictionary in the file's first frame, if it has one.

    "WARC with Zstandard compression" (IIPC, 2021), clause 3.2: a skippable frame of magic number
    0x184D2A5D that holds the dictionary, itself compressed with Zstandard or not.
    """
    head = window.read(0, 8)
    size = int.from_bytes(head[4:8], "little")
    if head[:4] != _DICTIONARY_FRAME or size > DICTIONARY_CAP:
        return None
    held = window.read(8, size)
    try:
        if held.startswith(ZSTD_MAGIC):
            held = zstd.ZstdDecompressor().decompress(held, DICTIONARY_CAP)
        dictionary = zstd.ZstdDict(held)
        # Only a decompressor looks at what is in it.
        zstd.ZstdDecompressor(zstd_dict=dictionary)
    except (zstd.ZstdError, ValueError):
        return None
    return dictionary
