"""The contract of a policy: for each kind of text a cut and what it rests on, or why none."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from detector.binomial import upper_bound
from detector.label.calibration import Band, find_band
from detector.label.policy import Policy
from detector.label.support import fewest_texts, supports


@dataclass(frozen=True, slots=True)
class Threshold:
    """The rule for texts of one language and one range of lengths, and what it rests on.

    min_words, max_words: the range, max_words excluded, None for no upper end. n, sources: the
    human texts of the calibration, and the sources they come from. cut: scores above it are called
    `likely-ai`; beyond: so many of the human texts are above it. bound: the false-positive rate is
    at most this at 95 % confidence (one-sided, Clopper and Pearson), for human texts like those.
    These three are None where too few human texts stand behind the rate: there is no contract.
    """

    language: str
    min_words: int
    max_words: int | None
    n: int
    sources: int
    cut: float | None
    beyond: int | None
    bound: float | None

    @property
    def kind(self) -> str:
        """The kind of text it is for, in words: "en, 40-79 words"."""
        return describe_kind(self.language, self.min_words, self.max_words)


def describe_kind(language: str, min_words: int, max_words: int | None) -> str:
    """Name a kind of text by its language and its range of lengths.

    >>> describe_kind("en", 40, 80), describe_kind("de", 320, None)
    ('en, 40-79 words', 'de, 320 words or more')
    """
    if max_words is None:
        return f"{language}, {min_words} words or more"
    return f"{language}, {min_words}-{max_words - 1} words"


def cut_point(band: Band, fpr: float) -> tuple[float, int] | None:
    """Give the score above which p-values are at most `fpr`, and the human texts that are above it.

    None when no score has such a p-value. The true rate of new texts beyond the cut follows a
    beta distribution (an order statistic's), whose quantiles are Clopper and Pearson's bounds.
    """
    allowed = math.floor(fpr * (band.n + 1) + 1e-9) - 1  # p = (1 + allowed) / (n + 1) is the last
    if allowed < 0:
        return None
    if allowed < len(band.tail):
        return band.tail[-allowed - 1], allowed
    # The stored body tells ranks only at its steps: the next one within what is allowed.
    step = max(0, math.ceil((band.n - 1 - allowed) / band.step))
    if step < len(band.body) and band.body[step] < band.tail[0]:
        return band.body[step], max(band.n - (step * band.step + 1), len(band.tail))
    return math.nextafter(band.tail[0], -math.inf), len(band.tail)


def threshold(band: Band, fpr: float) -> Threshold:
    """Give the rule of a band at a false-positive rate."""
    found = cut_point(band, fpr) if supports(band, fpr) else None
    cut, beyond = found or (None, None)
    bound = None if beyond is None else upper_bound(beyond, band.n)
    return Threshold(
        band.language, band.min_words, band.max_words, band.n, band.sources, cut, beyond, bound
    )


def thresholds(policy: Policy) -> tuple[Threshold, ...]:
    """Give the rules of all bands of a policy, in their order."""
    return tuple(threshold(band, policy.fpr) for band in policy.calibration.bands)


def contract(policy: Policy) -> dict[str, Any]:
    """Give the contract as plain values: `fpr`, and `thresholds`, each with its `statement`."""
    rules = [
        {**asdict(rule), "statement": state_rule(rule, policy.fpr)} for rule in thresholds(policy)
    ]
    return {"fpr": policy.fpr, "thresholds": rules}


def rule_for(policy: Policy, language: str, words: int) -> Threshold | None:
    """Give the rule that a text of this language and length falls under, None where none is."""
    band = find_band(policy.calibration, language, words)
    return None if band is None else threshold(band, policy.fpr)


def state_rule(rule: Threshold, fpr: float) -> str:
    """Say a rule in one sentence, its bound beside its threshold.

    >>> from detector.label.calibration import Band
    >>> scores = tuple(map(float, range(1000)))
    >>> band = Band("en", 40, 80, 1000, 3, 10, scores[::10], scores, 1, 0)
    >>> state_rule(threshold(band, 0.01), 0.01)  # doctest: +NORMALIZE_WHITESPACE
    'en, 40-79 words: likely-ai above 990.0000, where 9 of 1,000 human texts are;
    false-positive rate at most 1.57 % (95 % confidence)'
    """
    if rule.cut is None or rule.beyond is None or rule.bound is None:
        return f"no contract for {rule.kind}: {_too_few(rule, fpr)}"
    return (
        f"{rule.kind}: likely-ai above {rule.cut:.4f}, where {rule.beyond:,} of {rule.n:,} human"
        f" texts are; false-positive rate at most {percent(rule.bound)} (95 % confidence)"
    )


def state_refusal(policy: Policy, reason: str, language: str, words: int) -> str | None:
    """Say why a text was not assessed; None for a reason that is none of a refusal.

    reason: the code in the row.
    """
    if reason == "language-not-covered":
        return f"no contract for language {_name(language)}, {_range(policy, words)}"
    if reason == "too-short":
        return f"no contract for language {_name(language)}, under {policy.min_words} words"
    if reason == "fpr-not-supported":
        rule = rule_for(policy, language, words)
        why = "no human texts of that length" if rule is None else _too_few(rule, policy.fpr)
        return f"no contract for language {_name(language)}, {_range(policy, words)}: {why}"
    return {
        "not-prose": "no contract for what is no prose: a table, a list, a menu or code",
        "detector-abstained": "the detector gave no score for this text",
    }.get(reason)


def percent(share: float) -> str:
    """A share as a percentage with three significant digits.

    >>> percent(0.0156), percent(0.2), percent(0.00123)
    ('1.56 %', '20 %', '0.123 %')
    """
    return f"{100 * share:.3g} %"


def _too_few(rule: Threshold, fpr: float) -> str:
    return f"{rule.n:,} human texts stand behind it, a rate of {fpr:g} needs {fewest_texts(fpr):,}"


def _range(policy: Policy, words: int) -> str:
    """The range of lengths that a text falls into, in the bands of whatever language."""
    for band in policy.calibration.bands:
        if band.min_words <= words and (band.max_words is None or words < band.max_words):
            return describe_kind("", band.min_words, band.max_words).removeprefix(", ")
    return f"{words:,} words"


def _name(language: str) -> str:
    return language[:20]
