"""Documents become an index, and indexes become one: sorted runs, merged."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from detector.errors import ModelError, UsageError
from detector.fingerprint.containment import KEY_BITS, Sample
from detector.fingerprint.index_bands import band_keys
from detector.fingerprint.index_format import (
    BANDS,
    COMMON,
    ID_BLOCK,
    MOST_DOCUMENTS,
    MOST_SHINGLES,
    MOST_WORDS,
    SIGNATURE,
    UNDATED,
    IndexFile,
    SectionWriter,
    Shape,
    replacing,
)

U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]

_FIRST_DAY: Final = date(1970, 1, 1)
_SLICE: Final = 1 << 21  # shingles that are sorted at a time
_GATHERED: Final = 1 << 16  # signatures that are copied at a time
_SEPARATOR: Final = b"\n"
_LEVEL: Final = 9


@dataclass(frozen=True, slots=True)
class Known:
    """A text to be remembered.

    id: names it for people; one line. words: how many the text has. exact: 32 hexadecimal digits.
    signature: as in `Fingerprint`, b"" where there is none. sample: its kept shingles, None where
    the text is not at hand. date: when it is known to have existed.
    """

    id: str
    words: int
    exact: str
    signature: bytes
    sample: Sample | None
    date: date | None


class Run(Protocol):
    """Documents in some order, with what is known of each: a batch in memory, or an index."""

    high: U64
    low: U64
    dates: U16
    signatures: U8 | None
    words: U16

    def ids(self) -> bytes:
        """Give the ids of all documents, each with a line feed behind it."""
        ...

    def postings(self) -> int:
        """Count the pairs of shingle and document."""
        ...

    def shingles(self, low: int, high: int) -> tuple[U32, U32]:
        """Give keys in [low, high) and the documents they are in, ascending by key."""
        ...

    def band(self, number: int) -> tuple[U32, U32]:
        """Give the keys of a band, and the document of each."""
        ...


class Batch:
    """A run of documents in memory, from what was found out about each."""

    def __init__(self, documents: Sequence[Known]) -> None:
        exact = np.frombuffer(bytes.fromhex("".join(d.exact for d in documents)), ">u8")
        self.high = exact[0::2].astype(np.uint64)
        self.low = exact[1::2].astype(np.uint64)
        self.dates = np.array([days(d.date) for d in documents], np.uint16)
        self.words = np.array([min(d.words, MOST_WORDS) for d in documents], np.uint16)
        self._ids = b"".join(one_line(d.id) + _SEPARATOR for d in documents)
        samples = [(n, d.sample.keys) for n, d in enumerate(documents) if d.sample is not None]
        keys = np.concatenate([np.empty(0, np.uint32), *(k for _, k in samples)])
        owners = np.repeat(
            np.array([n for n, _ in samples], np.uint32), [len(k) for _, k in samples]
        )
        order = np.argsort(keys, kind="stable")
        self._keys, self._owners = keys[order], owners[order]
        signed = [n for n, d in enumerate(documents) if d.signature]
        self.signatures: U8 | None = None
        self._signed = np.array(signed, np.uint32)
        self._bands = np.empty((0, BANDS), np.uint32)
        if signed:
            joined = b"".join(documents[n].signature for n in signed)
            values = np.frombuffer(joined, "<u4").reshape(-1, SIGNATURE).astype(np.uint32)
            self.signatures = np.zeros((len(documents), SIGNATURE), np.uint8)
            self.signatures[self._signed] = values.astype(np.uint8)
            self._bands = np.stack([band_keys(row) for row in values])

    def ids(self) -> bytes:
        return self._ids

    def postings(self) -> int:
        return len(self._keys)

    def shingles(self, low: int, high: int) -> tuple[U32, U32]:
        first, last = np.searchsorted(self._keys, np.array([low, high], np.uint64))
        return self._keys[first:last], self._owners[first:last]

    def band(self, number: int) -> tuple[U32, U32]:
        return self._bands[:, number], self._signed


class Stored:
    """An index as a run."""

    def __init__(self, index: IndexFile) -> None:
        self._index = index
        of, shape = index.sections, index.shape
        self.high, self.low, self.dates = of["exact_high"], of["exact_low"], of["dates"]
        self.signatures: U8 | None = None
        # Without signatures nobody needs them.
        self.words = of["words"] if shape.signatures else np.zeros(shape.documents, np.uint16)
        if shape.signatures:
            self.signatures = of["signatures"].reshape(-1, SIGNATURE)
        self._bands = of["bands"].reshape(BANDS, shape.signed)

    def ids(self) -> bytes:
        blocks = range(-(-self._index.shape.documents // ID_BLOCK))
        lists = (id_block(self._index, number) for number in blocks)
        return b"".join(_SEPARATOR.join(names) + _SEPARATOR for names in lists)

    def postings(self) -> int:
        return self._index.shape.shingles

    def shingles(self, low: int, high: int) -> tuple[U32, U32]:
        bits = self._index.shape.bits
        rest = 32 - bits
        directory, entries = self._index.sections["directory"], self._index.sections["shingles"]
        first, last = low >> rest, min(-(-high >> rest), 1 << (bits - 1))
        bounds = directory[first : last + 1].astype(np.int64)
        part = entries[bounds[0] : bounds[-1]]
        buckets = np.repeat(np.arange(first, last, dtype=np.uint64), np.diff(bounds))
        keys = ((buckets << np.uint64(rest)) | (part >> np.uint32(bits))).astype(np.uint32)
        inside = (keys >= low) & (keys < high)
        documents = part & np.uint32((1 << bits) - 1)
        return keys[inside], documents[inside]

    def band(self, number: int) -> tuple[U32, U32]:
        both = self._bands[number]
        return (both >> np.uint64(32)).astype(np.uint32), both.astype(np.uint32)


def days(when: date | None) -> int:
    """Days since 1970, in 16 bits; dates beyond are taken as the nearest, none as 0xFFFF."""
    return UNDATED if when is None else min(max(0, (when - _FIRST_DAY).days), UNDATED - 1)


def one_line(name: str) -> bytes:
    """Give an id as UTF-8 without line breaks, at most 8,192 bytes of it."""
    raw = name.encode("utf-8", "replace").replace(b"\n", b" ")[:8192]
    return raw.decode("utf-8", "ignore").encode()


def id_block(index: IndexFile, number: int) -> list[bytes]:
    """Give up to 256 ids, of the documents from 256 * number on; ModelError when damaged."""
    offsets, data = index.sections["id_offsets"], index.sections["ids"]
    inflate = zlib.decompressobj()
    try:
        raw = data[int(offsets[number]) : int(offsets[number + 1])].tobytes()
        names = inflate.decompress(raw, ID_BLOCK * 8200).split(_SEPARATOR)
    except zlib.error:
        names = []
    if len(names) != min(ID_BLOCK, index.shape.documents - ID_BLOCK * number):
        raise ModelError(
            f"{index.path}: its ids {ID_BLOCK * number} and on cannot be read: the index is"
            " damaged; restore it or build it again"
        )
    return names


def write_index(path: Path, kind: str, runs: Sequence[Run]) -> None:
    """Merge runs into the index at `path`, in one pass over each kind of number.

    Equal texts become one document, with the earliest date and of those the least id. Needs about
    200 bytes of memory for a document.
    """
    order = _Order(runs)
    if order.count > MOST_DOCUMENTS:
        raise UsageError(f"{path}: {order.count} documents are more than an index can hold (2^28)")
    with replacing(path) as file:
        out = SectionWriter(file)
        out.write("exact_high", iter([order.high]))
        out.write("exact_low", iter([order.low]))
        out.write("dates", iter([order.dates]))
        offsets = [0]
        out.write("ids", _id_blocks(order, offsets))
        out.write("id_offsets", iter([np.array(offsets, np.uint64)]))
        total = sum(run.postings() for run in runs)
        if total > MOST_SHINGLES:
            raise UsageError(f"{path}: the texts have more than {MOST_SHINGLES} sampled shingles")
        bits = max(4, (order.count - 1).bit_length()) if total else 4
        counts = np.zeros((1 << (bits - 1)) + 1, np.uint32)
        shingles = out.write("shingles", _shingles(runs, order, bits, counts, total))
        np.cumsum(counts, out=counts)
        out.write("directory", iter([counts]))
        bands = out.write("bands", _bands(runs, order))
        signatures = any(run.signatures is not None for run in runs)
        out.write("signatures", _signatures(runs, order) if signatures else iter(()))
        words = np.concatenate([np.empty(0, np.uint16), *(run.words for run in runs)])
        out.write("words", iter([words[order.standing]] if signatures else ()))
        out.finish(Shape(kind, order.count, shingles, bands // BANDS, bits, signatures))


class _Order:
    """The order of the documents of several runs in their common index, by their exact hash.

    ranks: of each run's documents, uint32. chosen: whether a document stands for all equal ones.
    source, row: of each document of the index, the run and the place in it that stand for it.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        sizes = [len(run.high) for run in runs]
        high = np.concatenate([np.empty(0, np.uint64), *(run.high for run in runs)])
        low = np.concatenate([np.empty(0, np.uint64), *(run.low for run in runs)])
        dates = np.concatenate([np.empty(0, np.uint16), *(run.dates for run in runs)])
        order = np.lexsort((dates, low, high))
        high, low, dates = high[order], low[order], dates[order]
        new = np.ones(len(order), bool)
        new[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
        firsts = np.flatnonzero(new)
        self._names = b"".join(run.ids() for run in runs)
        ends = np.flatnonzero(np.frombuffer(self._names, np.uint8) == ord(_SEPARATOR))
        self._name_ends = np.concatenate([[-1], ends])
        self._choose(order, dates, firsts)
        self.count = len(firsts)
        self.high, self.low, self.dates = high[firsts], low[firsts], dates[firsts]
        self.standing = order[firsts]
        ranks = np.empty(len(order), np.uint32)
        ranks[order] = (np.cumsum(new) - 1).astype(np.uint32)
        chosen = np.zeros(len(order), bool)
        chosen[self.standing] = True
        borders = np.cumsum([0, *sizes])
        self.ranks = [ranks[a:b] for a, b in pairwise(borders)]
        self.chosen = [chosen[a:b] for a, b in pairwise(borders)]
        self.source = np.searchsorted(borders, self.standing, "right") - 1
        self.row = self.standing - borders[self.source]

    def name(self, number: int) -> bytes:
        """Give the id of a document by its place among those of all runs."""
        return self._names[self._name_ends[number] + 1 : self._name_ends[number + 1]]

    def _choose(
        self,
        order: npt.NDArray[np.intp],
        dates: U16,
        firsts: npt.NDArray[np.intp],
    ) -> None:
        """Put the least id of the earliest date first among equal texts."""
        ends = np.append(firsts[1:], len(order))
        many = ends - firsts > 1
        for first, end in zip(firsts[many].tolist(), ends[many].tolist(), strict=True):
            early = range(first, first + int((dates[first:end] == dates[first]).sum()))
            best = min(early, key=lambda at: self.name(int(order[at])))
            order[first], order[best] = order[best], order[first]


def _id_blocks(order: _Order, offsets: list[int]) -> Iterator[U8]:
    for at in range(0, order.count, ID_BLOCK):
        names = map(order.name, order.standing[at : at + ID_BLOCK].tolist())
        block = zlib.compress(_SEPARATOR.join(names), _LEVEL)
        offsets.append(offsets[-1] + len(block))
        yield np.frombuffer(block, np.uint8)


def _shingles(
    runs: Sequence[Run], order: _Order, bits: int, counts: U32, total: int
) -> Iterator[U32]:
    """Merge the runs' shingles, one range of keys at a time; counts them by bucket."""
    slices = 1 << max(0, (total // _SLICE).bit_length())
    width = (1 << KEY_BITS) // slices
    rest = 32 - bits
    for low in range(0, 1 << KEY_BITS, width):
        pairs = [
            _ranked(run, ranks, low, low + width)
            for run, ranks in zip(runs, order.ranks, strict=True)
        ]
        both = np.concatenate([np.empty(0, np.uint64), *pairs])
        both.sort()
        both = _without_common(both[np.diff(both, prepend=~both[:1]) != 0])
        keys = both >> np.uint64(32)
        buckets = (keys >> np.uint64(rest)).astype(np.int64)
        first = low >> rest
        found = np.bincount(buckets - first) if len(buckets) else np.empty(0, np.int64)
        counts[first + 1 : first + 1 + len(found)] += found.astype(np.uint32)
        tails = keys & np.uint64((1 << rest) - 1)
        yield ((tails << np.uint64(bits)) | (both & np.uint64(0xFFFFFFFF))).astype(np.uint32)


def _ranked(run: Run, ranks: U32, low: int, high: int) -> U64:
    keys, documents = run.shingles(low, high)
    return (keys.astype(np.uint64) << np.uint64(32)) | ranks[documents]


def _without_common(both: U64) -> U64:
    """Keep at most COMMON + 1 documents of a key: the least, so that merging keeps the same."""
    keys = both >> np.uint64(32)
    if len(keys) <= COMMON + 1:
        return both
    keep = np.ones(len(keys), bool)
    keep[COMMON + 1 :] = keys[COMMON + 1 :] != keys[: -COMMON - 1]
    return both[keep]


def _bands(runs: Sequence[Run], order: _Order) -> Iterator[U64]:
    for number in range(BANDS):
        pieces = []
        for run, ranks, chosen in zip(runs, order.ranks, order.chosen, strict=True):
            keys, documents = run.band(number)
            kept = chosen[documents]
            high = keys[kept].astype(np.uint64) << np.uint64(32)
            pieces.append(high | ranks[documents[kept]])
        both = np.concatenate([np.empty(0, np.uint64), *pieces])
        both.sort()
        yield both


def _signatures(runs: Sequence[Run], order: _Order) -> Iterator[U8]:
    for at in range(0, order.count, _GATHERED):
        source, row = order.source[at : at + _GATHERED], order.row[at : at + _GATHERED]
        rows = np.zeros((len(source), SIGNATURE), np.uint8)
        for number, run in enumerate(runs):
            mine = source == number
            if run.signatures is not None and mine.any():
                rows[mine] = run.signatures[row[mine]]
        yield rows


def batches(documents: Iterable[Known], size: int) -> Iterator[list[Known]]:
    """Cut a stream of documents into lists of `size`."""
    held: list[Known] = []
    for document in documents:
        held.append(document)
        if len(held) == size:
            yield held
            held = []
    if held:
        yield held
