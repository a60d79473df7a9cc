"""ZipPy (Thinkst): how much better a text compresses behind a prelude of machine text."""

from __future__ import annotations

from typing import Final

from detector.bench.peers.one_by_one import OneByOne
from detector.bench.peers.optional import needed, version_of

NAME: Final = "zippy.v1"
PACKAGE: Final = "thinkst-zippy"
CHUNK: Final = 1500  # characters, the default of the package


def detector() -> OneByOne:
    """Make the detector: the package's own score with LZMA, its default; English, 50 words.

    The package starts a pool of processes for each text of more than two chunks; here the same
    chunks are scored one after the other, and give the same number.
    """
    zippy = needed("zippy.zippy", PACKAGE)
    judge = zippy.Zippy(zippy.CompressionEngine.LZMA).detector

    def score(text: str) -> float:
        cleaned = zippy.clean_text(text)
        chunks = _chunks(cleaned)
        signed = 0.0
        for chunk in chunks:
            label, strength = judge.score_text(chunk)
            share = len(chunk) / len(cleaned)
            signed += (strength if label == "AI" else -strength) * share
        return signed

    return OneByOne(
        NAME, score, languages=frozenset(("en",)), min_words=50, version=version_of(PACKAGE)
    )


def _chunks(text: str) -> list[str]:
    """Cut a text as `Zippy.run_on_text_chunked` does: at the last space before 1,500 characters."""
    start, end, chunks = 0, 0, []
    while start + CHUNK < len(text) and end != -1:
        end = text.rfind(" ", start, start + CHUNK + 1)
        chunks.append(text[start:end])
        start = end + 1
    return [*chunks, text[start:]]
