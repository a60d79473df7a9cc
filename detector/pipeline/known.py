"""The indexes of known texts at work: every page looked up in each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from detector.errors import UsageError
from detector.extract import normal_form
from detector.fingerprint.containment import sample
from detector.fingerprint.index_lookup import KnownIndex, KnownMatch
from detector.records import Document, Evidence, Fingerprint, Match


class KnownTexts:
    """Adds to the evidence on a page the known texts that it is or holds.

    paths: of the indexes, whose order does not matter. check: whether to read them whole and
    compare every byte with its digest. Raises UsageError when one is missing or two share a name,
    ModelError when one cannot be used.
    """

    def __init__(self, paths: Sequence[str], *, check: bool = False) -> None:
        indexes = sorted((KnownIndex(Path(path)) for path in paths), key=lambda one: one.name)
        names = [index.name for index in indexes]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError(
                f"two indexes are called {twice[0]!r:.60}: rows name an index by its file's name,"
                " so rename one, or name it once"
            )
        if check:
            for index in indexes:
                index.check()
        self.indexes = tuple(indexes)

    @property
    def digests(self) -> dict[str, str]:
        """The digests of the indexes by the names that they have in the manifest."""
        return {f"index:{index.name}": index.file.digest for index in self.indexes}

    def recall(self, document: Document, fingerprint: Fingerprint, evidence: Evidence) -> Evidence:
        """Add the matches of a page, those of each index the best first."""
        if not self.indexes:
            return evidence
        normal = document.normal.encode()
        held = sample(normal)
        matches = [
            _match(index, found, document, normal)
            for index in self.indexes
            for found in index.find(fingerprint, held, document.words, len(normal))
        ]
        return replace(evidence, matches=tuple(matches)) if matches else evidence


def _match(index: KnownIndex, found: KnownMatch, document: Document, normal: bytes) -> Match:
    start, end = 0, len(document.text)
    if (found.start, found.stop) != (0, len(normal)):
        first = normal.count(b" ", 0, found.start)
        last = first + normal.count(b" ", found.start, found.stop) + 1
        start, end = span_of_words(document.text, first, last)
    return Match(
        index.name,
        index.kind,
        found.id,
        found.similarity,
        found.coverage,
        start,
        end,
        found.date,
    )


def span_of_words(text: str, first: int, last: int) -> tuple[int, int]:
    """Give the characters of a text that hold words [first, last) of its normal form.

    What precedes the first word and follows the last, such as a quotation mark, is left out.

    >>> text = 'He said: "Hello, World!" and left.'
    >>> start, end = span_of_words(text, 2, 4)
    >>> text[start:end]
    'Hello, World'
    """

    def words_before(at: int) -> int:
        return len(normal_form(text[:at]).split())

    start = _first(len(text), lambda at: words_before(at) > first) - 1
    end = _first(len(text) + 1, lambda at: words_before(at) > last) - 1
    while end > start and not normal_form(text[end - 1]):
        end -= 1
    return max(0, start), end


def _first(highest: int, holds: Callable[[int], bool]) -> int:
    """Find by bisection the least number up to `highest` from which on something holds."""
    low = 0
    while low < highest:
        middle = (low + highest) // 2
        if holds(middle):
            highest = middle
        else:
            low = middle + 1
    return low
