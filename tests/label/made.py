"""Calibrations and evidence made by hand."""

from __future__ import annotations

import math
from typing import Any

from detector.records import Document, Evidence, Finding, Locator, Origin, Score

PROSE = "The kettle boils and we sit down to talk about the long winter behind us. "  # 15 words


def stored_band(
    scores: list[float], low: int = 40, high: int | None = None, **changes: Any
) -> dict:
    """A band as a model file stores it; every 10th score and the highest 50."""
    ordered = sorted(scores)
    return {
        "language": "en",
        "min_words": low,
        "max_words": high,
        "n": len(ordered),
        "sources": 3,
        "step": 10,
        "body": ordered[::10],
        "tail": ordered[-50:],
        "slope": 1.0,
        "intercept": 0.0,
        **changes,
    }


def stored(*bands: dict, **changes: Any) -> dict:
    return {"detector": "test.v1", "base_rate": 0.5, "bands": list(bands), **changes}


def document(words: int = 150, text: str | None = None, language: str = "en") -> Document:
    origin = Origin(
        Locator("x", 0, 1), 0, "response", None, None, None, None, "text/html", 200, False
    )
    text = PROSE * (words // 15) if text is None else text
    return Document(origin, text, text, None, "utf-8", language, 1.0, words, "", ())


def evidence(score: float = math.nan, *codes: str, detector: str = "test.v1") -> Evidence:
    findings = tuple(Finding(code, "text", 0, 1, "T") for code in codes)
    return Evidence((Score("other.v1", 99.0), Score(detector, score)), findings)
