"""A seeded sample of documents that would go, with their texts, to be read by a person."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from detector.errors import UsageError
from detector.pipeline.archives import ArchivedTexts, Tally, find_archives
from detector.records import Locator
from detector.write.audits import SAMPLE
from detector.write.labels import Labels

FROM_SCAN: Final = "scan"
FROM_ARCHIVE: Final = "archive"
LONGEST_TEXT: Final = 20_000  # characters of a text that are kept
_PLACE: Final = ("file", "offset", "length", "inner", "fingerprint")
COLUMNS: Final = (
    *_PLACE,
    *(name for name in SAMPLE if name not in ("locator", "why", "text", "text_from")),
)


class Sampler:
    """Chooses documents as they pass by, each with the same chance; a seed fixes which."""

    def __init__(self, size: int, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._size = size
        self._held = pl.DataFrame()

    def see(self, dropped: pl.DataFrame) -> None:
        """Documents that would go, in the order of the scan."""
        if not self._size or dropped.is_empty():
            return
        drawn = pl.Series("drawn", self._rng.random(len(dropped)))
        fresh = dropped.with_columns(drawn)
        both = fresh if self._held.is_empty() else pl.concat([self._held, fresh])
        least = both["drawn"].rank("ordinal") <= self._size
        self._held = both.filter(least)

    def chosen(self) -> pl.DataFrame:
        """The sample, in the order of the scan."""
        return self._held


def with_texts(
    sample: pl.DataFrame, labels: Labels, archives: str | Path | None
) -> tuple[pl.DataFrame, Tally]:
    """Give the sample its texts, from the scan where it kept them, else from the archives.

    archives: a folder to look for them in first. A text that cannot be had is null; the tally says
    why.
    """
    tally = Tally()
    if sample.is_empty():
        return pl.DataFrame(schema=dict(SAMPLE)), tally
    if labels.settings.with_text:
        texts = sample["text"].to_list()
        source = FROM_SCAN
    else:
        texts, source = _read_again(sample, labels, archives, tally), FROM_ARCHIVE
    places = [str(Locator(*row[:4])) for row in sample.select(_PLACE).iter_rows()]
    cut = [None if text is None else text[:LONGEST_TEXT] for text in texts]
    table = sample.with_columns(
        pl.Series("locator", places, pl.String),
        pl.Series("text", cut, pl.String),
        pl.Series("text_from", [None if t is None else source for t in cut], pl.String),
    )
    return table.select(pl.col(name).cast(dtype) for name, dtype in SAMPLE.items()), tally


def _read_again(
    sample: pl.DataFrame, labels: Labels, archives: str | Path | None, tally: Tally
) -> list[str | None]:
    rows = list(sample.select(_PLACE).iter_rows())
    try:
        places: Mapping[str, str] = find_archives([labels], archives)
    except UsageError as error:
        if archives is not None:
            raise
        tally.missing += len(rows)
        tally.tell(labels.path, str(error))
        return [None] * len(rows)
    texts: list[str | None] = [None] * len(rows)
    with contextlib.closing(ArchivedTexts(labels, places, tally)) as reader:
        for number, (file, offset, length, inner, exact) in enumerate(rows):
            if file not in places:
                tally.missing += 1
                tally.tell(file, "is not where the scan read it: say where with --archives")
                continue
            document = reader.document(Locator(file, offset, length, inner), exact)
            texts[number] = None if document is None else document.text
    return texts
