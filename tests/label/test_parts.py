"""The parts of a text: which windows are reported, and when one of them counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from detector.label import decide, make_policy, read_calibration
from detector.label.parts import judge_windows
from detector.records import Evidence, Label, Window
from tests.label.made import document, evidence, stored, stored_band

SCORES = [float(n) for n in range(2000)]  # p <= 0.01 from 1981 on, p <= 0.0025 from 1996 on
STORED = stored(stored_band(SCORES, 40, 400), stored_band(SCORES, 400))
CALIBRATION = read_calibration(STORED)
POLICY = make_policy(STORED, 0.01)
LONG = document(600)
QUARTER = len(LONG.text) // 4


def quarters(*values: float) -> tuple[Window, ...]:
    return tuple(Window(at * QUARTER, (at + 1) * QUARTER, value) for at, value in enumerate(values))


def with_windows(*values: float) -> Evidence:
    return replace(evidence(sum(values) / len(values)), windows=quarters(*values))


def test_windows_above_the_cut_are_reported_with_their_place_and_share() -> None:
    parts = judge_windows(CALIBRATION, 0.01, LONG, quarters(5, 1981, 1980, 1999))
    assert parts is not None
    assert [(span.start, span.end, span.score) for span in parts.spans] == [
        (QUARTER, 2 * QUARTER, 1981),
        (3 * QUARTER, 4 * QUARTER, 1999),
    ]
    assert [span.p_value for span in parts.spans] == [20 / 2001, 2 / 2001]
    assert parts.fraction == 0.5


@pytest.mark.parametrize(("highest", "counts"), [(1995.0, False), (1997.0, True)])
def test_one_window_of_four_counts_at_a_quarter_of_the_rate(highest: float, counts: bool) -> None:
    """For there were four chances to be above the cut."""
    verdict = decide(POLICY, LONG, with_windows(0, 0, highest, 0))
    assert verdict.label == (Label.UNCERTAIN if counts else Label.NO_EVIDENCE)
    assert verdict.reasons == (("classifier.part",) if counts else ())
    assert len(verdict.spans) == 1
    assert verdict.ai_fraction == 0.25


def test_a_text_that_scores_high_as_a_whole_needs_no_part_as_a_reason() -> None:
    verdict = decide(POLICY, LONG, with_windows(1999, 1999, 1999, 1999))
    assert (verdict.label, verdict.reasons) == (Label.LIKELY_AI, ("classifier",))
    assert verdict.ai_fraction == 1.0


def test_of_windows_too_short_for_a_statement_none_is_made() -> None:
    short = document(30)
    assert judge_windows(CALIBRATION, 0.01, short, (Window(0, len(short.text), 1999.0),)) is None
    assert judge_windows(CALIBRATION, 0.01, LONG, ()) is None


def test_a_text_that_is_not_assessed_has_no_parts() -> None:
    verdict = decide(POLICY, document(600, language="de"), with_windows(1999, 1999, 1999, 1999))
    assert (verdict.spans, verdict.ai_fraction) == ((), None)
