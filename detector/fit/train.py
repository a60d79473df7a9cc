"""Training: windows to hashed n-gram counts, two logistic regressions, and weights as integers."""

from __future__ import annotations

import random
import warnings
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.errors import UsageError
from detector.fit.config import FitConfig
from detector.fit.corpora import MIRRORS, LabelledText, stable_fraction, windows
from detector.fit.folding import folding_table
from detector.score.detectors import ngram_kernel as kernel
from detector.score.detectors.hashed_ngram import NAME, SCHEME, utf8
from detector.score.weights import Model

_COMMON_SLOTS = 1 << 14
_VOCABULARY_TEXTS = 400  # of a source and label, to count words in
_FEWEST_WINDOWS = 3  # in which a bucket must occur for its weight to count
_LARGEST = 32_000


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows as two sparse matrices of n-gram counts over sqrt(n-grams).

    text: index of each window's text. machine: labels. cell: number of its source and label.
    """

    text: NDArray[np.int64]
    machine: NDArray[np.bool_]
    weight: NDArray[np.float64]
    plain: Any
    masked: Any


def require_sklearn() -> tuple[Any, Any, Any]:
    """Give scipy.sparse, LogisticRegression and threadpool_limits, or say how to install them."""
    try:
        from scipy import sparse  # noqa: PLC0415 - only training needs it
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
        from threadpoolctl import threadpool_limits  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            f"training needs scikit-learn, which is not installed ({error.name}): run"
            " `pip install 'contamination-detector[fit]'`"
        ) from error
    return sparse, LogisticRegression, threadpool_limits


def choose_texts(texts: Sequence[LabelledText], most: int, seed: int) -> list[int]:
    """Give the indexes of at most `most` texts of each source and label, in order."""
    cells: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for at, text in enumerate(texts):
        cells[text.source, text.machine].append(at)
    chosen: list[int] = []
    for members in cells.values():
        members.sort(key=lambda at: (stable_fraction(texts[at].doc_id, seed), at))
        chosen.extend(members[:most])
    return sorted(chosen)


def common_words(texts: Sequence[LabelledText], config: FitConfig) -> NDArray[np.uint32]:
    """Make the hash table of the words that occur in the largest share of texts, per source.

    A source counts by shares, so that a large one cannot bring its topic's words in by itself.
    """
    table = folding_table()
    table.flags.writeable = False
    none = np.zeros(_COMMON_SLOTS, np.uint32)
    none.flags.writeable = False
    counts: dict[tuple[str, bool], Counter[int]] = defaultdict(Counter)
    sizes: Counter[tuple[str, bool]] = Counter()
    for at in choose_texts(texts, _VOCABULARY_TEXTS, config.seed):
        text = texts[at]
        plain, _ = _tokens(text.text[:3000], table, none)
        counts[text.source, text.machine].update(np.unique(plain).tolist())
        sizes[text.source, text.machine] += 1
    shares: dict[int, float] = defaultdict(float)
    for cell, words in sorted(counts.items()):
        trust = min(1.0, sizes[cell] / 100)
        for word, count in words.items():
            shares[word] += trust * count / sizes[cell]
    ranked = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    return _hash_table([word for word, _ in ranked[: config.vocabulary]])


def _hash_table(words: Sequence[int]) -> NDArray[np.uint32]:
    slots = np.zeros(_COMMON_SLOTS, np.uint32)
    for word in words:
        slot = word & (_COMMON_SLOTS - 1)
        while slots[slot]:
            slot = (slot + 1) & (_COMMON_SLOTS - 1)
        slots[slot] = word >> 32
    slots.flags.writeable = False
    return slots


def _tokens(
    text: str, table: NDArray[np.uint8], common: NDArray[np.uint32]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    data = utf8(text)
    plain = np.empty(len(data) + 1, np.uint64)
    masked = np.empty(len(data) + 1, np.uint64)
    begins = np.empty(len(data) + 1, np.int32)
    count = kernel.tokenise(data, table, common, plain, masked, begins)
    return plain[:count], masked[:count]


class _Rows:
    """Rows of one sparse matrix, as they come."""

    def __init__(self, longest: int, buckets: int) -> None:
        self.longest, self.buckets = longest, buckets
        self.starts = [0]
        self.columns: list[NDArray[np.int32]] = []
        self.values: list[NDArray[np.float32]] = []

    def add(self, hashes: NDArray[np.uint64]) -> None:
        out = np.empty(self.longest * len(hashes) + 1, np.uint32)
        count = kernel.buckets_of(
            hashes, 0, len(hashes), self.longest, np.uint64(self.buckets), out
        )
        columns, counts = np.unique(out[:count], return_counts=True)
        self.columns.append(columns.astype(np.int32))
        self.values.append((counts / np.sqrt(max(count, 1))).astype(np.float32))
        self.starts.append(self.starts[-1] + len(columns))

    def matrix(self, sparse: Any) -> Any:
        shape = (len(self.starts) - 1, self.buckets)
        parts = (np.concatenate(self.values), np.concatenate(self.columns), self.starts)
        return sparse.csr_matrix(parts, shape=shape)


def draw_windows(
    texts: Sequence[LabelledText], common: NDArray[np.uint32], config: FitConfig
) -> Windows:
    """Draw the training windows and count their n-grams with the scoring kernel itself."""
    sparse, _, _ = require_sklearn()
    table = folding_table()
    table.flags.writeable = False
    rng = random.Random(config.seed)  # noqa: S311 - reproducible, nothing secret
    plain = _Rows(kernel.LONGEST_PLAIN, 1 << config.bucket_bits)
    masked = _Rows(kernel.LONGEST_MASKED, 1 << config.bucket_bits)
    owners: list[int] = []
    for at in choose_texts(texts, config.texts_per_source, config.seed):
        text = texts[at]
        few = text.machine and text.source != MIRRORS
        most = config.machine_windows if few else config.human_windows
        for window in windows(text.text, rng, config.shortest_window, config.longest_window, most):
            ones, shapes = _tokens(window, table, common)
            plain.add(ones)
            masked.add(shapes)
            owners.append(at)
    return Windows(
        text=np.array(owners),
        machine=np.array([texts[at].machine for at in owners]),
        weight=_weights([texts[at] for at in owners], config),
        plain=plain.matrix(sparse),
        masked=masked.matrix(sparse),
    )


def _weights(owners: Sequence[LabelledText], config: FitConfig) -> NDArray[np.float64]:
    """Weigh a source and label by the square root of its windows, and both labels alike."""
    cells = [(text.source, text.machine) for text in owners]
    sizes = Counter(cells)
    weight = np.array(
        [
            sizes[cell] ** -0.5 * (config.mirror_weight if cell[0] == MIRRORS else 1.0)
            for cell in cells
        ]
    )
    machine = np.array([text.machine for text in owners])
    for label in (True, False):
        weight[machine == label] *= len(owners) / 2 / weight[machine == label].sum()
    return weight


def train(
    drawn: Windows, keep: NDArray[np.bool_], common: NDArray[np.uint32], config: FitConfig
) -> Model:
    """Fit both regressions on the windows in `keep`; gives an uncalibrated model."""
    _, _, threadpool_limits = require_sklearn()
    with threadpool_limits(1):  # sums in one order
        plain, plain_fit = _regress(drawn.plain, drawn, keep, config)
        masked, masked_fit = _regress(drawn.masked, drawn, keep, config)
    arrays: dict[str, NDArray[Any]] = {
        "folding": folding_table(),
        "common": common,
        "plain": plain,
        "masked": masked,
        "fit": np.array([*plain_fit, *masked_fit]),
    }
    return Model(NAME, SCHEME, {}, {"languages": [config.language]}, arrays)


def _regress(
    matrix: Any, drawn: Windows, keep: NDArray[np.bool_], config: FitConfig
) -> tuple[NDArray[np.int16], tuple[float, float]]:
    """Fit one regression; gives int16 weights, and the scale and intercept to read them with."""
    _, logistic_regression, _ = require_sklearn()
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - only training needs it

    rows = matrix[keep]
    rare = np.bincount(rows.indices, minlength=rows.shape[1]) < _FEWEST_WINDOWS
    rows.data[rare[rows.indices]] = 0
    rows.eliminate_zeros()
    model = logistic_regression(
        C=config.strength, max_iter=config.iterations, tol=1e-3, random_state=config.seed
    )
    with warnings.catch_warnings():
        # The iterations are a setting: to stop early is a part of the regularisation.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows, drawn.machine[keep], sample_weight=drawn.weight[keep])
    coefficients = model.coef_[0]
    scale = float(np.abs(coefficients).max()) / _LARGEST or 1.0
    weights = np.rint(coefficients / scale).astype(np.int16)
    return weights, (scale, float(model.intercept_[0]))
