"""The parts of a text: each window judged as a text of its own length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from detector.label.calibration import Calibration, find_band, p_value
from detector.label.support import supports
from detector.records import Document, Span, Window


@dataclass(frozen=True, slots=True)
class Parts:
    """What the windows of a text say.

    spans: those above the cut for texts of their length. fraction: the share of the characters
    looked at that they hold. stands_out: whether the highest is above it although there were so
    many to choose from (Bonferroni's correction).
    """

    spans: tuple[Span, ...]
    fraction: float
    stands_out: bool


def judge_windows(
    calibration: Calibration, fpr: float, document: Document, windows: Sequence[Window]
) -> Parts | None:
    """Judge the windows of a text; None where the calibration supports no statement on any.

    A window's words are estimated from its share of the document's characters.
    """
    spans, known, held, lowest = [], 0, 0, 1.0
    for window in windows:
        size = window.end - window.start
        words = round(document.words * size / max(1, len(document.text)))
        band = find_band(calibration, document.language, words)
        if band is None or not supports(band, fpr):
            continue
        known += size
        chance = p_value(band, window.value)
        lowest = min(lowest, chance)
        if chance <= fpr:
            held += size
            spans.append(Span(window.start, window.end, window.value, chance))
    if not known:
        return None
    return Parts(tuple(spans), held / known, lowest <= fpr / len(windows))
