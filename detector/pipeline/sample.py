"""A dry run: a small sample of pages, and what it says about the whole job."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from detector.errors import FAULTS, InputError, UsageError
from detector.pipeline.chunks import HEAD_ROOM, Chunk
from detector.pipeline.pool import Ticket, WorkerPool
from detector.pipeline.settings import ScanSettings
from detector.read import InputRef, expand_inputs, is_page, open_source, read_steps
from detector.records import ArchiveRecord, Fault, Position

SAMPLE_INPUTS = 16
SAMPLE_SPOTS = 4
SAMPLE_PAGES = 640


@dataclass(frozen=True, slots=True)
class LabelShare:
    """The share of documents with a label, and the 95 % Wilson interval of it."""

    label: str
    count: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a sample says about a whole scan.

    size: bytes of all inputs (None when one does not tell). sampled_*: what was read to know.
    documents, seconds: estimates for the whole, None without a size. The sample is spread over the
    inputs and inside them, but pages of one host lie together: the true intervals are wider.
    """

    inputs: int
    size: int | None
    sampled_bytes: int
    sampled_records: int
    sampled_documents: int
    documents: int | None
    seconds: float | None
    workers: int
    shares: tuple[LabelShare, ...]
    skips: tuple[tuple[str, int], ...]
    faults: tuple[tuple[str, int], ...]

    def as_json(self) -> dict[str, Any]:
        """The estimate as plain values, for `json.dumps`."""
        return asdict(self)


def wilson(count: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson 1927).

    >>> [round(x, 3) for x in wilson(5, 100)]
    [0.022, 0.112]
    """
    if total == 0:
        return 0.0, 1.0
    share = count / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def estimate(
    inputs: Sequence[str],
    settings: ScanSettings,
    *,
    workers: int,
    paths_file: str | None = None,
    base_url: str | None = None,
) -> Estimate:
    """Judge a seeded sample of pages and estimate the time and the labels of the whole job.

    Writes nothing. Raises UsageError as the scan itself would; inputs that cannot be read stand
    among the faults, as `input-failed`.
    """
    refs = expand_inputs(inputs, paths_file=paths_file, base_url=base_url)
    if any(ref.name == "-" for ref in refs):
        raise UsageError("standard input can be read only once: --dry-run needs files or URLs")
    chosen = random.Random(0).sample(refs, min(SAMPLE_INPUTS, len(refs)))  # noqa: S311
    tally = _Tally()
    with WorkerPool(settings, workers) as pool:
        for ticket in pool.run(_spots(chosen, settings, tally)):
            tally.enter(ticket)
        elapsed = time.monotonic() - tally.began
    sizes = [ref.size for ref in refs]
    size = None if None in sizes else sum(s or 0 for s in sizes)
    return tally.estimate(len(refs), size, elapsed, workers)


def _spots(refs: Sequence[InputRef], settings: ScanSettings, tally: _Tally) -> Iterator[Chunk]:
    """Chunks from a few places of every chosen input, its beginning among them."""
    tally.began = time.monotonic()  # the workers are there by now
    pages = max(1, SAMPLE_PAGES // (len(refs) * SAMPLE_SPOTS))
    for index, ref in enumerate(refs):
        spots = SAMPLE_SPOTS if ref.size and ref.size > 1 << 20 else 1
        for spot in range(spots):
            offset = (ref.size or 0) * spot // spots
            try:
                yield from _spot(index, ref, offset, pages * SAMPLE_SPOTS // spots, settings, tally)
            except InputError:
                tally.faults["input-failed"] += 1
                break


def _spot(
    index: int, ref: InputRef, offset: int, pages: int, settings: ScanSettings, tally: _Tally
) -> Iterator[Chunk]:
    chunk, steps, end = Chunk(index), 20 * pages, offset
    with open_source(ref) as source:
        found = read_steps(source, start=Position(offset), block_cap=settings.body_cap + HEAD_ROOM)
        for number, step in enumerate(found):
            if offset and number == 0 and isinstance(step.item, Fault):
                end = step.resume.offset  # the reader found its feet: not a fault of the archive
                continue
            chunk.add(step)
            # Inside one large member the place does not tell how far reading is.
            read = step.resume.offset if step.resume.inner is None else step.consumed
            tally.bytes, end = tally.bytes + max(0, read - end), max(read, end)
            steps -= 1
            pages -= isinstance(step.item, ArchiveRecord) and is_page(step.item)
            if chunk.full or pages <= 0 or steps <= 0:
                yield chunk
                chunk = Chunk(index)
            if pages <= 0 or steps <= 0:
                return
    yield chunk


class _Tally:
    """Counts what the sample held."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.bytes = 0
        self.records = 0
        self.labels: Counter[str] = Counter()
        self.skips: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def enter(self, ticket: Ticket) -> None:
        self.records += len(ticket.chunk.entries)
        for entry in ticket.chunk.entries:
            if entry.settled is not None:
                self._counter(entry.settled.code)[entry.settled.code] += 1
        for outcome in ticket.outcomes:
            counter = self.labels if outcome.document else self._counter(outcome.word)
            counter[outcome.word] += 1

    def _counter(self, code: str) -> Counter[str]:
        return self.faults if code in FAULTS else self.skips

    def estimate(self, inputs: int, size: int | None, elapsed: float, workers: int) -> Estimate:
        documents = sum(self.labels.values())
        scale = size / self.bytes if size is not None and self.bytes else None
        shares = tuple(
            LabelShare(label, count, count / documents, *wilson(count, documents))
            for label, count in self.labels.most_common()
        )
        return Estimate(
            inputs,
            size,
            self.bytes,
            self.records,
            documents,
            None if scale is None else round(documents * scale),
            None if scale is None else elapsed * scale,
            workers,
            shares,
            tuple(self.skips.most_common()),
            tuple(self.faults.most_common()),
        )
