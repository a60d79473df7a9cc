"""A forward view of a source in aligned blocks, that can step back as far as the source can."""

from __future__ import annotations

from typing import Final

from detector.read.source import ByteSource

BLOCK: Final = 1 << 20


class Window:
    """The bytes of a source at any offset, held one aligned block at a time.

    Blocks begin at multiples of `BLOCK`, so that a reading taken up in the middle of a file hands
    the decompressors the very slices that a reading from the start hands them. end: the length of
    the file, once known.
    """

    __slots__ = ("_at", "_view", "end", "source")

    def __init__(self, source: ByteSource) -> None:
        self.source = source
        self.end: int | None = source.size
        self._at = -1
        self._view = memoryview(b"")

    def view(self, offset: int, align: int) -> memoryview:
        """The bytes from `offset` to the next multiple of `align`; empty at the end of the file.

        `align` divides `BLOCK`.
        """
        begin = offset - offset % BLOCK
        if begin != self._at:
            self._load(begin)
        within = offset - begin
        return self._view[within : within - within % align + align]

    def read(self, offset: int, size: int) -> bytes:
        """`size` bytes from `offset` on, fewer only where the file ends."""
        parts: list[memoryview] = []
        while size > 0:
            part = self.view(offset, BLOCK)[:size]
            if not part:
                break
            parts.append(part)
            offset += len(part)
            size -= len(part)
        return b"".join(parts)

    def find_end(self) -> int:
        """The length of the file, read to its end where that is the only way to know."""
        offset = max(self._at, 0)
        while self.end is None:
            offset += len(self.view(offset, BLOCK))
        return self.end

    def zeros_to_end(self, offset: int) -> bool:
        """Whether the file holds nothing but zero bytes from `offset` on: padding."""
        while view := self.view(offset, BLOCK):
            if any(view):
                return False
            offset += len(view)
        return True

    def _load(self, begin: int) -> None:
        self._view = memoryview(b"")
        block = self.source.read_at(begin, BLOCK)
        self._view = memoryview(block)
        self._at = begin
        if self.end is None:
            self.end = self.source.size
        if len(block) < BLOCK and (block or self.end is None or self.end > begin):
            self.end = begin + len(block)
