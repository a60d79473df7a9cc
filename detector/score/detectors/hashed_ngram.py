"""A linear model over hashed word n-grams, once plain and once with rare words masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError
from detector.records import Window
from detector.score.detectors import ngram_kernel as kernel
from detector.score.pooling import pooled
from detector.score.weights import Model

NAME: Final = "hashed_ngram.v2"
# Bytes of UTF-8 of a text that are looked at: 180,000 words, and a bound on memory.
MOST_BYTES: Final = 1 << 20
SCHEME: Final = {
    "kind": "hashed_ngram",
    "tokens": 1,
    "plain_ngrams": kernel.LONGEST_PLAIN,
    "masked_ngrams": kernel.LONGEST_MASKED,
    "window_tokens": kernel.WINDOW_TOKENS,
    "windows": kernel.MOST_WINDOWS,  # of equal size, beside each other
}


def utf8(text: str) -> NDArray[np.uint8]:
    """Give a text's UTF-8 bytes, read-only; lone surrogates vanish, the rest is cut at the cap."""
    # A code point takes at most four bytes: cutting first keeps a huge text from being encoded.
    data = text[:MOST_BYTES].encode("utf-8", "ignore")
    if len(data) > MOST_BYTES:
        data = data[:MOST_BYTES].decode("utf-8", "ignore").encode("utf-8")
    return np.frombuffer(data, dtype=np.uint8)


class HashedNgram:
    """Judges a text by its word n-grams: the mean of two logits over its windows.

    The same text has the same score, bit for bit, in any batch and on any machine.
    """

    languages: frozenset[str]
    min_words: int = 40

    def __init__(self, model: Model) -> None:
        if dict(model.scheme) != SCHEME:
            raise ModelError(
                f"model {model.name!r} was made for the scheme {str(dict(model.scheme))[:60]!r},"
                f" this version computes {str(SCHEME)[:60]!r}: make it again with `detector fit`"
            )
        try:
            self._table = np.ascontiguousarray(model.arrays["folding"], np.uint8)
            self._common = np.ascontiguousarray(model.arrays["common"], np.uint32)
            self._plain = np.ascontiguousarray(model.arrays["plain"], np.int16)
            self._masked = np.ascontiguousarray(model.arrays["masked"], np.int16)
            self._fit = np.ascontiguousarray(model.arrays["fit"], np.float64)
        except KeyError as error:
            raise ModelError(
                f"model {model.name!r} lacks the array {error}: make it again with `detector fit`"
            ) from error
        self._check_shapes(model.name)
        self.name = model.name
        self.languages = frozenset(model.provenance.get("languages", ("en",)))

    def _check_shapes(self, name: str) -> None:
        """Refuse arrays that would lead the kernel outside of them."""
        powers = all(
            len(a) and len(a) & (len(a) - 1) == 0 for a in (self._common, self._plain, self._masked)
        )
        if not powers or len(self._table) != 13_824 or len(self._fit) != 4:
            raise ModelError(
                f"model {name!r} has arrays of sizes that this version does not read: make it"
                " again with `detector fit`"
            )
        if np.count_nonzero(self._common) >= len(self._common):
            raise ModelError(f"model {name!r} has a full vocabulary table: make it again")

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one logit a text, higher for more machine-like; NaN for a text without words."""
        return np.array([pooled(self.windows(text)) for text in texts], dtype=np.float32)

    def windows(self, text: str) -> tuple[Window, ...]:
        """Score a text piece by piece: its windows, in order, with their logits.

        They cover a text of up to 18,432 tokens, each in at most 288 (about 250 words and their
        punctuation); of a longer one they are a sample.
        """
        data = utf8(text)
        places = np.empty(2 * kernel.MOST_WINDOWS, np.int32)
        values = np.empty(kernel.MOST_WINDOWS, np.float64)
        count = kernel.score_windows(
            data, self._table, self._common, self._plain, self._masked, self._fit, places, values
        )
        at = _characters(data, places[: 2 * count])
        return tuple(
            Window(start, end, value)
            for start, end, value in zip(at[::2], at[1::2], values[:count].tolist(), strict=True)
        )


def _characters(data: NDArray[np.uint8], places: NDArray[np.int32]) -> list[int]:
    """Give the number of characters before each byte offset."""
    begun = (data & 0xC0) != 0x80
    if begun.all():
        return [int(place) for place in places]
    before = np.concatenate(([0], np.cumsum(begun)))
    return [int(before[place]) for place in places]
