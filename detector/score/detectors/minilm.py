"""A small transformer, MiniLM-L6 (Wang et al. 2020) fine-tuned, over windows of a text."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError, UsageError
from detector.score.detectors import ngram_kernel as kernel
from detector.score.weights import Model

NAME: Final = "minilm.v1"
WINDOW_WORDS: Final = 110
TOKENS: Final = 128  # of a window, at most, [CLS] and [SEP] included
MOST_WINDOWS: Final = 4
# Characters of a text that are looked at: 20,000 words, and a bound on time.
MOST_CHARACTERS: Final = 120_000
SCHEME: Final = {
    "kind": "minilm",
    "window_words": WINDOW_WORDS,
    "tokens": TOKENS,
    "windows": MOST_WINDOWS,
}
# What a folding table maps a code point to, besides the ASCII character that replaces it.
_FOLDED: Final[dict[int, str | None]] = {0: " ", 1: None, 2: "...", 123: "þ"}


class Folding(dict[int, str | None]):
    """A folding table (`detector.fit.folding`) as `str.translate` takes it, filled on demand."""

    def __init__(self, table: NDArray[np.uint8]) -> None:
        super().__init__()
        self._table = np.array(table, np.uint8)
        self._table.flags.writeable = False

    def __missing__(self, point: int) -> str | None:
        code = int(kernel.fold(point, self._table))
        folded = _FOLDED.get(code, chr(code))
        self[point] = folded
        return folded


def folded_words(text: str, folding: Folding) -> list[str]:
    """Give the words of a text as the model sees them, folded to ASCII."""
    return text[:MOST_CHARACTERS].translate(folding).split()


def stretches(words: int) -> list[tuple[int, int]]:
    """Give the windows [start, stop) of a text of so many words, spread evenly over it.

    >>> stretches(50), stretches(250)
    ([(0, 50)], [(0, 110), (70, 180), (140, 250)])
    """
    size = min(words, WINDOW_WORDS)
    count = min(-(-words // WINDOW_WORDS), MOST_WINDOWS)
    starts = [at * (words - size) // max(count - 1, 1) for at in range(count)]
    return [(start, start + size) for start in starts]


class MiniLM:
    """Judges a text by a fine-tuned transformer: the mean of its logits over up to four windows.

    Each window is computed alone, so a score does not depend on the batch. Loads onnxruntime and
    tokenizers (the extra `deep`): UsageError where they are not installed.
    """

    languages: frozenset[str]
    min_words: int = 40

    def __init__(self, model: Model) -> None:
        if dict(model.scheme) != SCHEME:
            raise ModelError(
                f"model {model.name!r} was made for the scheme {str(dict(model.scheme))[:60]!r},"
                f" this version computes {str(SCHEME)[:60]!r}: make it again with `detector"
                " fit-deep`"
            )
        self.name = model.name
        self.languages = frozenset(model.provenance.get("languages", ("en",)))
        try:
            self._folding = Folding(model.arrays["folding"])
            self._tokenizer = _tokenizer(model.arrays["tokenizer"].tobytes())
            self._session = _session(model.arrays["onnx"].tobytes())
        except KeyError as error:
            raise ModelError(
                f"model {model.name!r} lacks the array {error}: make it again with `detector"
                " fit-deep`"
            ) from error

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one logit a text, higher for more machine-like; NaN for a text without words."""
        return np.array([self._score(text) for text in texts], dtype=np.float32)

    def _score(self, text: str) -> float:
        words = folded_words(text, self._folding)
        if not words:
            return float("nan")
        places = stretches(len(words))
        return sum(self._logit(words[start:stop]) for start, stop in places) / len(places)

    def _logit(self, words: Sequence[str]) -> float:
        ids = np.array([self._tokenizer.encode(" ".join(words)).ids], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        return float(self._session.run(None, inputs)[0][0])


def _tokenizer(stored: bytes) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # this process is forked from
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise _not_installed(error) from error
    try:
        tokenizer = Tokenizer.from_buffer(stored)
    except Exception as error:  # tokenizers raises no narrower one
        raise ModelError(
            f"the vocabulary of {NAME!r} cannot be read ({str(error)[:60]!r}): install the package"
            " again, or make the model again with `detector fit-deep`"
        ) from error
    tokenizer.enable_truncation(TOKENS)
    tokenizer.no_padding()
    return tokenizer


def _session(stored: bytes) -> Any:
    try:
        import onnxruntime  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise _not_installed(error) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the workers share the cores
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(stored, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own errors share no base class
        raise ModelError(
            f"the network of {NAME!r} cannot be loaded ({str(error)[:100]!r}): install the package"
            " again, or make the model again with `detector fit-deep`"
        ) from error


def _not_installed(error: ImportError) -> UsageError:
    return UsageError(
        f"the deep tier needs {error.name!r}, which is not installed: run"
        " `pip install 'contamination-detector[deep]'`, or leave --budget out"
    )
