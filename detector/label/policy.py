"""The policy: from evidence to a label, for a stated false-positive rate.

The rule, in order:

1. A page that an archive holds from before 30 November 2022 is `pre-llm`, whatever its score.
2. A page that is, or holds, a text known to be older than language models, or known to be theirs,
   is `pre-llm` or `likely-ai` (`detector.label.known`).
3. A conclusive trace of a language model (`CONCLUSIVE`) makes it `likely-ai`.
4. A text in a kind of which enough human examples are known (language, length, prose) is judged by
   its p-value: `likely-ai` at or below the false-positive rate, `uncertain` up to five times that.
5. A part of it (a window) that scores as only the rate over the number of its parts of human texts
   of that length do, a small part that is known to be a language model's, or a trace that people
   leave too (`SUGGESTIVE`), makes it `uncertain`.
6. Else it is `no-evidence`, or `not-assessed` where no judgement was possible, with the reason.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from detector.errors import UsageError
from detector.label.calibration import (
    Band,
    Calibration,
    find_band,
    p_value,
    probability,
    read_calibration,
)
from detector.label.known import AI_SHARE, KNOWN_CONFLICT, PRE_LLM_SHARE, judge_matches
from detector.label.parts import judge_windows
from detector.label.prose import is_prose
from detector.label.support import FEWEST_BEYOND, fewest_texts, supports
from detector.records import Document, Evidence, Label, Verdict

UNCERTAIN_TIMES: Final = 5  # p-values up to this many times the rate are `uncertain`
PRE_LLM: Final = "origin.pre-llm"
CLASSIFIER: Final = "classifier"
CLASSIFIER_PART: Final = "classifier.part"
# Strongest first.
CONCLUSIVE: Final = (
    "disclosure.ai-generated",
    "artefact.oaicite",
    "artefact.search-token",
    "artefact.private-use",
    "artefact.attributable-index",
    "artefact.cite-start",
    "artefact.grok-card",
    "artefact.self-reference",
)
SUGGESTIVE: Final = (
    "disclosure.ai-assisted",
    "artefact.cutoff",
    "artefact.assistant-phrase",
    "artefact.placeholder",
    "artefact.chatbot-link",
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides: a calibration and a false-positive rate.

    parts: the calibration by which the windows of a text are judged. languages: those with at least
    one band that supports the rate. digest: 16 hexadecimal digits of the SHA-256 over everything
    that can change a label.
    """

    fpr: float
    calibration: Calibration
    parts: Calibration
    languages: frozenset[str]
    min_words: int
    digest: str


def make_policy(
    calibration: Calibration | Mapping[str, Any],
    fpr: float = 0.01,
    *,
    parts: Calibration | None = None,
) -> Policy:
    """Make the policy that calls at most `fpr` of human texts `likely-ai` by their score.

    calibration: as read, or as a model file stores it. parts: of the detector whose windows are
    judged, where another decides. Raises ModelError when what is stored makes
    no sense; UsageError when fpr is not in (0, 0.2], or the calibration has too few human texts in
    every band to support it.
    """
    if not isinstance(calibration, Calibration):
        calibration = read_calibration(calibration)
    if not 0 < fpr <= 0.2:
        raise UsageError(f"a false-positive rate of {fpr:g} is not in (0, 0.2]: try 0.01")
    bands = [band for band in calibration.bands if supports(band, fpr)]
    if not bands:
        largest = max((band.n for band in calibration.bands), default=0)
        raise UsageError(
            f"a false-positive rate of {fpr:g} needs {fewest_texts(fpr)} human texts"
            f" of a kind, the calibration of {calibration.detector!r} has at most {largest}:"
            f" ask for {FEWEST_BEYOND / largest if largest else 0.01:.2g} or more"
        )
    content = json.dumps(
        {
            "rule": 3,
            "fpr": fpr,
            "uncertain_times": UNCERTAIN_TIMES,
            "fewest_beyond": FEWEST_BEYOND,
            "conclusive": CONCLUSIVE,
            "suggestive": SUGGESTIVE,
            "known": [PRE_LLM_SHARE, AI_SHARE],
            "calibration": asdict(calibration),
            "parts": None if parts in (None, calibration) else asdict(parts or calibration),
        },
        sort_keys=True,
        separators=(",", ":"),
    )
    return Policy(
        fpr=fpr,
        calibration=calibration,
        parts=parts or calibration,
        languages=frozenset(band.language for band in bands),
        min_words=min(band.min_words for band in bands),
        digest=hashlib.sha256(content.encode()).hexdigest()[:16],
    )


def decide(policy: Policy, document: Document, evidence: Evidence) -> Verdict:
    """Choose the label of a document; its text is looked at only to tell whether it is prose."""
    codes = {finding.code for finding in evidence.findings}
    score = _deciding_score(policy, evidence)
    band = find_band(policy.calibration, document.language, document.words)
    obstacle = _obstacle(policy, document, band, score)
    chance = p_value(band, score) if band and score is not None and not obstacle else None
    likely = chance is not None and chance <= policy.fpr
    near = chance is not None and chance <= UNCERTAIN_TIMES * policy.fpr
    parts = (
        None
        if chance is None
        else judge_windows(policy.parts, policy.fpr, document, evidence.windows)
    )
    part = parts is not None and parts.stands_out and not near
    conclusive = [code for code in CONCLUSIVE if code in codes]
    suggestive = [code for code in SUGGESTIVE if code in codes]
    by_score = [CLASSIFIER] if near else [CLASSIFIER_PART] if part else []
    known, by_match = judge_matches(evidence.matches) or (None, [])

    if PRE_LLM in codes:
        conflict = [KNOWN_CONFLICT] if known is Label.LIKELY_AI else []
        label, reasons = Label.PRE_LLM, [PRE_LLM, *conflict]
    elif known is Label.PRE_LLM:
        label, reasons = known, by_match
    elif known is Label.LIKELY_AI or conclusive or likely:
        label, reasons = Label.LIKELY_AI, [*by_match, *conclusive, *by_score, *suggestive]
    elif known or near or part or suggestive:
        label, reasons = Label.UNCERTAIN, [*by_match, *by_score, *suggestive]
    elif obstacle:
        label, reasons = Label.NOT_ASSESSED, [obstacle]
    else:
        label, reasons = Label.NO_EVIDENCE, []
    verdict = _verdict(policy, label, reasons, band, score if chance is not None else None, chance)
    if parts is None:
        return verdict
    return replace(verdict, spans=parts.spans, ai_fraction=parts.fraction)


def refusal(policy: Policy, document: Document, evidence: Evidence) -> str | None:
    """Give the reason why the score of a document cannot be judged, None if it can.

    It stands in the row of a `not-assessed` document; one that carries a trace has it too.
    """
    band = find_band(policy.calibration, document.language, document.words)
    return _obstacle(policy, document, band, _deciding_score(policy, evidence))


def _deciding_score(policy: Policy, evidence: Evidence) -> float | None:
    for score in evidence.scores:
        if score.detector == policy.calibration.detector and not math.isnan(score.value):
            return score.value
    return None


def _obstacle(
    policy: Policy, document: Document, band: Band | None, score: float | None
) -> str | None:
    """Say why a document's score cannot be judged, None if it can."""
    if document.language not in policy.languages:
        known = {band.language for band in policy.calibration.bands}
        return "fpr-not-supported" if document.language in known else "language-not-covered"
    if document.words < policy.min_words:
        return "too-short"
    if band is None or not supports(band, policy.fpr):
        return "fpr-not-supported"
    if not is_prose(document.text):
        return "not-prose"
    return "detector-abstained" if score is None else None


def _verdict(
    policy: Policy,
    label: Label,
    reasons: Iterable[str],
    band: Band | None,
    score: float | None,
    chance: float | None,
) -> Verdict:
    likely = None
    if band is not None and score is not None:
        likely = probability(policy.calibration, band, score)
    return Verdict(label, score, likely, chance, tuple(reasons), policy.digest)
