"""A buffer over the inflated bytes of consecutive members, that knows where each byte came from."""

from __future__ import annotations

from typing import Final

from detector.read.containers import Containers
from detector.read.members import Member
from detector.read.starts import LINE_CAP, kind_expected

_PEEK: Final = LINE_CAP


class Cursor:
    """Inflated bytes from `pos` on in `buffer`; `base` is the place of buffer[0].

    A *place* counts inflated bytes from the beginning of the member the cursor was opened at. A
    record may run on into further members (as in files made by bgzip and pzstd); these are joined,
    and `joins` keeps the place where each begins.
    """

    __slots__ = ("base", "buffer", "containers", "joins", "member", "pos")

    def __init__(self, containers: Containers) -> None:
        self.containers = containers
        self.open(Member(containers.window, 0))

    def open(self, member: Member) -> None:
        """Stand at the beginning of a member."""
        self.member = member
        self.joins: list[tuple[int, Member]] = [(0, member)]
        self.buffer = b""
        self.pos = 0
        self.base = 0

    @property
    def place(self) -> int:
        return self.base + self.pos

    def ensure(self, count: int, *, join: bool = False) -> bool:
        """Hold `count` bytes from `pos` on, if the member (and with `join` the next ones) has them.

        Moves `pos` and `base`, not the place.
        """
        held = len(self.buffer) - self.pos
        if held >= count:
            return True
        parts: list[bytes] = []
        while held < count:
            piece = self.member.piece()
            if not piece and not (join and (piece := self._join(held))):
                break
            if not parts and held:
                parts.append(self.buffer[self.pos :])
            parts.append(piece)
            held += len(piece)
        if parts:
            self.base += self.pos
            self.pos = 0
            self.buffer = parts[0] if len(parts) == 1 else b"".join(parts)
        return held >= count

    def skip(self, count: int, *, join: bool = False) -> int:
        """Pass over `count` bytes without holding them; returns how many there were."""
        left = count
        while left:
            held = len(self.buffer) - self.pos
            if held == 0 and not self.ensure(1, join=join):
                break
            step = min(left, len(self.buffer) - self.pos)
            self.pos += step
            left -= step
        return count - left

    def skip_blank(self) -> None:
        """Pass over line ends within the member."""
        while self.ensure(1):
            rest = self.buffer[self.pos : self.pos + 4096]
            blank = len(rest) - len(rest.lstrip(b"\r\n"))
            self.pos += blank
            if blank < len(rest):
                return

    def at_end(self) -> bool:
        """Whether nothing is left of the member, for whatever reason."""
        return not self.ensure(1)

    def step_back(self, place: int, held: bytes, base: int) -> None:
        """Stand again at `place`, inside the bytes `held`, which began at `base`.

        `held` is the buffer as it was at some time since `place` was passed.
        """
        if place >= self.base:
            self.pos = place - self.base
            return
        self.buffer = held[place - base :] + self.buffer[base + len(held) - self.base :]
        self.base = place
        self.pos = 0

    def settle(self) -> None:
        """Forget the members that lie wholly before the cursor; places count anew from here."""
        joins = self.joins
        while len(joins) > 1 and joins[1][0] <= self.place:
            del joins[0]
        begin = joins[0][0]
        if begin:
            self.base -= begin
            self.joins = [(place - begin, member) for place, member in joins]

    def where(self, place: int) -> tuple[int, int | None]:
        """The offset and inner offset (None in plain stretches) of a place."""
        begin, member = next(join for join in reversed(self.joins) if join[0] <= place)
        if not member.compressed:
            return member.offset + place - begin, None
        return member.offset, place - begin

    def _join(self, held: int) -> bytes:
        """Go on into the next member, unless a record of its own begins there."""
        last = self.member
        if last.end is None:
            return b""
        member = self.containers.open(last.end)
        if not member.compressed:
            return b""
        first = piece = member.piece()
        while piece and len(first) < _PEEK:
            piece = member.piece()
            first += piece
        if not first or kind_expected(first, len(first) - len(first.lstrip(b"\r\n"))):
            return b""
        begin = self.base + self.pos + held
        self.member = member
        self.joins.append((begin, member))
        return first
