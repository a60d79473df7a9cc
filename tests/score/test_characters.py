"""Invisible and look-alike characters are found where they have no use, and only there."""

from __future__ import annotations

import pytest

from detector.score.signals.characters import Characters
from tests.score.made import page


def codes(text: str) -> list[str]:
    found = Characters().observe(page(text))
    for finding in found:
        assert finding.place == "text"
        assert text[finding.start : finding.end].startswith(finding.excerpt)
    return [finding.code.removeprefix("characters.") for finding in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("har\u200bbour", ["zero-width"]),
        ("né\u2060e", ["zero-width"]),
        ("hidden\U000e0068\U000e0069 words", ["tags"]),
        ("p\u0430per and \u0441ode", ["mixed-script"] * 2),
        ("\u0410pple", ["mixed-script"]),
        ("abc \u202edef", ["bidi"]),
    ],
)
def test_disguises_are_found(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "plain ASCII",
        "curly “quotes”, naïve café, dashes — and … more",
        "family 👨\u200d👩\u200d👧 together",
        "flag 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "می\u200cخواهم و क्\u200dष",
        "\u200bfirst word, and a break\u200b between",
        "Привет, это обычный русский текст. Просто текст с XML и HTML.",
        "Захотiлось приiхати",
        "α-helix, β-carotene, μm, Δt, 5π, ρv, hν, λx",
        "Hebrew \u202bשלום\u202c beside English",
        "lone \ud800 surrogate é",
    ],
)
def test_characters_in_their_proper_use_are_not(text: str) -> None:
    assert codes(text) == []


def test_many_give_few_findings() -> None:
    assert codes("a\u200bb" * 10_000) == ["zero-width"] * 5
