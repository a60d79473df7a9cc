"""What kinds of characters a text holds."""

from __future__ import annotations

import re

import pytest

from detector.extract.characters import CONTROL, EASTERN, SOUTH_EASTERN, characters_of, kinds_of

KINDS = (CONTROL, EASTERN, SOUTH_EASTERN)


@pytest.mark.parametrize("kind", KINDS)
def test_every_character_of_a_kind_is_found_and_no_other(kind: int) -> None:
    """The quick look at bytes and the expression agree, on all code points of the first plane."""
    pattern = re.compile(f"[{characters_of(kind)}]")
    for code in (*range(0x10000), *range(0x10000, 0x110000, 0x55)):
        found = bool(kinds_of("a" + chr(code)) & kind)
        assert found == (pattern.match(chr(code)) is not None), hex(code)


def test_kinds_add_up() -> None:
    assert kinds_of("plain “text”\t\n") == 0
    assert kinds_of("\x00汉ก") == CONTROL | EASTERN | SOUTH_EASTERN
    assert kinds_of("") == 0
