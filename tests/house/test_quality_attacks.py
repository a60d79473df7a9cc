"""The attacks of the quality benchmarks do what their names say, and always the same."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from benchmarks.quality import disguises, edits
from benchmarks.quality.attempts import Attempt, on_characters, on_words
from benchmarks.quality.cuts import first_words
from benchmarks.quality.lookalikes import CYRILLIC, GREEK, known, read_as, unread
from benchmarks.quality.made_attacks import Victims, strike, summary
from benchmarks.quality.measures import auroc, tpr_at_own
from detector.fit.folding import folding_table

TEXT = (
    'The keeper of the harbour said: "We don\'t open before nine." Boats - small and large - wait'
    " outside the wall until the water has come back... Then everybody moves at the same time.\n\n"
    "Nobody wrote down who began with it, and the oldest fishermen cannot remember another way."
) * 2
HUMANS = ["yesterday " * 300, "tomorrow " * 50]
TABLE = folding_table()
ATTEMPTS = [*on_characters(TABLE), *on_words(HUMANS)]


def named(attempt: Attempt) -> str:
    return attempt.name


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=named)
def test_an_attack_changes_a_text_always_in_the_same_way(attempt: Attempt) -> None:
    text = TEXT.replace("'", "\u2019") if attempt.name == "straight quotes, hyphens" else TEXT
    attacked = attempt.on_text(text, "one")
    assert attacked != text
    assert attempt.on_text(text, "one") == attacked


def test_names_of_attacks_differ() -> None:
    assert len({attempt.name for attempt in ATTEMPTS}) == len(ATTEMPTS)


def test_texts_of_different_documents_are_attacked_in_different_places() -> None:
    [swap] = [a for a in ATTEMPTS if a.name == "look-alikes, Cyrillic, 10 %"]
    assert swap.on_text(TEXT, "one") != swap.on_text(TEXT, "two")


@pytest.mark.parametrize("lookalikes", [CYRILLIC, GREEK], ids=["Cyrillic", "Greek"])
def test_look_alikes_take_the_place_of_all_letters_that_have_one(
    lookalikes: dict[str, str],
) -> None:
    attacked = disguises.swap_letters(TEXT, Random(1), lookalikes, 1)
    assert len(attacked) == len(TEXT)
    assert not set(attacked) & set(lookalikes)
    for before, after in zip(TEXT, attacked, strict=True):
        assert after in lookalikes.get(before, before)


def test_about_a_tenth_of_the_letters_is_swapped_where_a_tenth_is_asked_for() -> None:
    attacked = disguises.swap_letters("e" * 10_000, Random(1), CYRILLIC, 0.1)
    assert 900 < len(attacked) - attacked.count("e") < 1100


def test_look_alikes_are_either_read_as_their_letter_or_listed() -> None:
    listed = {row["name"] for row in unread(TABLE)}
    assert "cyrillic letter palochka" in listed  # read as l, drawn as I
    assert "greek small letter chi" not in listed
    for lookalikes in (CYRILLIC, GREEK):
        for letter, others in known(lookalikes, TABLE).items():
            assert {read_as(TABLE, other) for other in others} == {letter.lower()}


@pytest.mark.parametrize(
    "attempt", [a for a in ATTEMPTS if "marks" in a.name or "invisible" in a.name], ids=named
)
def test_marks_and_invisible_characters_are_only_added(attempt: Attempt) -> None:
    attacked = attempt.on_text(TEXT, "one")
    added = set(attacked) - set(TEXT)
    assert "".join(char for char in attacked if char not in added) == TEXT
    assert len(attacked.split()) == len(TEXT.split())


@pytest.mark.parametrize(
    "attempt", [a for a in ATTEMPTS if "space" in a.name or "lines" in a.name], ids=named
)
def test_spacing_noise_leaves_the_words_as_they_are(attempt: Attempt) -> None:
    assert attempt.on_text(TEXT, "one").split() == TEXT.split()


def test_lines_have_as_many_words_as_asked_for() -> None:
    lines = disguises.short_lines(TEXT, 3).split("\n")
    assert {len(line.split()) for line in lines[:-1]} == {3}


def test_curly_quotes_and_dashes_are_undone_by_straight_ones() -> None:
    curly = disguises.curly_quotes(TEXT, Random(1))
    assert not set(curly) & set("\"'-")
    assert "\u2026" in curly
    assert disguises.straight_quotes(curly) == TEXT


def test_misspelling_swaps_letters_inside_as_many_words_as_asked_for() -> None:
    attacked = edits.misspell(TEXT, Random(1), 0.1)
    before, after = TEXT.split(), attacked.split()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) == round(0.1 * len(before))
    for was, became in changed:
        assert sorted(was) == sorted(became)
        assert was[0] == became[0]


def test_leaving_out_takes_as_many_words_as_asked_for() -> None:
    attacked = edits.leave_out(TEXT, Random(1), 0.05).split()
    words = TEXT.split()
    assert len(attacked) == len(words) - round(0.05 * len(words))
    left = iter(words)
    assert all(word in left for word in attacked), "the order is kept"


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_human_passages_make_up_the_share_that_is_asked_for(share: float) -> None:
    words = edits.dilute(TEXT, Random(1), HUMANS, share).split()
    foreign = [word for word in words if word in ("yesterday", "tomorrow")]
    assert len(foreign) / len(words) == pytest.approx(share, abs=0.01)
    assert [word for word in words if word not in foreign] == TEXT.split()


def test_a_text_is_cut_after_its_first_words_as_it_stands() -> None:
    assert first_words(" One  two\nthree four", 3) == " One  two\nthree"
    assert first_words("One two", 3) == "One two"


def test_an_auroc_is_the_chance_to_be_above_with_ties_counting_half() -> None:
    humans, machines = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0])
    assert auroc(humans, machines) == pytest.approx((1.5 + 3) / 6)
    assert tpr_at_own(humans, machines, fpr=0.34) == 0.5


def test_disguises_in_the_models_table_leave_its_scores_alone() -> None:
    """Judged by the shipped model and policy, as the benchmark does."""
    from benchmarks.quality.judge import Judge, document

    judge = Judge(None, 0.01, None)
    plain = judge.judge([document(TEXT, "en")])
    chosen = [
        a for a in ATTEMPTS if "in the table" in a.name or "case" in a.name or "accent" in a.name
    ]
    for one in strike(Victims("made", ["one"], [TEXT], plain), chosen, judge):
        assert summary([one]).score_shift == 0.0, one.attempt.name
        assert one.changed == 1
