"""The shingle sets of some texts: of texts that scans kept, or that archives still hold."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.extract.normal import normal_form
from detector.fingerprint.sets import ShingleSets, write_sets
from detector.pipeline.archives import ArchivedTexts, Tally
from detector.pipeline.gather import Gathered, damaged, read_columns
from detector.pipeline.progress import counted
from detector.write.labels import Labels


class TextsAtHand:
    """Gives the shingle sets of texts, each from where it can be had.

    A scan that kept its texts (`--with-text`) is asked first, then the archives. places: where
    those lie, as `archives.find_archives` gives them; empty where they are not to be read. tally:
    of what was read from archives. estimated: texts that were asked for and not at hand.
    """

    def __init__(
        self, opened: Sequence[Labels], places: Mapping[str, str], *, shown: bool = False
    ) -> None:
        self._opened = opened
        self._places = places
        self._shown = shown
        self.tally = Tally()
        self.estimated = 0

    def __bool__(self) -> bool:
        """Whether any texts are at hand."""
        return bool(self._places) or any(one.settings.with_text for one in self._opened)

    def read_sets(
        self,
        gathered: Gathered,
        texts: npt.NDArray[np.uint32],
        signed: npt.NDArray[np.uint32],
        path: Path,
    ) -> ShingleSets:
        """Write the shingle sets of some texts to a file.

        signed: uint32[n], the texts that have a signature, ascending. texts: which of them, as
        places in `signed`. OutputError when a table is damaged.
        """
        reads = self._chosen(gathered)[signed[texts]]
        there = reads >= 0
        wanted = np.full(len(gathered.documents), -1, np.int64)
        wanted[reads[there]] = texts[there]
        if self._places:
            self.tally.missing += int((~there).sum())
        normals = counted(self._normals(wanted), "texts", self._shown, int(there.sum()))
        sets = write_sets(path, normals, len(signed))
        had = sets.bounds[texts, 1] > sets.bounds[texts, 0]
        self.estimated += int((~had).sum())
        return sets

    def counts(self) -> dict[str, int | bool]:
        """How many texts came from archives, how many did not, and what that means."""
        return {
            "exact_similarity": bool(self) and self.estimated == 0,
            "read_again": self.tally.read,
            "archive_missing": self.tally.missing,
            "archive_changed": self.tally.changed,
            "estimated": self.estimated,
        }

    def _chosen(self, gathered: Gathered) -> npt.NDArray[np.int64]:
        """For each text the place in the order of reading of the document to take it from, or -1.

        Of the documents with this text the first whose scan kept it, or else the first whose
        archive is there.
        """
        documents = gathered.documents
        kept = np.array([labels.settings.with_text for labels in self._opened])
        there = np.array([name in self._places for name in gathered.files])
        in_scan = kept[documents["scan"].to_numpy()]
        in_archive = there[documents["file"].to_numpy()] & ~in_scan
        text, read = documents["text"].to_numpy(), documents["read"].to_numpy()
        chosen = np.full(int(text.max()) + 1, -1, np.int64)
        for some in (in_archive, in_scan):
            backwards = np.flatnonzero(some)[::-1]  # the last value given to a place stays
            chosen[text[backwards]] = read[backwards]
        return chosen

    def _normals(self, wanted: npt.NDArray[np.int64]) -> Iterator[tuple[int, str, str]]:
        """Number, normal form and language of the wanted documents, in the order of reading."""
        read = 0
        for labels in self._opened:
            with contextlib.closing(self._texts_of(labels)) as texts:
                for part in labels.documents:
                    count = read_columns(part, ("ordinal",)).height
                    numbers = wanted[read : read + count]
                    read += count
                    for number, language, values in _rows(part, numbers, texts.columns):
                        normal = texts.normal(part, *values)
                        if normal is not None:
                            yield number, normal, language

    def _texts_of(self, labels: Labels) -> KeptTexts | ArchivedTexts:
        if labels.settings.with_text:
            return KeptTexts()
        return ArchivedTexts(labels, self._places, self.tally)


class KeptTexts:
    """Takes the texts from the documents table."""

    columns = ("text",)

    def normal(self, part: Path, text: str | None) -> str:
        """The normal form of a text; OutputError when it is not there."""
        if text is None:
            raise damaged(part, "a document without its text")
        return normal_form(text)

    def close(self) -> None:
        """Nothing is open."""


def _rows(
    part: Path, numbers: npt.NDArray[np.int64], columns: Sequence[str]
) -> Iterator[tuple[int, str, list[Any]]]:
    """Number, language and values of the rows of a table that have a number."""
    some = np.flatnonzero(numbers >= 0)
    if not len(some):
        return
    table = read_columns(part, ("language", *columns))[some]
    for number, (language, *values) in zip(numbers[some].tolist(), table.iter_rows(), strict=True):
        yield number, language, values
