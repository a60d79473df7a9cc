"""Where a record's block ends: where its head says, if what follows bears that out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from detector.read.cursor import Cursor
from detector.read.members import GZIP_MAGIC, PIECE, ZSTD_MAGIC
from detector.read.starts import LINE_CAP, SIGHT, find_start, kind_expected

SPAN: Final = 16 << 20
"""How far ahead the reader looks to find out whether a length is right."""


@dataclass(frozen=True, slots=True)
class Block:
    """kept: its first bytes. end: the place after its last. cut: whether `kept` lacks a part."""

    kept: bytes
    end: int
    cut: bool


def record_kind(cursor: Cursor) -> str | None:
    """The format of the record that begins at the cursor, or None."""
    cursor.ensure(SIGHT, join=True)
    if cursor.buffer[cursor.pos : cursor.pos + 5].upper() != b"WARC/":
        cursor.ensure(LINE_CAP, join=True)
    return kind_expected(cursor.buffer, cursor.pos)


def at_boundary(cursor: Cursor) -> bool:
    """Whether a record may well have ended here: a record, a member, padding or the end follows."""
    if cursor.at_end() or record_kind(cursor):
        return True
    return at_member(cursor) or at_padding(cursor)


def at_member(cursor: Cursor) -> bool:
    """Whether a compressed member, or a frame to pass over, begins here, after a plain stretch."""
    if cursor.member.compressed:
        return False
    if cursor.buffer.startswith((GZIP_MAGIC, ZSTD_MAGIC), cursor.pos):
        return True
    return cursor.containers.passes_over(cursor.where(cursor.place)[0])


def at_padding(cursor: Cursor) -> bool:
    """Whether only zero bytes follow to the end of the file."""
    if cursor.member.compressed or cursor.buffer[cursor.pos] != 0:
        return False
    return cursor.containers.window.zeros_to_end(cursor.where(cursor.place)[0])


def read_block(cursor: Cursor, length: int | None, keep: int) -> Block:
    """Read a block of stated `length`, keep `keep` bytes of it, and stand after its line ends.

    A length is believed when a record, a member or the end of the file follows. If not, and a
    record surely begins inside the stretch, the block ends there: the length was too large, and
    would have swallowed that record. Without a length the block ends at the next record.
    """
    if length is None or length > SPAN:
        return _read_long(cursor, length, keep)
    start = cursor.place
    whole = cursor.ensure(length, join=True)
    held, at, base = cursor.buffer, cursor.pos, cursor.base
    stop = at + length if whole else len(held)
    end = base + stop
    inside = -1
    cursor.pos = stop
    if whole:
        cursor.skip_blank()
        if not at_boundary(cursor):
            inside = find_start(held, at, stop)
            whole = inside < 0 and cursor.place > end
    else:
        inside = find_start(held, at)
    if inside >= 0:
        stop, end = inside, base + inside
        cursor.step_back(end, held, base)
    kept = held[at : min(stop, at + keep)]
    if inside >= 0 and at + keep >= stop:
        kept = kept.removesuffix(b"\r\n\r\n")
    return Block(kept, end, not whole or 0 < keep < end - start)


def _read_long(cursor: Cursor, length: int | None, keep: int) -> Block:
    """The same for a block too long to be held, or of unknown length: searched as it passes."""
    start = cursor.place
    if length is None and not cursor.member.compressed:
        return _read_unstated(cursor, keep)
    claimed = None if length is None else start + length
    cursor.ensure(keep, join=True)
    kept = cursor.buffer[cursor.pos : cursor.pos + keep]
    more = True
    while more:
        more = cursor.ensure(LINE_CAP + PIECE, join=True)
        last = len(cursor.buffer)
        stop = last if claimed is None else min(last, claimed - cursor.base)
        inside = find_start(cursor.buffer, cursor.pos, stop)
        if inside >= 0:
            cursor.pos = inside
            return _ended(kept, start, _choose(cursor, claimed), claimed)
        if claimed is not None and stop == claimed - cursor.base:
            cursor.pos = stop
            cursor.skip_blank()
            return _ended(kept, start, claimed, claimed)
        cursor.pos = max(cursor.pos, last - LINE_CAP) if more else last
    return _ended(kept, start, cursor.place, claimed)


def _read_unstated(cursor: Cursor, keep: int) -> Block:
    """The same in a plain stretch, without a length: up to a plain record or a member."""
    start = cursor.place
    offset, _ = cursor.where(start)
    found = cursor.containers.find(offset)
    end = cursor.containers.window.find_end() if found is None else found
    cursor.ensure(min(keep, end - offset))
    kept = cursor.buffer[cursor.pos : cursor.pos + min(keep, end - offset)]
    cursor.skip(end - offset)
    return _ended(kept, start, cursor.place, None)


def _choose(cursor: Cursor, claimed: int | None) -> int:
    """Stand at the end of the block: where a record begins inside it, or where the head says."""
    inside = cursor.place
    if claimed is None or claimed - inside > SPAN:
        return inside
    if not cursor.ensure(claimed - inside, join=True):
        return inside
    held, base = cursor.buffer, cursor.base
    cursor.pos += claimed - inside
    cursor.skip_blank()
    if at_boundary(cursor):
        return claimed
    cursor.step_back(inside, held, base)
    return inside


def _ended(kept: bytes, start: int, end: int, claimed: int | None) -> Block:
    size = end - start
    if len(kept) >= size:
        kept = kept[:size]
        if claimed is None:
            kept = kept.removesuffix(b"\r\n\r\n")
    short = claimed is not None and end < claimed
    return Block(kept, end, short or (bool(kept) and len(kept) + 4 < size))
