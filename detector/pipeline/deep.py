"""The deep tier at work: asked about the texts that the fast tier leaves open, within a budget."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from detector.errors import ModelError, UsageError
from detector.label import Calibration
from detector.label.cascade import NAME, Cascade, read_pairings
from detector.records import Document, Evidence, Score
from detector.score.detectors.minilm import MiniLM
from detector.score.protocol import Detector
from detector.score.weights import Model, load_model

SHIPPED: Final = "minilm.v1.model"


class DeepTier:
    """Adds to the evidence on a text the deep detector's score, where it is asked, and the joint.

    fast, digest: the fast model's calibration and file digest; the deep model belongs to that one
    model, ModelError when it is another. share: of human texts that may be asked about, in (0, 1].
    fpr: the false-positive rate whose neighbourhood is asked about.
    """

    def __init__(
        self, model: Model, fast: Calibration, digest: str, share: float, fpr: float
    ) -> None:
        wanted = model.calibration.get("fast")
        if wanted != digest:
            raise ModelError(
                f"the deep model {model.name!r} belongs to the fast model {str(wanted)[:16]!r}...,"
                f" and {digest[:16]}... is in use: leave --budget out with a --model of your own"
            )
        pairings = read_pairings(model.calibration, model.arrays)
        self.cascade = Cascade(fast, pairings, share, fpr)
        self.name = model.name
        self.digest = model.digest
        self._fast = fast.detector
        self.detector: Detector = MiniLM(model)

    def deepen(self, document: Document, evidence: Evidence) -> Evidence:
        """Add the deep score, where the fast one is in its gate, and the score that decides."""
        fast = next((s.value for s in evidence.scores if s.detector == self._fast), math.nan)
        language, words = document.language, document.words
        if not self.cascade.asks(language, words, fast):
            return replace(evidence, scores=(*evidence.scores, Score(NAME, fast)))
        deep = float(self.detector.score([document.text])[0])
        joint = self.cascade.joint(language, words, fast, deep)
        added = (Score(self.name, deep), Score(NAME, joint))
        return replace(evidence, scores=(*evidence.scores, *added))


@lru_cache(maxsize=1)
def shipped_deep_model() -> Model:
    """Read the deep model that the package carries; once in a process."""
    with resources.as_file(resources.files("detector.score") / "models" / SHIPPED) as path:
        if not Path(path).exists():
            raise UsageError("this installation carries no deep model: leave --budget out")
        return load_model(path)
