"""Passages are the text, cut where notes begin and end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detector.report.passages import Note, notes_of, passages

PLACES = st.tuples(st.integers(-5, 60), st.integers(-5, 60))


@given(st.text(max_size=40), st.lists(PLACES, max_size=6), st.integers(0, 50))
def test_passages_join_to_the_text_and_each_character_has_its_notes(
    text: str, places: list[tuple[int, int]], longest: int
) -> None:
    notes = [Note("span", start, end, "") for start, end in places]
    found = passages(text, notes, longest)
    assert "".join(part for part, _ in found) == text[:longest]
    numbers = [of for part, of in found for _ in part]
    for at in range(min(len(text), longest)):
        assert numbers[at] == [n for n, (start, end) in enumerate(places) if start <= at < end]


def test_a_finding_outside_the_text_is_no_passage_of_it() -> None:
    finding = {"code": "x", "place": "markup", "start": 0, "end": 3, "excerpt": "abc"}
    row = {"matches": None, "spans": [], "findings": [finding, {**finding, "place": "text"}]}
    assert [(note.kind, note.start, note.end) for note in notes_of(row, 9)] == [("finding", 0, 3)]
