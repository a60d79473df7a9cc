"""What must be known of a whole scan, and of the heads in an archive, to find what goes along."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

import numpy as np
import polars as pl

from detector.pipeline.fates import TablePart
from detector.pipeline.gather import collected
from detector.pipeline.record_keys import Elsewhere, Keys, digest_key, id_key, page_key, url_key
from detector.pipeline.relations import Kind, kind_of

MOST: Final = 500
"""Files that are asked at once."""

_KEYED: Final = ("record_id", "url", "captured", "payload_digest")
_ALONG: Final = frozenset({Kind.FOLLOWER, Kind.LINKED, Kind.REVISIT, Kind.CONTINUATION})

Documents: TypeAlias = Callable[[Sequence[str]], Iterator[pl.DataFrame]]


def kinds_of(parts: Sequence[TablePart]) -> frozenset[Kind]:
    """Which kinds of records there are in some parts of a scan."""
    found: set[Kind] = set()
    for paths, document in (
        ([part.documents for part in parts], True),
        ([part.unlabelled for part in parts], False),
    ):
        for some in (paths[at : at + MOST] for at in range(0, len(paths), MOST)):
            types = collected(
                some[0],
                pl.scan_parquet(some, glob=False).select(pl.col("record_type").unique()),
            )
            found.update(kind_of(name, document=document) for name in types.to_series())
    return frozenset(found)


def may_go_along(own: frozenset[Kind], scan: frozenset[Kind]) -> bool:
    """Whether an archive's heads must be read, by the kinds in it and in the whole scan."""
    return bool(own & _ALONG) or (Kind.CONVERSION in own and Kind.CAPTURE in scan)


def find_elsewhere(scan: frozenset[Kind], documents: Documents) -> Elsewhere:
    """The documents that go in all archives, for what may be made of those in others.

    Only revisits and conversions are; without them nothing is read. documents: gives some columns
    of all documents, with what becomes of them.
    """
    conversions = Kind.CONVERSION in scan and Kind.CAPTURE in scan
    if Kind.REVISIT not in scan and not conversions:
        return Elsewhere()
    ids, pages, digests = array("Q"), array("Q"), array("Q")
    for table in documents(_KEYED):
        for name, url, seconds, digest in _keyed(table.filter(~pl.col("kept"))):
            ids.append(id_key(name))
            pages.append(page_key(url_key(url), seconds))
            digests.append(digest_key(digest))
    going = _sorted(digests)
    stays = np.zeros(len(going), np.bool_)
    if Kind.REVISIT in scan and len(going):
        for table in documents(("payload_digest",)):
            kept = table.filter("kept")["payload_digest"].unique().drop_nulls()
            keys = np.fromiter(map(digest_key, kept), np.uint64, len(kept))
            stays |= np.isin(going, keys)
    return Elsewhere(_sorted(ids), _sorted(pages), going[~stays])


def _keyed(table: pl.DataFrame) -> Iterator[tuple[str | None, str | None, int | None, str | None]]:
    return table.select(
        "record_id", "url", pl.col("captured").dt.epoch("s"), "payload_digest"
    ).iter_rows()


def _sorted(keys: array[int]) -> Keys:
    found: Keys = np.unique(np.asarray(keys, np.uint64))
    return found[found > 0]
