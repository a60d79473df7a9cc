"""An archive without some of its records, everything else byte for byte as it was."""

from __future__ import annotations

import sys
import zlib
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from detector.read.containers import Containers
from detector.read.members import GZIP_MAGIC, ZSTD_MAGIC, GzipMember, Member
from detector.read.source import ByteSource
from detector.read.window import BLOCK, Window

if TYPE_CHECKING or sys.version_info < (3, 14):
    from backports import zstd
else:
    from compression import zstd

Piece: TypeAlias = bytes | memoryview

_LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a record of an archive lies, as in `Locator`, and whether it goes."""

    offset: int
    length: int
    inner: int | None
    gone: bool


class Cutter:
    """Cuts records out of one archive, going forward, in memory that does not grow with it.

    A record with a member of its own, or without compression, goes with its bytes and the line ends
    after it; nothing around it is touched, damage, padding and dictionaries among it. Members that
    hold several records, of which some go, are written anew: each record that stays gets a member
    of its own, and its bytes are the same once inflated.

    rewritten: how many records those were. consumed: bytes of the archive done with.
    """

    def __init__(self, source: ByteSource) -> None:
        self.rewritten = 0
        self.consumed = 0
        self._source = source
        self._window = Window(source)
        self._containers = Containers(self._window)

    def pieces(self, records: Iterable[Placed]) -> Iterator[Piece]:
        """The bytes of the archive without the records that go.

        records: all of the archive's, in its order. InputError when the source breaks off.
        """
        at = 0
        for group, following in pairwise(chain(_groups(records), [None])):
            if group is None or not any(record.gone for record in group):
                continue
            limit = following[0].offset if following else None
            yield from self._raw(at, group[0].offset)
            if group[0].inner is None:
                at = self._end(group[0], limit)
            else:
                at = yield from self._rewritten(group, limit)
        yield from self._raw(at, None)

    def _raw(self, at: int, end: int | None) -> Iterator[Piece]:
        while end is None or at < end:
            piece = self._piece(at, BLOCK if end is None else min(BLOCK, end - at))
            if not piece:
                return
            at += len(piece)
            self.consumed = at
            yield piece

    def _piece(self, at: int, size: int) -> Piece:
        """The next bytes, at most so many; whole blocks where the source is read forward."""
        if self._source.random:
            return self._source.read_at(at, size)
        return self._window.view(at, BLOCK)[:size]

    def _end(self, record: Placed, limit: int | None) -> int:
        """Where the bytes end that go with a record: plain ones have line ends behind them."""
        end = record.offset + record.length
        begin = bytes(self._piece(record.offset, 4))
        if len(begin) < 4:
            begin = self._window.read(record.offset, 4)
        if begin.startswith((GZIP_MAGIC, ZSTD_MAGIC)):
            return end
        while limit is None or end < limit:
            blank = bytes(self._piece(end, 64 if limit is None else min(64, limit - end)))
            ends = len(blank) - len(blank.lstrip(b"\r\n"))
            end += ends
            if not blank or ends < len(blank):
                break
        return end

    def _rewritten(self, group: list[Placed], limit: int | None) -> Generator[Piece, None, int]:
        """The records that stay of members with several; returns where these members end.

        What cannot be inflated, up to `limit`, is not among it.
        """
        rows = deque(group)
        splitter = _Splitter()
        place, offset = 0, group[0].offset
        last = 0
        while True:
            member = self._containers.open(offset)
            while rows and rows[0].offset == member.offset:
                row = rows.popleft()
                begin = place + (row.inner or 0)
                last = begin + row.length
                splitter.expect(begin, gone=row.gone)
            while piece := member.piece():
                yield from splitter.feed(piece, member)
                place += len(piece)
                self.consumed = max(self.consumed, member.fed)
            if member.end is None or not member.compressed:
                end = self._window.find_end() if limit is None else limit
                break
            offset = end = member.end
            if (limit is not None and end >= limit) or (not rows and place >= last):
                break
        yield from splitter.flush()
        self.rewritten += splitter.written
        return end


class _Splitter:
    """Inflated bytes in, at known places cut into records; a member for each that stays."""

    def __init__(self) -> None:
        self.written = 0
        self._place = 0
        self._expected: deque[tuple[int, bool]] = deque()
        self._packer: Any = None
        self._keeps = False

    def expect(self, place: int, *, gone: bool) -> None:
        """A record begins at this place."""
        self._expected.append((place, gone))

    def feed(self, piece: bytes, member: Member) -> Iterator[bytes]:
        """Take the next bytes, which a member inflated to."""
        at = 0
        while at < len(piece):
            stop = len(piece)
            if self._expected:
                stop = min(stop, max(at, self._expected[0][0] - self._place))
            if self._keeps and stop > at:
                if self._packer is None:
                    self._packer = _packer(member)
                    self.written += 1
                yield self._packer.compress(piece[at:stop])
            at = stop
            if self._expected and self._expected[0][0] <= self._place + at:
                yield from self.flush()
                self._keeps = not self._expected.popleft()[1]
        self._place += len(piece)

    def flush(self) -> Iterator[bytes]:
        """End the record that was begun."""
        if self._packer is not None:
            yield self._packer.flush()
        self._packer = None


def _packer(member: Member) -> Any:
    """What makes a member of the same kind."""
    if isinstance(member, GzipMember):
        return zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    # Without the file's dictionary: a decompressor that has it reads such a frame all the same.
    return zstd.ZstdCompressor(options={zstd.CompressionParameter.checksum_flag: 1})


def _groups(records: Iterable[Placed]) -> Iterator[list[Placed]]:
    """Records that go or stay by themselves, alone; the records of common members together.

    A group ends where a record begins a member: members that run on into each other stay together.
    Those that stay by themselves are left out, unless something before them may need their place.
    """
    group: list[Placed] = []
    asked = False
    for record in records:
        if record.inner is None:
            if group:
                yield group
                group = []
            if record.gone or asked:
                yield [record]
            asked = record.gone
        else:
            if group and record.inner == 0:
                yield group
                group = []
            group.append(record)
            asked = True
    if group:
        yield group
