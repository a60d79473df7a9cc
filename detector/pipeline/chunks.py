"""The reader's half of a scan: inputs in their order, cut into chunks of work.

A chunk is a run of reading steps of one input. Its pages go to a worker together; all else in it
(skipped record types, faults of the archive) is settled here and never crosses a process border.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from detector.errors import InputError, UsageError
from detector.read import InputRef, is_page, open_source, read_steps, skip_code
from detector.records import ArchiveRecord, Fault, Position, Skip, Step

# A chunk is large enough that a pipe's cost vanishes, and small enough that a dozen of them in
# flight, each with one record over the target, stay far under the memory bound.
CHUNK_PAGES = 16
CHUNK_BYTES = 2 << 20
CHUNK_STEPS = 512
HEAD_ROOM = 64 << 10  # an HTTP head on top of the body's cap


@dataclass(slots=True)
class Entry:
    """One step of a chunk: what it became, or None while a worker has its page."""

    settled: Skip | Fault | None
    resume: Position


@dataclass(slots=True)
class Chunk:
    """Consecutive steps of one input; `pages` fill the unsettled entries in their order.

    held: bytes of the pages, and of all heads and faults. consumed: bytes of the input read by the
    chunk's end. ends_input: whether the input ends with it; failure: then why it could not be read
    to its end.
    """

    input_index: int
    entries: list[Entry] = field(default_factory=list)
    pages: list[ArchiveRecord] = field(default_factory=list)
    held: int = 0
    consumed: int = 0
    ends_input: bool = False
    failure: str | None = None

    @property
    def full(self) -> bool:
        return (
            len(self.pages) >= CHUNK_PAGES
            or self.held >= CHUNK_BYTES
            or len(self.entries) >= CHUNK_STEPS
        )

    def add(self, step: Step) -> None:
        item = step.item
        self.consumed = step.consumed
        settled: Skip | Fault | None = None
        if isinstance(item, Fault):
            settled = item
        elif is_page(item):
            self.pages.append(item)
        else:
            settled = settle_skip(item)
        self.held += weight(item)
        self.entries.append(Entry(settled, step.resume))


def weight(record: ArchiveRecord | Fault) -> int:
    """About the bytes that a record in flight holds: its block, and a head of up to 64 KiB.

    Of a fault, what it keeps of the head.
    """
    if isinstance(record, Fault):
        return len(record.message) + len(record.record_type or "") + len(record.url or "")
    fields = sum(len(name) + len(value) for name, value in record.headers)
    return len(record.block) + len(record.url or "") + fields


def settle_skip(record: ArchiveRecord) -> Skip:
    """The skip that a record of a type we never read becomes."""
    return Skip(
        record.locator,
        record.ordinal,
        skip_code(record),
        f"WARC-Type {record.type[:60]!r}",
        record_type=record.type,
        url=record.url,
    )


def read_input(index: int, ref: InputRef, start: Position, body_cap: int) -> Iterator[Chunk]:
    """Chunks of one input from a position on; the last one says that the input ended, and how."""
    chunk = Chunk(index)
    try:
        with open_source(ref) as source:
            for step in read_steps(source, start=start, block_cap=body_cap + HEAD_ROOM):
                chunk.add(step)
                if chunk.full:
                    yield chunk
                    chunk = Chunk(index, consumed=chunk.consumed)
    except (InputError, UsageError) as error:
        # A file that is gone by the time of its turn stops no other; a missing package stops all.
        if isinstance(error, UsageError) and "://" in ref.name:
            raise
        chunk.failure = str(error)
    chunk.ends_input = True
    yield chunk


def read_inputs(inputs: Iterable[tuple[int, InputRef, Position]], body_cap: int) -> Iterator[Chunk]:
    """Chunks of all inputs, one after another."""
    for index, ref, start in inputs:
        yield from read_input(index, ref, start, body_cap)
