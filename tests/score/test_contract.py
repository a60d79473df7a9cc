"""The contract kit finds each broken promise, and none in a detector that keeps them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from detector.score.contract import check_detector

HUMAN = ["aaaa", "aaab"]
MACHINE = ["zzzz", "zzzy"]


class Honest:
    """Scores a text by its last letter."""

    name: Any = "honest.v1"
    languages: Any = frozenset({"en"})
    min_words: Any = 1

    def score(self, texts: Sequence[str]) -> Any:
        last = [ord(text[-1]) if text.strip() else np.nan for text in texts]
        return np.array(last, np.float32)


class Changed(Honest):
    """Honest, but for one thing."""

    def __init__(self, change: Callable[[Sequence[str], Any], Any]) -> None:
        self.change = change

    def score(self, texts: Sequence[str]) -> Any:
        return self.change(texts, super().score(texts))


def rules(detector: Any) -> set[str]:
    violations = check_detector(detector, human=HUMAN, machine=MACHINE)
    assert all(violation.message for violation in violations)
    return {violation.rule for violation in violations}


def test_an_honest_detector_breaks_no_promise() -> None:
    assert rules(Honest()) == set()


def seldom_raises(texts: Sequence[str], scores: Any) -> Any:
    if any("\0" in text for text in texts):
        raise ValueError("embedded null")
    return scores


CALLS = iter(range(10**9))
RNG = np.random.default_rng(1)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda t, s: s - s.mean() if s.size else s, "orientation"),
        (lambda t, s: s - np.float32(len(s)), "batch-independent"),
        (lambda t, s: s + np.arange(len(s), dtype=np.float32), "batch-independent"),
        (lambda t, s: np.sort(s) if len(s) > 1 else s, "order-independent"),
        (lambda t, s: s + np.float32(next(CALLS)), "deterministic"),
        (lambda t, s: s + RNG.random(len(s), dtype=np.float32), "deterministic"),
        (lambda t, s: -s, "orientation"),
        (lambda t, s: s * np.float32("nan"), "orientation"),
        (lambda t, s: s[:-1] if len(s) > 3 else s, "one-score-a-text"),
        (lambda t, s: s.reshape(-1, 1), "one-score-a-text"),
        (lambda t, s: np.append(s, s[:1]) if len(s) == 1 else s, "one-score-a-text"),
        (lambda t, s: s.astype(np.float64), "float32"),
        (lambda t, s: s.tolist(), "float32"),
        (lambda t, s: None, "float32"),
        (lambda t, s: np.where(np.isnan(s), np.inf, s).astype(np.float32), "finite"),
        (seldom_raises, "never-raises"),
        (lambda t, s: s[: len("".join(t).encode())], "never-raises"),
        (lambda t, s: s if s.size else s[0], "never-raises"),
        (lambda t, s: s if max(map(len, t), default=0) < 10**6 else 1 / 0, "never-raises"),
    ],
)
def test_a_broken_promise_is_found(change: Callable[..., Any], broken: str) -> None:
    assert broken in rules(Changed(change))


@pytest.mark.parametrize(
    ("attribute", "value", "broken"),
    [
        ("name", "honest", "name"),
        ("name", None, "name"),
        ("languages", frozenset(), "languages"),
        ("languages", frozenset({"English"}), "languages"),
        ("min_words", 0, "min_words"),
    ],
)
def test_a_detector_must_say_what_it_is(attribute: str, value: object, broken: str) -> None:
    detector = Honest()
    setattr(detector, attribute, value)
    assert rules(detector) == {broken}


def test_what_is_not_a_detector_is_told_what_it_lacks() -> None:
    [violation] = check_detector(object())  # type: ignore[arg-type]
    assert (violation.rule, "min_words" in violation.message) == ("shape", True)
