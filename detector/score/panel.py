"""The panel: asks every detector and every signal about a batch of documents."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final

import numpy as np

from detector.errors import UsageError
from detector.records import Document, Evidence, Finding, Score, Window
from detector.score.pooling import pooled
from detector.score.protocol import Detector, Signal, WindowedDetector
from detector.score.weights import load_model

ENTRY_POINTS: Final = "detector.detectors"
SHIPPED: Final = "hashed_ngram.v2.model"


class Panel:
    """Detectors and signals that are asked together; the first detector decides.

    digests: detector name to SHA-256 of its model file, for the manifest. calibration: the deciding
    model's, as stored, for `detector.label.calibration.read_calibration`.
    """

    def __init__(
        self,
        detectors: Sequence[Detector],
        signals: Sequence[Signal],
        digests: Mapping[str, str] | None = None,
        calibration: Mapping[str, Any] | None = None,
    ) -> None:
        names = [detector.name for detector in detectors]
        if len(set(names)) != len(names):
            raise UsageError(f"two detectors of one name among {names}: ask each only once")
        self.detectors = tuple(detectors)
        self.signals = tuple(signals)
        self.digests = dict(digests or {})
        self.calibration = dict(calibration or {})
        first = self.detectors[0] if self.detectors else None
        self._windowed = first if isinstance(first, WindowedDetector) else None

    def assess(self, documents: Sequence[Document]) -> list[Evidence]:
        """Give the evidence on each document, in order.

        A detector is asked only about texts in its languages and of its length; its score of any
        other text is NaN. What is known of one document does not depend on the others.
        """
        windows = self._windows(documents)
        columns = [
            self._pooled(windows) if at == 0 and self._windowed else self._ask(detector, documents)
            for at, detector in enumerate(self.detectors)
        ]
        return [
            Evidence(
                tuple(
                    Score(detector.name, column[at])
                    for detector, column in zip(self.detectors, columns, strict=True)
                ),
                self._observe(document),
                windows[at],
            )
            for at, document in enumerate(documents)
        ]

    def _windows(self, documents: Sequence[Document]) -> list[tuple[Window, ...]]:
        """The windows of each document by the deciding detector, where it gives such."""
        if self._windowed is None:
            return [()] * len(documents)
        asked = set(_within(self._windowed, documents))
        return [
            self._windowed.windows(document.text) if at in asked else ()
            for at, document in enumerate(documents)
        ]

    @staticmethod
    def _pooled(windows: Sequence[Sequence[Window]]) -> list[float]:
        return [float(np.float32(pooled(of_text))) for of_text in windows]

    @staticmethod
    def _ask(detector: Detector, documents: Sequence[Document]) -> list[float]:
        asked = _within(detector, documents)
        scores = [math.nan] * len(documents)
        values = detector.score([documents[at].text for at in asked]) if asked else ()
        for at, value in zip(asked, values, strict=True):
            scores[at] = float(value)
        return scores

    def _observe(self, document: Document) -> tuple[Finding, ...]:
        return tuple(found for signal in self.signals for found in signal.observe(document))


def _within(detector: Detector, documents: Sequence[Document]) -> list[int]:
    """The indexes of the documents that a detector is qualified for."""
    return [
        at
        for at, document in enumerate(documents)
        if document.language in detector.languages and document.words >= detector.min_words
    ]


def load_panel(model: Path | str, extra: Sequence[str] = ()) -> Panel:
    """Make the panel around one model file, with the outside detectors asked for by name.

    Raises ModelError for a bad model file, UsageError for a detector that is not installed.
    """
    # Numba and the kernels load here, in the processes that score, and nowhere else.
    from detector.score.detectors.hashed_ngram import HashedNgram  # noqa: PLC0415
    from detector.score.signals.registry import default_signals  # noqa: PLC0415

    loaded = load_model(Path(model))
    detectors: list[Detector] = [HashedNgram(loaded), *(outside_detector(name) for name in extra)]
    return Panel(detectors, default_signals(), {loaded.name: loaded.digest}, loaded.calibration)


@lru_cache(maxsize=1)
def default_panel() -> Panel:
    """Give the panel around the shipped model; loaded once in a process."""
    with resources.as_file(resources.files("detector.score") / "models" / SHIPPED) as path:
        return load_panel(path)


def outside_detector(name: str) -> Detector:
    """Load a detector that another distribution offers as an entry point of `detector.detectors`.

    The entry point names a callable without arguments that gives a `Detector`.
    """
    offered = metadata.entry_points(group=ENTRY_POINTS)
    for entry in offered:
        if entry.name == name:
            detector = entry.load()()
            if not isinstance(detector, Detector):
                raise UsageError(
                    f"the entry point {name!r} gives a {type(detector).__name__}, not a detector:"
                    " it needs name, languages, min_words and score(texts)"
                )
            return detector
    known = ", ".join(sorted(entry.name for entry in offered)) or "none"
    raise UsageError(
        f"no installed distribution offers the detector {name!r} (offered: {known}): install it,"
        " or leave it out"
    )
