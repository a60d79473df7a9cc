"""Which records of an archive go along with those that were chosen to go.

The records of one capture name each other (WARC-Concurrent-To, ISO 28500:2017 5.7), and what was
made of a record names it (WARC-Refers-To, 5.11; WARC-Segment-Origin-ID, 5.18). docs/filter.md
states the rules.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from detector.pipeline.record_keys import (
    Elsewhere,
    Names,
    Rows,
    among,
    digest_key,
    id_key,
    page_key,
    url_key,
)
from detector.read.heads import clean_url, parse_date
from detector.read.naming import (
    CONCURRENT,
    PAYLOAD_DIGEST,
    REFERS,
    REFERS_DATE,
    REFERS_TARGET,
    SEGMENT_ORIGIN,
)

WITH_CAPTURE: Final = "with-capture"
WITH_ORIGINAL: Final = "with-original"
REVISIT: Final = "revisit-of-dropped"


class Kind(IntEnum):
    """What a record is to others. A capture's own records decide, its followers go along."""

    APART = 0
    CAPTURE = 1
    FOLLOWER = 2
    LINKED = 3
    REVISIT = 4
    CONVERSION = 5
    CONTINUATION = 6


KINDS: Final[Mapping[str, Kind]] = {
    "response": Kind.CAPTURE,
    "resource": Kind.LINKED,
    "revisit": Kind.REVISIT,
    "conversion": Kind.CONVERSION,
    "continuation": Kind.CONTINUATION,
    "warcinfo": Kind.APART,
    "arc-filedesc": Kind.APART,
}
"""By record type; all others are followers, but for resources that were judged."""

_CAPTURES: Final = frozenset({Kind.CAPTURE, Kind.REVISIT, Kind.CONVERSION})
_DERIVED: Final = frozenset({Kind.REVISIT, Kind.CONVERSION, Kind.CONTINUATION})


def kind_of(record_type: str | None, *, document: bool) -> Kind:
    """What a record of this type is to others; a resource that was judged stands for itself."""
    if record_type is None:
        return Kind.APART
    if document and record_type == "resource":
        return Kind.CAPTURE
    return KINDS.get(record_type, Kind.FOLLOWER)


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a record says that it was made of."""

    row: int
    id: int
    page: int
    digest: int


Fields: TypeAlias = Sequence[tuple[str, str]]

Goes: TypeAlias = npt.NDArray[np.uint8]
"""Of each row whether it goes."""

Mark = Callable[[int, str, int], None]
"""Says that a row goes: the row, why, and the row it goes with (-1 for one of another archive)."""


class Relations:
    """The relations between the records of one archive; rows are numbers from 0."""

    def __init__(self) -> None:
        self._kinds = bytearray()
        self._ids = Rows()
        self._pages = Rows()
        self._page_of = array("Q")
        self._links: tuple[array[int], array[int]] = (array("q"), array("Q"))
        self._origins: list[_Origin] = []

    def add(self, kind: int, names: Names, fields: Fields) -> None:
        """The next row: what it is, a `Kind`, its names, and the names in its head."""
        row = len(self._kinds)
        self._kinds.append(kind)
        self._page_of.append(names.page)
        if kind == Kind.APART:
            return
        self._ids.add(names.id, row)
        if kind == Kind.CAPTURE:
            self._pages.add(names.page, row)
        for name, value in fields:
            if name == CONCURRENT or (name == REFERS and kind == Kind.FOLLOWER):
                self._link(row, id_key(value))
        if kind in _DERIVED:
            self._origins.append(_origin(row, kind, dict(reversed(fields))))

    def _link(self, row: int, target: int) -> None:
        if target:
            self._links[0].append(row)
            self._links[1].append(target)

    def settle(self, goes: Goes, mark: Mark, elsewhere: Elsewhere) -> None:
        """Mark what goes along. goes: of each row whether it goes; `mark` changes it."""
        self._settle_derived(goes, mark, elsewhere)
        self._settle_followers(goes, mark)

    def _settle_derived(self, goes: Goes, mark: Mark, elsewhere: Elsewhere) -> None:
        """A record waits until all rows go that bear the name it gives; then it goes itself."""
        originals = _Originals(self._ids, self._pages, goes, elsewhere)
        ready = deque(origin for origin in self._origins if not goes[origin.row])
        while ready:
            origin = ready.popleft()
            found = originals.of(origin)
            if found is not None and not goes[origin.row]:
                revisit = self._kinds[origin.row] == Kind.REVISIT
                mark(origin.row, REVISIT if revisit else WITH_ORIGINAL, found)
                ready.extend(originals.freed_by(origin.row))

    def _settle_followers(self, goes: Goes, mark: Mark) -> None:
        groups = self._grouped()
        for row, kind in enumerate(self._kinds):
            if kind in _CAPTURES:
                groups.decide(row, goes=bool(goes[row]))
        pages: dict[int, int | None] = {}
        for row, kind in enumerate(self._kinds):
            if kind not in (Kind.FOLLOWER, Kind.LINKED) or goes[row]:
                continue
            decided, goes_with = groups.decision(row)
            page = self._page_of[row]
            if not decided and kind == Kind.FOLLOWER and page:
                if page not in pages:
                    around = self._pages.of(page)
                    gone = bool(around) and all(goes[one] for one in around)
                    pages[page] = around[0] if gone else None
                goes_with = pages[page]
            if goes_with is not None:
                mark(row, WITH_CAPTURE, goes_with)

    def _grouped(self) -> _Groups:
        """Records that name each other, together; one that is named twice is in both groups."""
        groups = _Groups(len(self._kinds))
        rows, targets = self._links
        firsts: dict[int, int] = {}
        unique = np.unique(np.asarray(targets, np.uint64)).tolist()
        for target, named in zip(unique, self._ids.of_all(unique), strict=True):
            for one, two in pairwise(named):
                groups.join(one, two)
            if named:
                firsts[target] = named[0]
        for row, target in zip(rows, targets, strict=True):
            if target in firsts:
                groups.join(row, firsts[target])
        return groups


_Name: TypeAlias = tuple[int, int]
"""What a record calls its original: by its identifier (0) or its page (1), and the key."""


class _Originals:
    """Finds what records were made of, and whether that goes."""

    def __init__(self, ids: Rows, pages: Rows, goes: Goes, elsewhere: Elsewhere) -> None:
        self._here = ((ids, elsewhere.ids), (pages, elsewhere.pages))
        self._goes = goes
        self._elsewhere = elsewhere
        # Of each name its rows, and the place of the first that stays, which only ever moves on.
        self._seen: dict[_Name, tuple[list[int], int]] = {}
        self._waiting: dict[_Name, list[_Origin]] = {}
        self._held_by: dict[int, list[_Name]] = {}

    def of(self, origin: _Origin) -> int | None:
        """The row that a record was made of, if it goes; -1 if that lies in another archive.

        None where nothing is known, or it stays: then the record waits.
        """
        for way, key in enumerate((origin.id, origin.page)):
            if not key:
                continue
            name = (way, key)
            rows, at = self._moved_on(name)
            if rows and rows != [origin.row]:
                if at == len(rows):
                    return rows[0]
                self._waiting.setdefault(name, []).append(origin)
                return None
            if among(self._here[way][1], key):
                return -1
        if not origin.id and not origin.page and among(self._elsewhere.digests, origin.digest):
            return -1
        return None

    def freed_by(self, row: int) -> Iterator[_Origin]:
        """The records that waited for this row alone, now that it goes."""
        for name in self._held_by.pop(row, ()):
            rows, at = self._moved_on(name)
            if at == len(rows):
                yield from self._waiting.pop(name, ())

    def _moved_on(self, name: _Name) -> tuple[list[int], int]:
        way, key = name
        known = self._seen.get(name)
        rows, before = known or (self._here[way][0].of(key), 0)
        at = before
        while at < len(rows) and self._goes[rows[at]]:
            at += 1
        if at < len(rows) and (known is None or at > before):
            self._held_by.setdefault(rows[at], []).append(name)
        self._seen[name] = rows, at
        return rows, at


def _origin(row: int, kind: int, named: dict[str, str]) -> _Origin:
    if kind == Kind.CONTINUATION:
        return _Origin(row, id_key(named.get(SEGMENT_ORIGIN)), 0, 0)
    named_id = id_key(named.get(REFERS))
    if kind == Kind.CONVERSION:
        return _Origin(row, named_id, 0, 0)
    moment = parse_date(named.get(REFERS_DATE, ""))
    seconds = None if moment is None else int(moment.timestamp())
    page = page_key(url_key(clean_url(named.get(REFERS_TARGET))), seconds)
    return _Origin(row, named_id, page, digest_key(named.get(PAYLOAD_DIGEST)))


class _Groups:
    """Rows that hang together (disjoint sets, with path halving), and what is decided of them."""

    def __init__(self, count: int) -> None:
        self._parents = array("q", range(count))
        self._stays = bytearray(count)
        self._gone = array("q", [-1]) * count

    def join(self, one: int, two: int) -> None:
        """Both are in one group."""
        self._parents[self._of(one)] = self._of(two)

    def decide(self, row: int, *, goes: bool) -> None:
        """A record of a capture goes or stays; all are joined by now."""
        group = self._of(row)
        if not goes:
            self._stays[group] = 1
        elif self._gone[group] < 0:
            self._gone[group] = row

    def decision(self, row: int) -> tuple[bool, int | None]:
        """Whether the row's group holds a capture, and the first that goes, if none stays."""
        group = self._of(row)
        stays, gone = self._stays[group], self._gone[group]
        return bool(stays) or gone >= 0, gone if gone >= 0 and not stays else None

    def _of(self, row: int) -> int:
        parents = self._parents
        while parents[row] != row:
            parents[row] = row = parents[parents[row]]
        return row
