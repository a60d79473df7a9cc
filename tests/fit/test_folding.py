"""The folding table maps what looks alike to one ASCII character."""

from __future__ import annotations

import pytest

from detector.fit.folding import folding_table
from detector.lookalikes import LATIN_OF
from detector.score.detectors import ngram_kernel as kernel

TABLE = folding_table()


def folded(char: str) -> int:
    point = ord(char)
    if point < 0x3000:
        return int(TABLE[point])
    if 0xFE00 <= point < 0x10000:
        return int(TABLE[0x3000 + point - 0xFE00])
    return int(TABLE[0x3200 + point - 0x1D400])


@pytest.mark.parametrize(
    ("chars", "expected"),
    [
        ("aAáÅａＡ𝐚𝒜аᴬ", "a"),  # the ninth is Cyrillic
        ("oOöøΟоº", "o"),
        ('“”„«»"', '"'),
        ("‘’'`´ʼ", "'"),
        ("0０𝟎٠", "0"),
        ("!！", "!"),
    ],
)
def test_look_alikes_are_one(chars: str, expected: str) -> None:
    others = {char: folded(char) for char in chars if folded(char) != ord(expected)}
    # U+00F8 has no decomposition in Unicode.
    assert others in ({}, {"ø": kernel.OTHER})


def test_letters_of_other_scripts_that_look_latin_are_latin() -> None:
    for char, latin in LATIN_OF.items():
        assert folded(char) == ord(latin), char
    assert [chr(folded(char)) for char in "ΝνΗηУυ"] == ["n", "v", "h", "n", "y", "u"]


def test_what_the_table_does_not_hold_is_decided_by_the_kernel() -> None:
    """CJK white space and marks part words; Hangul's filler is nothing; the rest are letters."""
    table = TABLE.copy()
    table.flags.writeable = False
    codes = {char: int(kernel.fold(ord(char), table)) for char in "\u3000。\u3164天\U000e0041🙂"}
    assert list(codes.values()) == [
        kernel.BREAK, kernel.BREAK, kernel.DROP, kernel.OTHER, kernel.DROP, kernel.BREAK,
    ]  # fmt: skip


@pytest.mark.parametrize("char", "\u115f\u200b\u200d\u00ad\ufeff\ufe0f\u0301\u202e")
def test_what_cannot_be_seen_vanishes(char: str) -> None:
    assert folded(char) == kernel.DROP


@pytest.mark.parametrize("char", " \n\t\u00a0\u2003-–—*_#|/\0")
def test_separators_and_markup_end_a_word(char: str) -> None:
    assert folded(char) == kernel.BREAK


@pytest.mark.parametrize(("char", "code"), [("…", kernel.ELLIPSIS), ("ж", kernel.OTHER)])
def test_the_rest(char: str, code: int) -> None:
    assert folded(char) == code


def test_every_code_is_one_that_the_kernel_knows() -> None:
    assert len(TABLE) == 13_824
    letters = {*range(97, 123), *range(48, 58), kernel.OTHER}
    marks = {ord(mark) for mark in ".,;:!?()\"$%&'"}
    assert set(TABLE.tolist()) == {kernel.BREAK, kernel.DROP, kernel.ELLIPSIS, *letters, *marks}
