"""The codes that signals report, that the policy weighs and that the documents explain agree."""

from __future__ import annotations

import re
from pathlib import Path

from detector.label.policy import CONCLUSIVE, PRE_LLM, SUGGESTIVE
from detector.score.signals import capture_date, characters, disclosures, source
from detector.score.signals.leak_patterns import LEAKS, PRIVATE_USE

DOCS = Path(__file__).parents[2] / "docs" / "signals.md"
REPORTED = {
    capture_date.CODE,
    disclosures.GENERATED,
    disclosures.ASSISTED,
    source.CHATBOT_LINK,
    source.GROK_CARD,
    PRIVATE_USE.code,
    *(leak.code for leak in LEAKS),
    *(test.code for test in characters._TESTS),
}


def rows() -> dict[str, str]:
    table = re.findall(r"^\| `([a-z.-]+)` \| [^|]+ \| ([^|]+) \|", DOCS.read_text(), re.MULTILINE)
    return {code: weight.strip(" `") for code, weight in table}


def test_every_reported_code_is_documented_with_the_weight_that_the_policy_gives_it() -> None:
    weights = dict.fromkeys(REPORTED, "shown")
    weights |= dict.fromkeys(SUGGESTIVE, "suggestive") | dict.fromkeys(CONCLUSIVE, "conclusive")
    weights[PRE_LLM] = "pre-llm"
    assert rows() == weights


def test_the_policy_weighs_only_codes_that_signals_report() -> None:
    assert {*CONCLUSIVE, *SUGGESTIVE, PRE_LLM} <= REPORTED
    assert not set(CONCLUSIVE) & set(SUGGESTIVE)
