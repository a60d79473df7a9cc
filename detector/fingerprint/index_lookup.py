"""Which known texts a page is, or holds: candidates from the index, each verified before it counts.

Three ways lead to a candidate: the same exact hash; a band of its MinHash signature; a sampled
shingle of 13 words. Verified is one with the same exact hash, with enough agreeing values in the
signatures, or with enough different shingles in common, which are 93 bits of hash for a chance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from detector.fingerprint.containment import Sample
from detector.fingerprint.index_bands import band_keys, covered, jaccard
from detector.fingerprint.index_build import id_block
from detector.fingerprint.index_format import (
    BANDS,
    COMMON,
    ID_BLOCK,
    SIGNATURE,
    UNDATED,
    IndexFile,
    check_file,
    open_file,
)
from detector.kernels import compiled
from detector.records import Fingerprint

# Two texts of a tenth of their shingles in common agree so well by chance less than once in 10^9.
LEAST_SIMILARITY: Final = 0.3
# A shingle is known by 31 bits of its hash: in an index of five million texts, one sampled shingle
# in fifty is there by chance, and three of one page in one text less than once in 10^12 pages.
LEAST_SHINGLES: Final = 3
LEAST_COVERAGE: Final = 0.1
MOST_MATCHES: Final = 3
_MOST_CANDIDATES: Final = 512


@dataclass(frozen=True, slots=True)
class KnownMatch:
    """A known text that a page is or holds.

    similarity: Jaccard, 1.0 for an equal text, None where no signatures could be compared.
    coverage: the share of the page that is known text. start, stop: bytes of the page's normal form
    between which it lies. date: when the text is known to have existed.
    """

    id: str
    similarity: float | None
    coverage: float
    start: int
    stop: int
    date: date | None


class KnownIndex:
    """An index, opened for looking texts up; any number of processes may do so at a time.

    Opening takes milliseconds, whatever the size: the file is mapped, not read. Raises UsageError
    when it is missing, ModelError when it cannot be used; see `open_file`.
    """

    def __init__(self, path: Path) -> None:
        self.file: IndexFile = open_file(path)
        self.name = path.stem
        self.kind = self.file.shape.kind
        of = self.file.sections
        self._exact = (of["exact_high"], of["exact_low"])
        self._containment = (of["directory"], of["shingles"], self.file.shape.bits)
        self._bands = of["bands"].reshape(BANDS, self.file.shape.signed)
        self._signatures = of["signatures"].reshape(-1, SIGNATURE)

    def __len__(self) -> int:
        return self.file.shape.documents

    def check(self) -> None:
        """Compare every byte of the index with its digests; ModelError when one differs."""
        check_file(self.file)

    def find(
        self, fingerprint: Fingerprint, held: Sample, words: int, length: int
    ) -> list[KnownMatch]:
        """Find the known texts that a page is or holds: at most three, the best first.

        held: the page's sampled shingles. words: of the page. length: bytes of its normal form.
        """
        high, low = (np.uint64(int(part, 16)) for part in _halves(fingerprint.exact))
        same = int(_same(*self._exact, high, low))
        if same >= 0:
            return [self._match(same, 1.0, 1.0, 0, length)]
        inside = self._inside(held)
        alike = self._alike(fingerprint.signature, inside)
        found = []
        for document in {*inside, *alike}:
            coverage, start, stop = inside.get(document, (0.0, 0, length))
            similarity = alike.get(document)
            if similarity is not None and similarity >= LEAST_SIMILARITY:
                # Of 128 values, where a page has but one sampled shingle in 64 words.
                known = int(self.file.sections["words"][document])
                coverage = covered(similarity, words, known)
            elif not coverage:
                continue
            found.append(self._match(document, similarity, coverage, start, stop))
        found.sort(key=lambda match: (-match.coverage, match.date or date.max, match.id))
        return found[:MOST_MATCHES]

    def _inside(self, held: Sample) -> dict[int, tuple[float, int, int]]:
        """Documents with enough of the sampled shingles, with the share and where they lie."""
        places, documents, common = _shared(*self._containment, held.keys)
        if len(documents) < LEAST_SHINGLES:
            return {}
        counted = len(held.keys) - int(common)
        least = max(LEAST_SHINGLES, LEAST_COVERAGE * counted)
        candidates, hits = np.unique(documents, return_counts=True)
        found = {}
        # However many texts a page was made to touch, few can hold so much of it.
        for document in candidates[hits >= least].tolist():
            of = places[documents == document]
            share = len(of) / counted
            if len(np.unique(held.keys[of])) >= LEAST_SHINGLES and document < len(self):
                span = int(held.starts[of].min()), int(held.stops[of].max())
                found[document] = (share, *span)
        return found

    def _alike(self, signature: bytes, also: Iterable[int]) -> dict[int, float]:
        """Estimate the Jaccard similarity of documents that share a band, and of some others."""
        if not signature or not self._bands.size or not self._signatures.size:
            return {}
        values = np.frombuffer(signature, "<u4").astype(np.uint32)
        documents = np.array([*_sharing(self._bands, band_keys(values)).tolist(), *also], np.int64)
        if not documents.size:
            return {}
        documents = np.unique(documents)
        documents = documents[documents < len(self)]
        rows = self._signatures[documents]
        signed = rows.any(axis=1)
        agreeing = (rows == values.astype(np.uint8)).sum(axis=1)[signed].tolist()
        return dict(zip(documents[signed].tolist(), map(jaccard, agreeing), strict=True))

    def _match(
        self, document: int, similarity: float | None, coverage: float, start: int, stop: int
    ) -> KnownMatch:
        names = id_block(self.file, document // ID_BLOCK)
        name = names[document % ID_BLOCK].decode("utf-8", "replace")
        since = int(self.file.sections["dates"][document])
        when = None if since == UNDATED else date(1970, 1, 1) + timedelta(days=since)
        return KnownMatch(name, similarity, coverage, start, stop, when)


def _halves(exact: str) -> tuple[str, str]:
    return exact[:16], exact[16:]


_READ_U64: Final = "Array(uint64, 1, 'C', readonly=True)"
_READ_U32: Final = "Array(uint32, 1, 'C', readonly=True)"


@compiled(f"int64({_READ_U64}, {_READ_U64}, uint64, uint64)")
def _same(high: Any, low: Any, wanted_high: Any, wanted_low: Any) -> Any:
    """Find the document with an exact hash, -1 when there is none."""
    first: Any = 0
    last: Any = len(high)
    while first < last:
        middle = (first + last) // 2
        less = high[middle] < wanted_high or (
            high[middle] == wanted_high and low[middle] < wanted_low
        )
        if less:
            first = middle + 1
        else:
            last = middle
    if first < len(high) and high[first] == wanted_high and low[first] == wanted_low:
        return first
    return -1


@compiled(f"Tuple((int64[::1], int64[::1], int64))({_READ_U32}, {_READ_U32}, int64, {_READ_U32})")
def _shared(directory: Any, entries: Any, bits: Any, keys: Any) -> Any:
    """Pairs of a key's place among `keys` and a document that holds it; and how many are common.

    A damaged directory leads to wrong documents, but never outside the entries.
    """
    places = np.empty(len(keys) * COMMON, np.int64)
    documents = np.empty(len(keys) * COMMON, np.int64)
    found, common, rest = 0, 0, 32 - bits
    for place in range(len(keys)):
        key = np.int64(keys[place])
        bucket, tail = key >> rest, key & ((1 << rest) - 1)
        first: Any = min(np.int64(directory[bucket]), len(entries))
        last: Any = min(np.int64(directory[bucket + 1]), len(entries))
        end = last
        while first < last:
            middle = (first + last) // 2
            if (np.int64(entries[middle]) >> bits) < tail:
                first = middle + 1
            else:
                last = middle
        begin = found
        while first < end and (np.int64(entries[first]) >> bits) == tail:
            if found - begin == COMMON:
                found = begin
                common += 1
                break
            places[found] = place
            documents[found] = np.int64(entries[first]) & ((1 << bits) - 1)
            found += 1
            first += 1
    return places[:found].copy(), documents[:found].copy(), common


@compiled("int64[::1](Array(uint64, 2, 'C', readonly=True), Array(uint32, 1, 'C', readonly=True))")
def _sharing(bands: Any, keys: Any) -> Any:
    """Documents that share a band, as far as there is room: each band gets its part of it."""
    documents = np.empty(_MOST_CANDIDATES, np.int64)
    room = _MOST_CANDIDATES // BANDS
    found = 0
    for band in range(BANDS):
        wanted = np.int64(keys[band])
        first, last = 0, bands.shape[1]
        while first < last:
            middle = (first + last) // 2
            if np.int64(bands[band, middle] >> np.uint64(32)) < wanted:
                first = middle + 1
            else:
                last = middle
        stop = min(first + room, bands.shape[1])
        while first < stop and np.int64(bands[band, first] >> np.uint64(32)) == wanted:
            documents[found] = np.int64(bands[band, first] & np.uint64(0xFFFFFFFF))
            found += 1
            first += 1
    return documents[:found].copy()
