"""The contract that every detector signs, as a test that anyone can run.

from detector.score.contract import check_detector
assert check_detector(my_detector, human=[...], machine=[...]) == []
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.score.protocol import Detector

ODD_TEXTS: Final = (
    "",
    " \n\t\u00a0\u2003",
    "word",
    "\0" * 100,
    "before \0 after",
    "🙂👩‍👩‍👧‍👦🏴\U000e0067\U000e0062\U000e007f" * 20,
    "\ud800 lone \udfff surrogates \udc80",
    "\ufeff\u200b\u202e\ue200\ufffd\uffff\U0010ffff",
    "e" + "\u0301" * 1000,
    "天地玄黃，宇宙洪荒。" * 50,
    "سلام عليكم " * 50,
    "a" * 1_000_000,
    "\u20ac" * 1_000_000,
    "." * 100_000,
    "a " * 200_000,
    "\n" * 100_000,
)
ORDINARY_TEXTS: Final = (
    "The kettle boils and we sit down to talk about the long winter behind us. " * 4,
    "It is important to note that a balanced approach can help. Moreover, it is key. " * 4,
    "He didn't come; nobody had asked him to, and so the chair stayed empty all night. " * 4,
    "Prices rose by 3.5 % in May, the office said on Tuesday, after 2.9 % in April. " * 4,
)
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,60}\.v[0-9]{1,6}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken promise: which rule, and what was seen."""

    rule: str
    message: str


def check_detector(
    detector: Detector, human: Sequence[str] = (), machine: Sequence[str] = ()
) -> list[Violation]:
    """Give every promise of the protocol that a detector breaks, none when it keeps them all.

    human, machine: texts in its language and of its length that it should tell apart: the median
    of the second must score above the median of the first. Takes a few seconds at most with a
    detector that takes a millisecond a page.
    """
    violations = _identity(detector)
    if violations:
        return violations
    ordinary = [*ORDINARY_TEXTS, *human, *machine]
    alone = [_score(detector, [text], violations) for text in ordinary]
    if violations:
        return violations  # the rest compares scores, and there are none to rely on
    expected = np.array([score[0] for score in alone if score is not None], np.float32)
    violations += _consistency(detector, ordinary, expected)
    for text in ODD_TEXTS:
        _score(detector, [text], violations)
    _score(detector, [], violations)
    _score(detector, list(ODD_TEXTS), violations)
    if human and machine:
        violations += _orientation(expected, len(human), len(machine))
    return violations


def _identity(detector: Detector) -> list[Violation]:
    found = []
    if not isinstance(detector, Detector):
        missing = [
            n for n in ("name", "languages", "min_words", "score") if not hasattr(detector, n)
        ]
        return [Violation("shape", f"a {type(detector).__name__} without {', '.join(missing)}")]
    if not isinstance(detector.name, str) or not _NAME.fullmatch(detector.name):
        found.append(Violation("name", f"{detector.name!r} is not like 'my_detector.v1'"))
    if not detector.languages or not all(map(_LANGUAGE.fullmatch, detector.languages)):
        shown = sorted(map(str, detector.languages))[:5]
        found.append(Violation("languages", f"{shown} are not ISO 639 codes, at least one"))
    if detector.min_words < 1:
        found.append(Violation("min_words", f"{detector.min_words} is not a number of words"))
    return found


def _score(
    detector: Detector, texts: list[str], violations: list[Violation]
) -> NDArray[np.float32] | None:
    """Score texts and check the shape of the answer; None, and a violation, when it is wrong."""
    shown = f"{len(texts)} texts" if len(texts) != 1 else f"the text {texts[0][:30]!r}"
    try:
        scores = detector.score(texts)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever it raises breaks the promise
        message = f"raised {type(error).__name__}: {str(error)[:60]!r} on {shown}"
        violations.append(Violation("never-raises", message))
        return None
    if not isinstance(scores, np.ndarray) or scores.dtype != np.float32:
        kind = getattr(scores, "dtype", type(scores).__name__)
        violations.append(Violation("float32", f"gave {kind} for {shown}, not an array of float32"))
        return None
    if scores.shape != (len(texts),):
        message = f"gave an array of shape {scores.shape} for {shown}"
        violations.append(Violation("one-score-a-text", message))
        return None
    if np.isinf(scores).any():
        violations.append(Violation("finite", f"gave an infinite score for {shown}"))
    return scores


def _consistency(
    detector: Detector, texts: list[str], expected: NDArray[np.float32]
) -> list[Violation]:
    """Score the same texts again: as they were, in one batch, backwards, and beside odd ones."""
    found: list[Violation] = []
    again = [_score(detector, [text], found) for text in texts]
    if found:
        return found
    singly = np.concatenate([score for score in again if score is not None])
    found += _difference("deterministic", "a second time", texts, singly, expected)
    count = len(texts)
    batches = (
        ("batch-independent", "in one batch", texts, slice(None)),
        ("batch-independent", "twice in one batch", texts * 2, slice(count, None)),
        ("batch-independent", "beside odd texts", [*texts, "", "word " * 5000], slice(count)),
        ("order-independent", "in the other order", texts[::-1], slice(None, None, -1)),
    )
    for rule, how, batch, part in batches:
        scores = _score(detector, batch, found)
        if scores is not None:
            found += _difference(rule, how, texts, scores[part], expected)
    return found


def _difference(
    rule: str,
    how: str,
    texts: Sequence[str],
    scores: NDArray[np.float32],
    expected: NDArray[np.float32],
) -> list[Violation]:
    same = (scores == expected) | (np.isnan(scores) & np.isnan(expected))
    if same.all():
        return []
    at = int(np.flatnonzero(~same)[0])
    message = f"{scores[at]} {how}, {expected[at]} before and alone, for {texts[at][:30]!r}"
    return [Violation(rule, message)]


def _orientation(scores: NDArray[np.float32], humans: int, machines: int) -> list[Violation]:
    own = scores[len(ORDINARY_TEXTS) :]
    human, machine = own[:humans], own[humans : humans + machines]
    if np.isnan(own).all():
        return [Violation("orientation", "abstains on every example")]
    low, high = float(np.nanmedian(human)), float(np.nanmedian(machine))
    if high > low:
        return []
    message = f"machine examples have the median {high:.3g}, human ones {low:.3g}: not above"
    return [Violation("orientation", message)]
