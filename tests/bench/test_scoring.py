"""What detectors answer is checked, and a pass that ended early goes on where it was."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.bench.data import find_sources
from detector.bench.journal import Journal
from detector.bench.scoring import asked_rows, neighbours, score_texts
from detector.bench.sets import TextSet, prepare
from tests.bench.made import texts, write_ours

Columns = Callable[[Sequence[str]], object]


class Made:
    """A family of `names` that answers as a test wants it to."""

    languages = frozenset({"en"})
    min_words = 1

    def __init__(self, answer: Columns, names: tuple[str, ...] = ("a.v1",)) -> None:
        self.names = names
        self.batches: list[int] = []
        self._answer = answer

    def columns(self, texts: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        self.batches.append(len(texts))
        return self._answer(texts)  # type: ignore[return-value]


def lengths(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.array([len(text) for text in texts], np.float32)


@pytest.fixture
def ten(tmp_path: Path) -> TextSet:
    [source] = find_sources([str(write_ours(tmp_path / "s.parquet", texts(10)))])
    spool = tmp_path / "spool"
    return prepare(source, spool, raw=False, limit=None, words=lambda text: len(text.split()))


def scored(family: Made, ten: TextSet, tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "journal", {"set": "s"}, family.names)
    score_texts(family, ten, asked_rows(ten, family), journal, 4, lambda _: None)
    journal.close(keep=True)
    return journal


def test_batches_cover_every_text_once_in_order(ten: TextSet, tmp_path: Path) -> None:
    family = Made(lambda some: {"a.v1": lengths(some)})
    journal = scored(family, ten, tmp_path)
    assert family.batches == [4, 4, 2]
    expected = [len(text.text) for text in texts(10)]
    assert np.concatenate(journal.progress.scores["a.v1"]).tolist() == expected


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda some: {"a.v1": lengths(some)[1:]}, r"shape \(3,\) for 4 texts"),
        (lambda some: {"a.v1": lengths(some)[None]}, r"shape \(1, 4\) for 4 texts"),
        (lambda some: {"b.v1": lengths(some)}, "no scores of the name 'a.v1'"),
        (lengths, "no scores of the name"),
        (lambda some: {"a.v1": lengths(some) * np.inf}, "4 infinite scores"),
        (lambda some: {"a.v1": [1e300] * len(some)}, "4 infinite scores"),
        (lambda some: {"a.v1": ["x"] * len(some)}, "gave no numbers"),
        (lambda some: 1 / 0, r"ZeroDivisionError: .* \(after 0 of 10 texts\)"),
        (lambda some: exec("raise SystemExit(0)"), "SystemExit"),
    ],
)
def test_an_answer_that_is_none_is_a_failure_that_says_so(
    ten: TextSet, tmp_path: Path, answer: Columns, message: str
) -> None:
    journal = scored(Made(answer), ten, tmp_path)
    assert re.search(message, journal.progress.failed["a.v1"])


def test_nan_abstains(ten: TextSet, tmp_path: Path) -> None:
    journal = scored(Made(lambda some: {"a.v1": lengths(some) * np.nan}), ten, tmp_path)
    assert journal.progress.failed == {}
    assert np.isnan(np.concatenate(journal.progress.scores["a.v1"])).all()


def test_a_member_that_fails_leaves_the_others_alone(ten: TextSet, tmp_path: Path) -> None:
    calls = []

    def answer(some: Sequence[str]) -> object:
        calls.append(1)
        return {"a.v1": lengths(some), "b.v1": lengths(some) * (np.inf if len(calls) == 2 else 1)}

    journal = scored(Made(answer, ("a.v1", "b.v1")), ten, tmp_path)
    assert list(journal.progress.failed) == ["b.v1"]
    assert len(np.concatenate(journal.progress.scores["a.v1"])) == 10


def test_a_killed_pass_loses_no_batch_that_was_done(ten: TextSet, tmp_path: Path) -> None:
    calls = []

    def answer(some: Sequence[str]) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return {"a.v1": lengths(some) * (np.nan if len(calls) == 1 else 1)}

    with pytest.raises(KeyboardInterrupt):
        scored(Made(answer), ten, tmp_path)
    family = Made(lambda some: {"a.v1": lengths(some)})
    journal = scored(family, ten, tmp_path)
    assert family.batches == [2]
    found = np.concatenate(journal.progress.scores["a.v1"])
    assert np.isnan(found[:4]).all()
    assert found[4:].tolist() == [len(text.text) for text in texts(10)[4:]]


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_line_that_was_cut_off_is_done_again(ten: TextSet, tmp_path: Path, cut: int) -> None:
    scored(Made(lambda some: {"a.v1": lengths(some)}), ten, tmp_path)
    path = tmp_path / "journal"
    path.write_bytes(path.read_bytes()[:-cut])
    family = Made(lambda some: {"a.v1": lengths(some)})
    journal = scored(family, ten, tmp_path)
    assert family.batches == [2]
    assert journal.progress.done == 10
    assert len(path.read_bytes().splitlines()) == 4


def test_a_journal_about_something_else_is_begun_anew(ten: TextSet, tmp_path: Path) -> None:
    scored(Made(lambda some: {"a.v1": lengths(some)}), ten, tmp_path)
    journal = Journal(tmp_path / "journal", {"set": "other"}, ["a.v1"])
    assert journal.progress.done == 0
    journal.close(keep=True)
    assert json.loads((tmp_path / "journal").read_text()) == {"set": "other", "names": ["a.v1"]}


def test_texts_of_other_languages_and_too_short_ones_are_not_asked_about(tmp_path: Path) -> None:
    rows = [*texts(4), *texts(4, language="ko")]
    [source] = find_sources([str(write_ours(tmp_path / "s.parquet", rows))])
    some = prepare(
        source, tmp_path / "spool", raw=False, limit=None, words=lambda text: len(text.split())
    )
    family = Made(lambda some: {"a.v1": lengths(some)})
    assert asked_rows(some, family) == [0, 1, 2, 3]
    family.min_words = 61
    assert asked_rows(some, family) == []


def drawn(family: Made, ten: TextSet) -> dict[str, object]:
    asked = asked_rows(ten, family)
    with ten.spool.open("rb") as file:
        every = family.columns(ten.texts(file, asked))["a.v1"]
    return neighbours(family, ten, asked, {"a.v1": every})["a.v1"]


def test_a_detector_that_looks_at_each_text_alone_passes(ten: TextSet) -> None:
    found = drawn(Made(lambda some: {"a.v1": lengths(some)}), ten)
    assert (found["checked"], found["differ"], found["largest"]) == (12, 0, 0.0)


@pytest.mark.parametrize(
    "answer",
    [
        lambda some: {"a.v1": lengths(some) - lengths(some).mean()},
        lambda some: {"a.v1": np.arange(len(some), dtype=np.float32)},
        lambda some: {"a.v1": lengths(some) * (np.nan if len(some) == 1 else 1)},
    ],
    ids=["the batch's mean", "the place in the batch", "abstains alone"],
)
def test_a_detector_that_looks_at_its_neighbours_is_seen(ten: TextSet, answer: Columns) -> None:
    assert drawn(Made(answer), ten)["differ"]


def test_rounding_is_no_dependence(ten: TextSet) -> None:
    rng = np.random.default_rng(0)

    def answer(some: Sequence[str]) -> object:
        return {"a.v1": lengths(some) * (1 + 1e-6 * rng.standard_normal(len(some)))}

    assert drawn(Made(answer), ten)["differ"] == 0


def test_a_detector_that_raises_when_asked_again_says_so(ten: TextSet) -> None:
    def answer(some: Sequence[str]) -> object:
        if len(some) == 1:
            raise ValueError("needs two texts")
        return {"a.v1": lengths(some)}

    assert drawn(Made(answer), ten) == {"error": "ValueError: needs two texts"}
