"""Archives in memory, read as the scan reads files, and in pieces of any size."""

from __future__ import annotations

import io
from typing import BinaryIO

from detector.read import BODY_CAP, ByteSource, read_steps
from detector.read.source import StreamSource
from detector.records import ArchiveRecord, Fault, Position, Step

CAP = BODY_CAP + (64 << 10)


class Bytes(ByteSource):
    """An archive in memory; `asked` keeps what was asked for."""

    def __init__(self, data: bytes, name: str = "made") -> None:
        self.name = name
        self.data = data
        self.size = len(data)
        self.asked: list[tuple[int, int]] = []

    def read_at(self, offset: int, size: int) -> bytes:
        self.asked.append((offset, size))
        return self.data[offset : offset + size]


class Dribble(io.RawIOBase):
    """A pipe that gives at most `size` bytes a read."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data = data
        self._size = size
        self._at = 0

    def read(self, _size: int = -1) -> bytes:
        part = self._data[self._at : self._at + self._size]
        self._at += len(part)
        return part


def pipe(data: bytes, size: int = 1000) -> StreamSource:
    stream: BinaryIO = Dribble(data, size)  # type: ignore[assignment]
    return StreamSource("made", stream)


def steps(data: bytes, start: Position = Position(), cap: int = CAP) -> list[Step]:  # noqa: B008
    return list(read_steps(Bytes(data), start=start, block_cap=cap))


def records(data: bytes) -> list[ArchiveRecord]:
    return [step.item for step in steps(data) if isinstance(step.item, ArchiveRecord)]


def faults(data: bytes) -> list[Fault]:
    return [step.item for step in steps(data) if isinstance(step.item, Fault)]


def lost(data: bytes) -> list[tuple[str, int, int]]:
    """Code, offset and length of each byte range that was passed over."""
    found = faults(data)
    assert all(fault.lost > 0 for fault in found)
    return [(fault.code, fault.locator.offset, fault.locator.length) for fault in found]
