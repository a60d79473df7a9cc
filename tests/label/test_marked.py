"""What marks measure, and which of the marked texts may stand for all."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from detector.binomial import interval
from detector.errors import UsageError
from detector.label.marked import AUTHORS, human_texts, measure, settle
from detector.records import Label, Locator, Mark

DOCUMENTS = {"likely-ai": 200, "uncertain": 100, "no-evidence": 1700, "not-assessed": 50}


def mark(ordinal: int, label: str, right: bool, reviewer: str = "ann") -> Mark:
    return Mark(
        Locator("a.warc.gz", ordinal, 1), ordinal, f"{ordinal:032x}", label, "policy",
        tuple(sorted(DOCUMENTS.items())), right, reviewer, "", "",
    )  # fmt: skip


def marks(label: str, right: int, wrong: int, first: int = 0) -> list[Mark]:
    return [mark(first + at, label, at < right) for at in range(right + wrong)]


def test_precision_is_the_share_of_right_marks_with_its_exact_interval() -> None:
    found = measure(marks("likely-ai", 18, 2), DOCUMENTS)
    [one] = [one for one in found.labels if one.marked]
    assert (one.label, one.documents, one.marked, one.right) == ("likely-ai", 200, 20, 18)
    assert (one.share, one.low, one.high) == (0.9, *interval(18, 20))


def test_labels_weigh_as_much_as_they_have_documents() -> None:
    given = [*marks("likely-ai", 5, 5), *marks("no-evidence", 10, 0, first=100)]
    found = measure(given, DOCUMENTS)
    assert found.covered == 1900
    assert found.share == pytest.approx((200 * 0.5 + 1700) / 1900)
    assert found.low < found.share < found.high <= 1


def test_a_document_on_which_reviewers_differ_does_not_count() -> None:
    given = [mark(1, "likely-ai", True), mark(1, "likely-ai", False, "bob")]
    given += [mark(2, "likely-ai", True), mark(2, "likely-ai", True, "bob")]
    found = measure(given, DOCUMENTS)
    assert (found.labels[0].marked, found.disputed, found.reviewers) == (1, 1, ("ann", "bob"))


def test_intervals_hold_the_truth_nineteen_times_in_twenty() -> None:
    """A crawl of known labels, sampled and marked 400 times."""
    draw = random.Random(1)
    rates = {"likely-ai": 0.85, "uncertain": 0.4, "no-evidence": 0.93}
    count = {name: DOCUMENTS[name] for name in rates}
    truth = sum(rates[name] * count[name] for name in rates) / sum(count.values())
    held: Counter[str] = Counter()
    for _ in range(400):
        given = [
            mark(1000 * number + at, name, draw.random() < rates[name])
            for number, name in enumerate(rates)
            for at in range(40)
        ]
        found = measure(given, count)
        for one in found.labels:
            held[one.label] += one.low <= rates[one.label] <= one.high
        held["all"] += found.low <= truth <= found.high
    assert min(held.values()) >= 0.93 * 400


def test_every_label_says_what_its_marks_say_of_the_author() -> None:
    assert set(AUTHORS) == {label.value for label in Label}


@pytest.mark.parametrize(
    ("label", "right", "author"),
    [
        ("likely-ai", True, "ai"),
        ("likely-ai", False, "human"),
        ("no-evidence", False, "ai"),
        ("uncertain", True, None),
        ("not-assessed", True, None),
    ],
)
def test_a_mark_tells_the_author_where_it_can(label: str, right: bool, author: str) -> None:
    [one], _ = settle([mark(1, label, right)])
    assert one.author == author


def test_human_texts_stand_for_the_scan_and_not_for_the_sample() -> None:
    """Of forty marked of each label, most `likely-ai` ones are left out again."""
    given = [*marks("likely-ai", 20, 20), *marks("uncertain", 20, 20, 100)]
    given += marks("no-evidence", 40, 0, 200)
    kept = Counter(one.mark.label for one in human_texts(given))
    share = 40 / DOCUMENTS["no-evidence"]
    assert kept["no-evidence"] == 40
    assert kept["likely-ai"] <= round(share * DOCUMENTS["likely-ai"]) == 5
    assert kept["uncertain"] <= round(share * DOCUMENTS["uncertain"]) == 2


def test_thinning_gives_back_the_shares_of_the_crawl() -> None:
    """Human pages of which 1 % are flagged look so again, however many flagged ones were marked."""
    sizes = {"likely-ai": 100, "no-evidence": 9900}
    found = []
    for trial in range(60):
        given = [
            Mark(
                Locator("a", trial, 1), 10_000 * number + at, f"{trial}-{number}-{at}", name, "p",
                tuple(sizes.items()), name != "likely-ai", "ann", "", "",
            )
            for number, (name, count) in enumerate(sizes.items())
            for at in range(min(count, 990))
        ]  # fmt: skip
        kept = Counter(one.mark.label for one in human_texts(given))
        found.append(kept["likely-ai"] / kept.total())
    assert sum(found) / len(found) == pytest.approx(0.01, abs=0.002)


def test_marks_of_one_label_alone_are_no_sample_of_anything() -> None:
    with pytest.raises(UsageError, match="no marks of pages labelled uncertain, no-evidence"):
        human_texts(marks("likely-ai", 5, 5))
