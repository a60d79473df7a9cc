"""One label for near-duplicates: which copy decides, and by what."""

from __future__ import annotations

import random

import pytest

from detector.label.copies import (
    COPIES_NOT_ASSESSED,
    COPIES_POOLED,
    COPIES_PRE_LLM,
    COPIES_PROVEN,
    COPIES_TRACE,
    Copy,
    agree,
)
from detector.records import Label

HUMAN = Copy(0, Label.NO_EVIDENCE, 0.6)
FLAGGED = Copy(1, Label.LIKELY_AI, 0.001)
PROVEN = Copy(2, Label.LIKELY_AI, 0.5, proven=True, traced=True)
OLD = Copy(3, Label.PRE_LLM, 0.001, traced=True)
TRACED = Copy(4, Label.UNCERTAIN, 0.9, traced=True)
UNSCORED = Copy(5, Label.NOT_ASSESSED, None, traced=True)


def test_an_old_copy_outweighs_proofs_and_scores_of_later_ones() -> None:
    found = agree([FLAGGED, PROVEN, OLD, HUMAN])
    assert (found.label, found.by, found.rule) == (Label.PRE_LLM, 2, COPIES_PRE_LLM)


def test_a_proof_on_one_copy_holds_for_all() -> None:
    found = agree([HUMAN, HUMAN, HUMAN, PROVEN, UNSCORED])
    assert (found.label, found.by, found.rule) == (Label.LIKELY_AI, 3, COPIES_PROVEN)


def test_the_text_with_the_median_p_value_decides() -> None:
    others = [Copy(n, Label.NO_EVIDENCE, 0.1 * n) for n in (6, 7, 8, 9)]
    found = agree([FLAGGED, *others])
    assert (found.label, found.by, found.rule) == (Label.NO_EVIDENCE, 2, COPIES_POOLED)


def test_of_two_in_the_middle_the_less_suspicious_decides() -> None:
    assert agree([FLAGGED, HUMAN]).by == 1
    assert agree([HUMAN, FLAGGED]).by == 0


def test_a_text_counts_once_however_often_it_was_copied() -> None:
    assert agree([HUMAN, Copy(6, Label.NO_EVIDENCE, 0.4), *[FLAGGED] * 50]).label is (
        Label.NO_EVIDENCE
    )


def test_a_trace_on_one_copy_makes_all_uncertain_that_would_be_without_evidence() -> None:
    found = agree([HUMAN, Copy(6, Label.NO_EVIDENCE, 0.7), TRACED])
    assert (found.label, found.by, found.rule) == (Label.UNCERTAIN, 2, COPIES_TRACE)
    assert agree([UNSCORED, TRACED]).label is Label.UNCERTAIN
    assert agree([FLAGGED, Copy(6, Label.LIKELY_AI, 0.002), TRACED]).label is Label.LIKELY_AI


def test_copies_that_could_not_be_scored_take_the_label_of_those_that_were() -> None:
    assert agree([UNSCORED, FLAGGED]).by == 1
    found = agree([UNSCORED, UNSCORED])
    assert (found.label, found.by, found.rule) == (Label.NOT_ASSESSED, 0, COPIES_NOT_ASSESSED)


@pytest.mark.parametrize("shared", [0.0, 0.9, 1.0])
def test_copies_of_human_texts_are_flagged_no_oftener_than_twice_the_rate(shared: float) -> None:
    """p-values of copies: uniform, the same one for a share of the clusters."""
    draw = random.Random(7)
    flagged, clusters, rate = 0, 20_000, 0.05
    for _ in range(clusters):
        common = draw.random() if draw.random() < shared else None
        values = [draw.random() if common is None else common for _ in range(draw.randint(2, 6))]
        copies = [
            Copy(n, Label.LIKELY_AI if value <= rate else Label.NO_EVIDENCE, value)
            for n, value in enumerate(values)
        ]
        flagged += agree(copies).label is Label.LIKELY_AI
    assert flagged / clusters <= 1.1 * rate
