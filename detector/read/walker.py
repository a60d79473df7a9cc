"""Bytes of an archive -> records and faults, going on at the next good record after damage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from detector.read.blocks import at_member, at_padding, read_block, record_kind
from detector.read.containers import Containers
from detector.read.cursor import Cursor
from detector.read.heads import HEAD_CAP, HEAD_END, Head, parse_arc_line, parse_warc_head
from detector.read.members import FEED, PIECE, Member
from detector.read.source import ByteSource
from detector.read.starts import LINE_CAP, find_start
from detector.read.window import Window
from detector.records import ArchiveRecord, Fault, Locator, Position, Step

READ_TYPES: Final = frozenset({"response", "resource", "conversion"})
"""The record types whose blocks are read; all others are passed over."""

BACK: Final = 4 << 20
"""How far before the byte that failed the search for the next good member begins, at most."""

FOREIGN: Final = {
    b"PK\x03\x04": "It is a ZIP file: unpack it (a WACZ holds its WARC files in archive/)",
    b"7z\xbc\xaf": "It is a 7-Zip file: unpack it",
    b"BZh9": "It is a bzip2 file: unpack it",
    b"PAR1": "It is a Parquet file: a WARC, ARC or WET file is wanted",
}

FROM_THE_START: Final = Position()

RECOGNISE: Final = 64 << 20
"""A file in whose first bytes, this many, nothing begins that we know, is no archive."""


def read_steps(
    source: ByteSource, *, start: Position = FROM_THE_START, block_cap: int
) -> Iterator[Step]:
    """Walk an archive: every record and every fault in file order, each with where to go on.

    WARC, ARC and WET, plain, gzip or Zstandard, told by content. block_cap: bytes kept of a block.
    Raises InputError when the source breaks off; nothing in the archive itself raises.
    """
    return _Walk(source, start, block_cap).steps()


def read_record_at(
    source: ByteSource, locator: Locator, *, block_cap: int
) -> ArchiveRecord | Fault:
    """Read the one record (or fault) at a locator again; its ordinal is given as 0.

    InputError when the source breaks off. A locator at which nothing begins gives a fault.
    """
    start = Position(locator.offset, locator.inner)
    for step in read_steps(source, start=start, block_cap=block_cap):
        return step.item
    message = "nothing begins here: the archive ends before. Check the locator."
    return Fault(locator, 0, "damaged-record", message)


class _Broken(Exception):
    """A record that cannot be given: the code and message of its fault."""

    def __init__(self, code: str, message: str, head: Head | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.head = head


class _Walk:
    """One reading of one archive."""

    def __init__(self, source: ByteSource, start: Position, block_cap: int) -> None:
        self.name = source.name
        self.window = Window(source)
        self.containers = Containers(self.window)
        self.cursor = Cursor(self.containers)
        self.block_cap = block_cap
        self.ordinal = start.ordinal
        self.start = start

    def steps(self) -> Iterator[Step]:
        cursor = self.cursor
        cursor.open(self.containers.open(self.start.offset))
        cursor.skip(self.start.inner or 0)
        while True:
            cursor.skip_blank()
            if cursor.at_end():
                step = self._ended_member()
                if step is not None:
                    yield step
                elif cursor.member.end is None:
                    return
                else:
                    cursor.open(self.containers.open(cursor.member.end))
            elif kind := record_kind(cursor):
                yield self._step(kind)
            elif at_member(cursor):
                cursor.open(self.containers.open(cursor.where(cursor.place)[0]))
            elif at_padding(cursor):
                return
            else:
                yield self._lose(cursor.place, _Broken("damaged-record", self._seen()))

    def _ended_member(self) -> Step | None:
        """The fault of a member that gave no more records because it broke off."""
        cursor = self.cursor
        member = cursor.member
        if message := self._broke_off():
            return self._lose(cursor.place, _Broken("damaged-member", message))
        if member.end is None and member.compressed and cursor.place == 0:
            broken = _Broken("truncated-record", "the file ends inside a compressed member")
            return self._lose(0, broken)
        return None

    def _step(self, kind: str) -> Step:
        place = self.cursor.place
        try:
            return self._record(kind, place)
        except _Broken as broken:
            return self._lose(place, broken)

    def _record(self, kind: str, place: int) -> Step:
        cursor = self.cursor
        head = self._warc_head() if kind == "WARC" else self._arc_head()
        block_at = cursor.place
        keep = self.block_cap if head.type in READ_TYPES else 0
        block = read_block(cursor, head.length, keep)
        if cursor.at_end() and (message := self._broke_off()):
            raise _Broken("damaged-member", message, head)
        resume = self._resume()
        record = ArchiveRecord(
            locator=self._locator(place, block.end, resume),
            ordinal=self.ordinal,
            version=head.version,
            type=head.type,
            headers=head.headers,
            block=block.kept,
            block_length=block.end - block_at,
            cut=block.cut,
            url=head.url,
            captured=head.captured,
            record_id=head.record_id,
            payload_digest=head.payload_digest,
            content_type=head.content_type,
        )
        step = self._stepped(record, resume)
        cursor.settle()
        return step

    def _warc_head(self) -> Head:
        cursor = self.cursor
        found = HEAD_END.search(cursor.buffer, cursor.pos)
        size = 4096
        while found is None and size <= HEAD_CAP:
            size *= 4
            more = cursor.ensure(size, join=True)
            found = HEAD_END.search(cursor.buffer, cursor.pos)
            if found is None and not more:
                raise self._no_head_end()
        if found is None or found.end() - cursor.pos > HEAD_CAP:
            message = f"a record head of more than {HEAD_CAP >> 10} KiB"
            raise _Broken("header-too-large", message)
        head = parse_warc_head(cursor.buffer[cursor.pos : found.end()])
        cursor.pos = found.end()
        return head

    def _no_head_end(self) -> _Broken:
        if message := self._broke_off():
            return _Broken("damaged-member", message)
        return _Broken("truncated-record", "the archive ends inside a record head")

    def _arc_head(self) -> Head:
        cursor = self.cursor
        end = cursor.buffer.index(b"\n", cursor.pos) + 1
        head = parse_arc_line(cursor.buffer[cursor.pos : end])
        cursor.pos = end
        return head

    def _resume(self) -> Position:
        """Where the next record is to be looked for."""
        cursor = self.cursor
        if cursor.at_end() and cursor.member.compressed:
            member = cursor.member
            return Position(member.fed if member.end is None else member.end, None, 0)
        offset, inner = cursor.where(cursor.place)
        return Position(offset, inner or None, 0)

    def _locator(self, place: int, end: int, resume: Position) -> Locator:
        offset, inner = self.cursor.where(place)
        if inner == 0 and resume.inner is None and len(self.cursor.joins) == 1:
            return Locator(self.name, offset, resume.offset - offset)
        return Locator(self.name, offset, end - place, inner)

    def _stepped(self, item: ArchiveRecord | Fault, resume: Position) -> Step:
        self.ordinal += 1
        # Of what the decompressor was last fed, nobody knows how much it has used.
        consumed = max(resume.offset, self.cursor.member.fed - FEED)
        return Step(item, Position(resume.offset, resume.inner, self.ordinal), consumed)

    def _seen(self) -> str:
        here = self.cursor.buffer[self.cursor.pos : self.cursor.pos + 40]
        return f"no record begins here but {here!r:.60}"

    def _lose(self, place: int, broken: _Broken) -> Step:
        """Pass over what cannot be read, to the next good record, and say what was lost."""
        cursor = self.cursor
        offset, inner = cursor.where(place)
        new = offset == 0 and not inner and broken.code == "damaged-record"
        limit = RECOGNISE if new else None
        cursor.pos += cursor.place == place
        if cursor.member.compressed and self._find_inside(limit):
            length = cursor.place - place
            locator, lost = Locator(self.name, offset, length, inner), length
        else:
            passed, member = cursor.place, cursor.member
            foreign = new and self.window.read(0, 4) in FOREIGN
            found = not foreign and self._find_onward(limit)
            end = cursor.member.offset if found else self.window.find_end()
            if not found:
                broken = self._not_an_archive() if new else broken
                cursor.open(Member(self.window, end))
            if inner:
                gap = end - (member.fed if member.end is None else member.end)
                locator = Locator(self.name, offset, passed - place, inner)
                lost = passed - place + max(0, gap)
            else:
                locator, lost = Locator(self.name, offset, end - offset), end - offset
        return self._fault(locator, lost, broken)

    def _fault(self, locator: Locator, lost: int, broken: _Broken) -> Step:
        head = broken.head
        fault = Fault(
            locator,
            self.ordinal,
            broken.code,
            f"{broken.message}; {lost:,} bytes lost",
            lost,
            head.type if head else None,
            head.url if head else None,
        )
        return self._stepped(fault, self._resume())

    def _find_inside(self, limit: int | None) -> bool:
        """Go to the next record within the member; at its end when there is none."""
        cursor = self.cursor
        more = True
        while more and (limit is None or cursor.place < limit):
            more = cursor.ensure(LINE_CAP + PIECE)
            found = find_start(cursor.buffer, cursor.pos)
            last = len(cursor.buffer)
            if found >= 0:
                cursor.pos = found
                return True
            cursor.pos = max(cursor.pos, last - LINE_CAP) if more else last
        return False

    def _find_onward(self, limit: int | None) -> bool:
        """Go to the next good member, or plain record, after the member that broke off."""
        cursor, containers = self.cursor, self.containers
        while limit is None or cursor.member.offset < limit:
            member = cursor.member
            if member.end is not None:
                following = containers.open(member.end)
                if following.compressed:
                    cursor.open(following)
                    if self._find_inside(limit):
                        cursor.open(containers.open(following.offset))
                        return True
                    continue
                found = containers.find(member.end, limit)
            else:
                found = self._find_after(member, limit)
            if found is None:
                return False
            cursor.open(containers.open(found))
            return True
        return False

    def _find_after(self, member: Member, limit: int | None = None) -> int | None:
        """Where the next good member, or plain record, begins after a member without an end."""
        if not member.compressed:
            return self.containers.find(self.cursor.where(self.cursor.place)[0], limit)
        at = max(member.offset + 1, member.fed - BACK, self.window.source.earliest)
        return self.containers.find(at, limit, plain_from=member.fed)

    def _broke_off(self) -> str | None:
        """What is wrong with the member at whose end the cursor stands; None when nothing is.

        Damaged deflate data may run on without an error, over the members that follow and to the
        end of the file: a member that ends there, with a sound one inside, is damaged, not cut.
        """
        member = self.cursor.member
        if member.failed is not None:
            return f"a compressed member cannot be inflated: {member.failed[:60]}"
        if member.compressed and member.end is None:
            found = self._find_after(member)
            if found is not None:
                return f"a compressed member runs on over the next one, at byte {found:,}"
        return None

    def _not_an_archive(self) -> _Broken:
        begin = self.window.read(0, 40)
        what = FOREIGN.get(begin[:4], "Check the file: a WARC, ARC or WET file is wanted.")
        return _Broken("not-an-archive", f"the file begins with {begin!r:.60}. {what}")
