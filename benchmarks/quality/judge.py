"""Texts through the panel, the deep tier and the policy, as documents of a scan go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.measures import Scores
from detector.label import Policy, decide
from detector.pipeline.assess import Assessor
from detector.pipeline.settings import ScanSettings
from detector.records import Document, Evidence, Label, Locator, Origin, Verdict
from detector.score.panel import SHIPPED
from detector.score.protocol import Detector
from detector.score.weights import load_model

BATCH = 500
Remembered = TypeVar("Remembered", bound=Detector)


@dataclass(frozen=True)
class Judged:
    """What became of some texts, in order: deciding scores (NaN: none) and labels."""

    scores: Scores
    labels: list[str]

    @property
    def scored(self) -> Scores:
        return self.scores[~np.isnan(self.scores)]

    def __len__(self) -> int:
        return len(self.labels)

    def share(self, label: Label = Label.LIKELY_AI) -> float:
        """The share of a label; NaN of no texts."""
        return self.labels.count(label.value) / len(self) if len(self) else float("nan")

    def at(self, indexes: Sequence[int]) -> Judged:
        """Choose some of the texts."""
        return Judged(self.scores[list(indexes)], [self.labels[at] for at in indexes])


class Judge:
    """Judges texts by a model and the policy that comes with it.

    model: a model file, None for the shipped one. budget: the share of human texts that the deep
    tier may be asked about, None to leave it out.
    """

    def __init__(self, model: Path | None, fpr: float, budget: float | None) -> None:
        settings = ScanSettings(model=str(model) if model else None, fpr=fpr, budget=budget)
        self._model = model
        self._assessor = Assessor(settings)

    def remember(self, wrap: Callable[[Detector], Remembered]) -> Remembered:
        """Put something in the place of the deep detector, made from it; gives what was put."""
        if self._assessor.deep is None:
            raise ValueError("a judge without a budget has no deep detector")
        wrapped = wrap(self._assessor.deep.detector)
        self._assessor.deep.detector = wrapped
        return wrapped

    @property
    def policy(self) -> Policy:
        return self._assessor.policy

    @property
    def digests(self) -> dict[str, str]:
        return self._assessor.digests

    @property
    def folding(self) -> NDArray[np.uint8]:
        """The fast model's folding table: what it reads each character as."""
        with resources.as_file(resources.files("detector.score") / "models" / SHIPPED) as shipped:
            return load_model(self._model or shipped).arrays["folding"]

    def judge(self, documents: Sequence[Document]) -> Judged:
        """Score and label documents."""
        scores, labels = [], []
        for evidence, verdict in self._verdicts(documents):
            scores.append(self._deciding(evidence))
            labels.append(verdict.label.value)
        return Judged(np.array(scores, np.float64), labels)

    def _verdicts(self, documents: Sequence[Document]) -> Iterator[tuple[Evidence, Verdict]]:
        deep = self._assessor.deep
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            for document, fast in zip(batch, self._assessor.panel.assess(batch), strict=True):
                evidence = fast if deep is None else deep.deepen(document, fast)
                yield evidence, decide(self.policy, document, evidence)

    def _deciding(self, evidence: Evidence) -> float:
        name = self.policy.calibration.detector
        return next(score.value for score in evidence.scores if score.detector == name)


def document(text: str, language: str) -> Document:
    """A text as a document of a scan, without a page around it."""
    origin = Origin(
        Locator("dev", 0, 0), 0, "resource", None, None, None, None, "text/plain", None, False
    )
    words = len(text.split())
    return Document(origin, text, "", None, "utf-8", language, 1.0, words, "", ())


def shares(labels: Sequence[str]) -> dict[str, float]:
    """The share of each label."""
    counts = Counter(labels)
    return {label.value: counts[label.value] / len(labels) for label in Label} if labels else {}
