"""What known texts say of a page: the written rule, case by case, and its place in the policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from detector.label import make_policy
from detector.label.known import AI_SHARE, PRE_LLM_SHARE, judge_matches
from detector.label.policy import decide
from detector.records import Label, Match
from tests.label.made import document, evidence, stored, stored_band

POLICY = make_policy(stored(stored_band([n / 1000 for n in range(1000)])), fpr=0.05)
OLD = Match("old", "pre-llm", "a", 0.9, 0.9, 0, 9, date(2019, 5, 1))
AI = Match("corpus", "ai", "b", 0.9, 0.9, 0, 9, None)


def label_of(score: float, *matches: Match, codes: tuple[str, ...] = ()) -> tuple[Label, ...]:
    verdict = decide(POLICY, document(), replace(evidence(score, *codes), matches=matches))
    return (verdict.label, *verdict.reasons)


def test_without_matches_nothing_is_said() -> None:
    assert judge_matches(()) is None
    assert label_of(0.1) == (Label.NO_EVIDENCE,)


@pytest.mark.parametrize("score", [0.1, 5.0])
def test_an_old_text_is_pre_llm_whatever_its_score(score: float) -> None:
    assert label_of(score, OLD) == (Label.PRE_LLM, "known.pre-llm")


def test_less_than_the_share_of_an_old_text_decides_nothing() -> None:
    part = replace(OLD, coverage=PRE_LLM_SHARE - 0.01)
    assert label_of(0.1, part) == (Label.NO_EVIDENCE,)
    assert label_of(5.0, part) == (Label.LIKELY_AI, "classifier")


def test_a_known_ai_text_is_likely_ai_with_the_other_reasons_behind() -> None:
    assert label_of(0.1, AI) == (Label.LIKELY_AI, "known.ai")
    assert label_of(5.0, AI) == (Label.LIKELY_AI, "known.ai", "classifier")


def test_a_page_that_quotes_a_little_of_one_is_uncertain() -> None:
    part = replace(AI, coverage=AI_SHARE - 0.01)
    assert label_of(0.1, part) == (Label.UNCERTAIN, "known.ai-part")
    assert label_of(5.0, part)[0] is Label.LIKELY_AI


@pytest.mark.parametrize(
    ("old", "ai", "label"),
    [
        (date(2019, 5, 1), None, Label.PRE_LLM),
        (date(2019, 5, 1), date(2023, 1, 1), Label.PRE_LLM),
        (date(2021, 5, 1), date(2020, 1, 1), Label.LIKELY_AI),
        (date(2021, 5, 1), date(2021, 5, 1), Label.PRE_LLM),
        (None, None, Label.PRE_LLM),
        (None, date(2022, 1, 1), Label.LIKELY_AI),
        (None, date(2023, 1, 1), Label.PRE_LLM),
    ],
)
def test_of_two_indexes_the_earlier_date_wins_and_the_reasons_say_so(
    old: date | None, ai: date | None, label: Label
) -> None:
    found = label_of(0.1, replace(OLD, date=old), replace(AI, date=ai))
    reason = "known.pre-llm" if label is Label.PRE_LLM else "known.ai"
    assert found == (label, reason, "known.conflict")


def test_a_small_part_of_an_ai_text_is_no_conflict() -> None:
    assert label_of(0.1, OLD, replace(AI, coverage=0.1)) == (Label.PRE_LLM, "known.pre-llm")


def test_the_pages_own_capture_date_comes_first() -> None:
    assert label_of(5.0, AI, codes=("origin.pre-llm",)) == (
        Label.PRE_LLM,
        "origin.pre-llm",
        "known.conflict",
    )
