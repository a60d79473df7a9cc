"""Records of one archive read again, at places that only go forward, in one pass where they can."""

from __future__ import annotations

from collections.abc import Iterator

from detector.read.source import ByteSource
from detector.read.walker import read_steps
from detector.records import ArchiveRecord, Fault, Locator, Position, Step


class Revisit:
    """Reads records of an archive again, each by its locator.

    Places in ascending order cost least: records that lie together in one compressed member are
    inflated once for all of them, and not from the member's beginning for each. block_cap: bytes
    kept of a block. Does not close the source.
    """

    def __init__(self, source: ByteSource, *, block_cap: int) -> None:
        self._source = source
        self._cap = block_cap
        self._steps: Iterator[Step] = iter(())
        self._next: Position | None = None

    def at(self, locator: Locator) -> ArchiveRecord | Fault:
        """What lies at a locator: the record (or fault) that `read_record_at` gives.

        Where no record begins exactly there, what comes next, or a fault at the archive's end.
        InputError when the source breaks off.
        """
        wanted = (locator.offset, locator.inner or 0)
        if not self._leads_to(wanted):
            start = Position(locator.offset, locator.inner)
            self._steps = read_steps(self._source, start=start, block_cap=self._cap)
        for step in self._steps:
            self._next = step.resume
            found = step.item.locator
            if (found.offset, found.inner or 0) >= wanted:
                return step.item
        self._next = None
        message = "nothing begins here: the archive ends before. Check the locator."
        return Fault(locator, 0, "damaged-record", message)

    def _leads_to(self, wanted: tuple[int, int]) -> bool:
        """Whether the reading begun before comes to a place without leaving its member."""
        at = self._next
        return at is not None and at.offset == wanted[0] and (at.inner or 0) <= wanted[1]
