"""The model card."""

from __future__ import annotations

from collections.abc import Sequence

from detector.fit.config import FitConfig, FitReport
from detector.fit.corpora import LabelledText


def model_card(texts: Sequence[LabelledText], config: FitConfig, report: FitReport) -> str:
    return f"# Model card\n\n{len(texts)} {config.language} {report.digest}\n"
