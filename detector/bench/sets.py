"""A set made ready: its rows in a table, its texts on disk, to be read batch by batch."""

from __future__ import annotations

import hashlib
import heapq
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import xxhash

from detector.bench.data import Bad, Source
from detector.bench.normal import normalised
from detector.bench.records import BenchText
from detector.bench.results import SET_SCHEMA
from detector.errors import InputError

SEED: Final = 0  # of every sample
_CHUNK: Final = 1 << 14


@dataclass(slots=True)
class Tally:
    """What was left out of a set: how many rows for each reason, and the first of each."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, bad: Bad) -> None:
        self.counts[bad.reason] += 1
        self.first.setdefault(bad.reason, bad.message)


@dataclass(frozen=True, slots=True)
class TextSet:
    """A set that detectors can be asked about.

    rows: a row a text, as in the results. offsets: uint64[n + 1], where each text's UTF-8 bytes
    are in the file `spool`. digest: of all texts, ids and labels, in order. total: texts before the
    sample was drawn. left_out: rows that hold no text or no known label.
    """

    source: Source
    rows: pl.DataFrame
    spool: Path
    offsets: npt.NDArray[np.uint64]
    digest: str
    total: int
    left_out: Tally

    @property
    def name(self) -> str:
        return self.source.name

    def texts(self, file: IO[bytes], rows: Sequence[int]) -> list[str]:
        """Read some texts from the opened spool."""
        places = np.asarray(rows, np.int64)
        starts, stops = self.offsets[places].tolist(), self.offsets[places + 1].tolist()
        if starts[1:] == stops[:-1] and starts:  # one after the other, as mostly: read at once
            base = starts[0]
            data = _read_at(file, base, stops[-1] - base)
            parts = [data[a - base : b - base] for a, b in zip(starts, stops, strict=True)]
        else:
            parts = [_read_at(file, a, b - a) for a, b in zip(starts, stops, strict=True)]
        return [part.decode("utf-8", "surrogatepass") for part in parts]


def _read_at(file: IO[bytes], start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)


def prepare(
    source: Source,
    spool: Path,
    *,
    raw: bool,
    limit: int | None,
    words: Callable[[str], int],
    seen: Callable[[BenchText], None] = lambda _: None,
) -> TextSet:
    """Read a set, or a sample of it, and write its texts to a file.

    limit: of texts; a greater set is sampled. words: counts the words of a text. seen: is told each
    text in order. InputError when the set cannot be read, or holds not one text.
    """
    source = source.settled()
    chosen = None if limit is None else _sample(source, limit)
    tally, columns = Tally(), _Columns()
    offsets, digest, total = array("Q", [0]), xxhash.xxh3_128(), 0
    with spool.open("wb") as file:
        for total, text in enumerate(_read(source, tally), 1):
            if chosen is not None and total - 1 not in chosen:
                continue
            ready = text if raw else replace(text, text=normalised(text.text))
            if not ready.text:
                tally.add(Bad("empty text", f"{text.doc_id}: nothing is left of it, normalised"))
                continue
            data = ready.text.encode("utf-8", "surrogatepass")
            file.write(data)
            offsets.append(offsets[-1] + len(data))
            for part in (data, _safe(ready.doc_id).encode(), ready.label.encode()):
                digest.update(len(part).to_bytes(8, "little") + part)
            columns.add(ready, words(ready.text))
            seen(ready)
    if len(offsets) == 1:
        why = "; ".join(f"{n:,} {reason}" for reason, n in tally.counts.items())
        first = "".join(f" ({message})" for message in [*tally.first.values()][:1])
        raise InputError(f"{source.spec}: holds no text: {why or 'no rows'}{first}")
    return TextSet(
        source, columns.frame(), spool, np.frombuffer(offsets, np.uint64), digest.hexdigest(),
        total, tally,
    )  # fmt: skip


def note_of(labels: Counter[str]) -> str:
    """What a set's labels cannot support, in words; empty where it has both sides."""
    if labels[""]:
        return "no labels: it can be scored, and nothing measured on it"
    if not labels["human"]:
        return "no human texts: no false-positive rate, and no AUROC of its own"
    if not labels["ai"]:
        return "no ai texts: false-positive rates only"
    return ""


def _read(source: Source, tally: Tally) -> Iterator[BenchText]:
    """Read the sound texts of a set; one whose id came before gets another id."""
    ids: set[str] = set()
    numbers: Counter[str] = Counter()  # or many of one id would each try all numbers before theirs
    for text in source.read():
        if isinstance(text, Bad):
            tally.add(text)
            continue
        identity = text.doc_id
        while identity in ids:
            numbers[text.doc_id] += 1
            identity = f"{text.doc_id}~{numbers[text.doc_id] + 1}"
        ids.add(identity)
        yield text if identity == text.doc_id else replace(text, doc_id=identity)


def _sample(source: Source, limit: int) -> frozenset[int]:
    """Choose which texts of a set are in the sample: so many of each source and label.

    Strata share the limit evenly; one that is smaller than its share leaves the rest to the others.
    Within a stratum, texts are drawn by a hash of their ids: a text that is in a sample is in every
    greater one, and in that of a set with more texts it is likely to be.
    """
    strata: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for row, text in enumerate(_read(source, Tally())):
        drawn = hashlib.blake2b(f"{SEED}:{text.doc_id}".encode("utf-8", "replace"), digest_size=8)
        entry = (-int.from_bytes(drawn.digest(), "big"), row)
        stratum = strata[text.source, text.label]
        if len(stratum) < limit:
            heapq.heappush(stratum, entry)
        else:
            heapq.heappushpop(stratum, entry)
    shares = even_shares({key: len(stratum) for key, stratum in strata.items()}, limit)
    return frozenset(
        row
        for key, stratum in strata.items()
        for _, row in sorted(stratum, reverse=True)[: shares[key]]
    )


def even_shares(sizes: dict[Any, int], limit: int) -> dict[Any, int]:
    """Share a limit among strata as evenly as their sizes allow.

    >>> even_shares({"a": 3, "b": 100, "c": 100}, 20)
    {'a': 3, 'b': 8, 'c': 9}
    """
    shares = {}
    left = limit
    for done, key in enumerate(sorted(sizes, key=sizes.__getitem__)):
        shares[key] = min(sizes[key], left // (len(sizes) - done))
        left -= shares[key]
    return shares


class _Columns:
    """Rows of a table, gathered in frames, so that Python objects do not pile up."""

    def __init__(self) -> None:
        self._frames: list[pl.DataFrame] = []
        self._rows: list[tuple[Any, ...]] = []

    def add(self, text: BenchText, words: int) -> None:
        self._rows.append(
            (
                *(
                    _safe(part) for part in (
                        text.doc_id, text.label, text.generator, text.domain, text.language,
                        text.attack, text.pair_id, text.source,
                    )
                ),
                text.year, text.native, words,
            )
        )  # fmt: skip
        if len(self._rows) >= _CHUNK:
            self._flush()

    def frame(self) -> pl.DataFrame:
        self._flush()
        return pl.concat(self._frames)

    def _flush(self) -> None:
        self._frames.append(pl.DataFrame(self._rows, dict(SET_SCHEMA), orient="row"))
        self._rows = []


def _safe(text: str) -> str:
    """A text without lone surrogates, which no table can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
