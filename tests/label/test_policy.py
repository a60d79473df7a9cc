"""The policy, as a table: what is known of a document, and the label it gets for which reasons."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from detector.errors import UsageError
from detector.label import Policy, decide, make_policy, read_calibration
from detector.label.policy import CONCLUSIVE, PRE_LLM, SUGGESTIVE
from detector.records import Document, Label
from tests.label.made import document, evidence, stored, stored_band

SCORES = [float(n) for n in range(1000)]  # so that p <= 0.01 from 991 on, p <= 0.05 from 951 on
STORED = stored(stored_band(SCORES, 40, 200), stored_band(SCORES[:100], 200))
POLICY = make_policy(STORED, 0.01)
FIGURES = "12.50 | 13.75 | 0.05%\n" * 30

CLASSIFIER, PHRASE, TOKEN = "classifier", "artefact.assistant-phrase", "artefact.oaicite"
OF, NONE = document(), math.nan
L = Label


@pytest.mark.parametrize(
    ("of", "score", "codes", "label", "reasons"),
    [
        (OF, 995.0, (), L.LIKELY_AI, (CLASSIFIER,)),
        (OF, 991.0, (), L.LIKELY_AI, (CLASSIFIER,)),
        (OF, 990.0, (), L.UNCERTAIN, (CLASSIFIER,)),
        (OF, 951.0, (), L.UNCERTAIN, (CLASSIFIER,)),
        (OF, 950.0, (), L.NO_EVIDENCE, ()),
        (OF, -1e9, (), L.NO_EVIDENCE, ()),
        (OF, 0.0, (TOKEN,), L.LIKELY_AI, (TOKEN,)),
        (OF, 995.0, (PHRASE, TOKEN), L.LIKELY_AI, (TOKEN, CLASSIFIER, PHRASE)),
        (OF, 0.0, (PHRASE,), L.UNCERTAIN, (PHRASE,)),
        (OF, 960.0, (PHRASE,), L.UNCERTAIN, (CLASSIFIER, PHRASE)),
        (OF, 0.0, ("characters.tags",), L.NO_EVIDENCE, ()),
        (OF, 999.0, (TOKEN, PRE_LLM), L.PRE_LLM, (PRE_LLM,)),
        (document(30), NONE, (), L.NOT_ASSESSED, ("too-short",)),
        (document(30), NONE, (TOKEN,), L.LIKELY_AI, (TOKEN,)),
        (document(30), NONE, (PHRASE,), L.UNCERTAIN, (PHRASE,)),
        (document(language="de"), 999.0, (), L.NOT_ASSESSED, ("language-not-covered",)),
        (document(300), 999.0, (), L.NOT_ASSESSED, ("fpr-not-supported",)),
        (document(90, FIGURES), 999.0, (), L.NOT_ASSESSED, ("not-prose",)),
        (OF, NONE, (), L.NOT_ASSESSED, ("detector-abstained",)),
    ],
)
def test_decisions(
    of: Document, score: float, codes: tuple[str, ...], label: Label, reasons: tuple[str, ...]
) -> None:
    verdict = decide(POLICY, of, evidence(score, *codes))
    assert (verdict.label, verdict.reasons) == (label, reasons)
    assert verdict.policy == POLICY.digest


def test_a_judged_text_carries_its_numbers() -> None:
    verdict = decide(POLICY, OF, evidence(991.0))
    assert verdict.score == 991.0
    assert verdict.p_value == pytest.approx(10 / 1001)
    assert verdict.probability is not None
    assert verdict.probability > 0.99


@pytest.mark.parametrize("of", [document(30), document(language="de"), document(300)])
def test_a_text_that_is_not_judged_carries_none(of: Document) -> None:
    verdict = decide(POLICY, of, evidence(999.0, TOKEN))
    assert (verdict.score, verdict.p_value, verdict.probability) == (None, None, None)


def test_only_the_calibrated_detector_decides() -> None:
    verdict = decide(POLICY, OF, evidence(999.0, detector="unknown.v1"))
    assert verdict.reasons == ("detector-abstained",)


def test_reasons_stand_in_the_order_of_their_strength() -> None:
    codes = [*SUGGESTIVE, *CONCLUSIVE]
    verdict = decide(POLICY, OF, evidence(0.0, *reversed(codes), *codes))
    assert verdict.reasons == (*CONCLUSIVE, *SUGGESTIVE)


@pytest.mark.parametrize("fpr", [0, -1, 0.5, math.nan])
def test_a_rate_out_of_range_is_refused(fpr: float) -> None:
    with pytest.raises(UsageError, match=r"not in \(0, 0.2\]"):
        make_policy(STORED, fpr)


def test_a_rate_that_too_few_texts_stand_behind_is_refused_with_the_lowest_that_works() -> None:
    with pytest.raises(UsageError, match=r"needs 5000 human texts.*at most 1000.*0\.005"):
        make_policy(STORED, 0.001)
    assert make_policy(STORED, 0.005).languages == {"en"}


def test_a_calibration_without_bands_is_refused() -> None:
    with pytest.raises(UsageError, match="at most 0"):
        make_policy(stored(), 0.01)


def test_the_stored_and_the_read_calibration_give_the_same_policy() -> None:
    assert make_policy(STORED, 0.01) == make_policy(read_calibration(STORED), 0.01)


def test_the_digest_changes_with_everything_that_can_change_a_label() -> None:
    digests = {
        POLICY.digest,
        make_policy(STORED, 0.02).digest,
        make_policy(stored(stored_band(SCORES, 40, 199)), 0.01).digest,
        make_policy(stored(stored_band([*SCORES[:-1], 999.5], 40, 200)), 0.01).digest,
        make_policy(replace(POLICY.calibration, base_rate=0.4), 0.01).digest,
        make_policy(replace(POLICY.calibration, detector="test.v2"), 0.01).digest,
    }
    assert len(digests) == 6
    assert make_policy(STORED, 0.01).digest == POLICY.digest


def test_a_policy_covers_the_languages_and_lengths_that_support_its_rate() -> None:
    both = stored(stored_band(SCORES, 80), stored_band(SCORES[:100], 20, 80, language="de"))
    policy: Policy = make_policy(both, 0.01)
    assert (policy.languages, policy.min_words) == ({"en"}, 80)
    assert make_policy(both, 0.05).languages == {"en", "de"}
