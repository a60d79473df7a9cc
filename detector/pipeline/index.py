"""Indexes of known texts: texts in, a file that a scan looks pages up in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from detector.errors import UsageError
from detector.extract import normal_form
from detector.extract.language import detect_language
from detector.extract.words import count_words
from detector.fingerprint import fingerprint
from detector.fingerprint.containment import WORDS, sample
from detector.fingerprint.index_build import Known
from detector.fingerprint.index_change import add, build, merge
from detector.fingerprint.index_format import FORMAT, SCHEME, IndexFile, check_file, open_file
from detector.pipeline.known_sources import Columns, SourceText, read_sources
from detector.pipeline.progress import counted

Kind = Literal["ai", "pre-llm"]


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds.

    documents: different texts. shingles: sampled ones of 13 words, by which texts are found inside
    pages. signed: documents that are found by their MinHash signature. signatures: whether
    signatures are stored, without which similar texts are not found. size: bytes. digest: stands
    for all that the index holds.
    """

    path: Path
    kind: str
    format: int
    scheme: str
    documents: int
    shingles: int
    signed: int
    signatures: bool
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class IndexChange:
    """What came of building or adding to an index.

    read: texts in the sources. short: of them, texts of fewer than 13 words, which are left out.
    unproven: pages of a scan that do not belong into an index of this kind, left out too. textless:
    documents of a scan without texts, which are found as wholes but not inside other pages. copies:
    texts that the index, or an earlier row, had already.
    """

    index: IndexInfo
    read: int
    short: int
    unproven: int
    textless: int
    copies: int


def build_index(
    path: str | Path,
    sources: Sequence[str | Path],
    kind: Kind,
    *,
    text_column: str = "text",
    date_column: str | None = None,
    signatures: bool = True,
    progress: bool = False,
) -> IndexChange:
    """Build an index of known texts; the same sources in any order give the same bytes.

    sources: Parquet, JSON lines (.gz, .zst), plain text, folders of them, or output folders of
    scans; see `read_sources`. kind: "ai" for texts known to be a language model's, "pre-llm" for
    texts known to be older. date_column: dates beside the texts, so that of two indexes that know a
    page the earlier one is believed; texts of the LLM age are kept out of a pre-LLM index.
    signatures: whether to store what finds similar texts, 256 bytes for each. progress: whether to
    show on standard error how many texts were read. An index that is there is replaced once the new
    one is whole.

    Raises UsageError, OutputError or ModelError.
    """
    texts = read_sources([*map(str, sources)], kind, Columns(text_column, date_column))
    return index_texts(path, counted(texts, "texts", progress), kind, signatures=signatures)


def add_to_index(
    path: str | Path,
    sources: Sequence[str | Path],
    *,
    text_column: str = "text",
    date_column: str | None = None,
    progress: bool = False,
) -> IndexChange:
    """Add the texts of more sources to an index, which then is what one of all of them would be.

    Signatures are stored where the index has any. Raises as `build_index` does.
    """
    path = Path(path)
    before = open_file(path).shape
    tally = _Tally(signatures=before.signatures)
    columns = Columns(text_column, date_column)
    texts = read_sources([*map(str, sources)], before.kind, columns)
    add(path, tally.known(counted(texts, "texts", progress)))
    return tally.change(path, before.documents)


def index_texts(
    path: str | Path, texts: Iterable[SourceText], kind: Kind, *, signatures: bool = True
) -> IndexChange:
    """Build an index of texts from anywhere, as `build_index` does of files."""
    if kind not in ("ai", "pre-llm"):
        raise UsageError(f"{kind!r:.60} is no kind of index: choose ai or pre-llm")
    path = Path(path)
    tally = _Tally(signatures=signatures)
    build(path, kind, tally.known(texts))
    return tally.change(path, 0)


def merge_indexes(path: str | Path, sources: Sequence[str | Path]) -> IndexInfo:
    """Merge indexes of one kind into the one at `path`, which may be among them."""
    merge(Path(path), [Path(source) for source in sources])
    return describe_index(path)


def describe_index(path: str | Path) -> IndexInfo:
    """Say what an index holds, from its footer alone."""
    return _info(open_file(Path(path)))


def verify_index(path: str | Path) -> IndexInfo:
    """Read an index whole; ModelError when a byte of it is not what was written."""
    opened = open_file(Path(path))
    check_file(opened)
    return _info(opened)


def _info(opened: IndexFile) -> IndexInfo:
    shape = opened.shape
    return IndexInfo(
        opened.path,
        shape.kind,
        FORMAT,
        SCHEME,
        shape.documents,
        shape.shingles,
        shape.signed,
        shape.signatures,
        opened.size,
        opened.digest,
    )


class _Tally:
    """Fingerprints texts and counts what becomes of them."""

    def __init__(self, *, signatures: bool) -> None:
        self._signatures = signatures
        self.read = self.short = self.unproven = self.textless = 0

    def known(self, texts: Iterable[SourceText]) -> Iterator[Known]:
        """Fingerprint those that belong into the index."""
        for text in texts:
            self.read += 1
            if not text.proven:
                self.unproven += 1
            elif text.text is None:
                self.textless += 1
                signature = text.signature if self._signatures else b""
                exact = text.exact or ""
                yield Known(text.id, text.words or 0, exact, signature, None, text.date)
            elif (words := count_words(text.text)) < WORDS:
                self.short += 1
            else:
                yield self._fingerprinted(text, text.text, words)

    def _fingerprinted(self, source: SourceText, text: str, words: int) -> Known:
        normal = normal_form(text)
        held = sample(normal.encode())
        if source.exact is not None and source.signature:
            exact, signature = source.exact, source.signature
        else:
            language = detect_language(text)[0]
            made = fingerprint(normal, language)
            exact, signature = made.exact, made.signature
        if not self._signatures:
            signature = b""
        return Known(source.id, words, exact, signature, held, source.date)

    def change(self, path: Path, before: int) -> IndexChange:
        """Say what came of it, with `before` documents in the index at the start."""
        index = describe_index(path)
        offered = self.read - self.short - self.unproven
        return IndexChange(
            index,
            self.read,
            self.short,
            self.unproven,
            self.textless,
            offered - (index.documents - before),
        )
