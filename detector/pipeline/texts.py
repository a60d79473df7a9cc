"""The shingle sets of some texts, from scans that kept their texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detector.extract.normal import normal_form
from detector.fingerprint.sets import ShingleSets, write_sets
from detector.pipeline.gather import Gathered, damaged, read_columns
from detector.write.labels import Labels


def at_hand(opened: Sequence[Labels]) -> bool:
    """Whether all the scans kept their texts (`--with-text`)."""
    return all(labels.settings.with_text for labels in opened)


def read_sets(
    opened: Sequence[Labels],
    gathered: Gathered,
    texts: npt.NDArray[np.uint32],
    signed: npt.NDArray[np.uint32],
    path: Path,
) -> ShingleSets:
    """Write the shingle sets of some texts to a file.

    signed: uint32[n], the texts that have a signature, ascending. texts: which of them, as places
    in `signed`. OutputError when a table is damaged.
    """
    documents = gathered.documents
    firsts = documents["text"].is_first_distinct()
    reads = documents["read"].filter(firsts).to_numpy()[signed[texts]]
    wanted = np.full(len(documents), -1, np.int64)
    wanted[reads] = texts
    return write_sets(path, _normals(opened, wanted), len(signed))


def _normals(
    opened: Sequence[Labels], wanted: npt.NDArray[np.int64]
) -> Iterator[tuple[int, str, str]]:
    """Number, normal form and language of the wanted documents, in the order of reading."""
    read = 0
    for labels in opened:
        for part in labels.documents:
            count = read_columns(part, ("ordinal",)).height
            numbers = wanted[read : read + count]
            read += count
            if not (numbers >= 0).any():
                continue
            table = read_columns(part, ("text", "language"))
            for number, text, language in zip(numbers.tolist(), *table, strict=True):
                if number >= 0:
                    if text is None:
                        raise damaged(part, "a document without its text")
                    yield number, normal_form(text), language
