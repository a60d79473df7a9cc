"""Corpora are read, cleaned on both sides alike, and split without leaks."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest

from detector.errors import InputError, UsageError
from detector.fit.corpora import (
    CONTINUED_PREFIX,
    LabelledText,
    assign_folds,
    read_corpora,
    stable_fraction,
    strip_wrapper,
    windows,
)
from tests.fit.made import rows, write_corpus


def made(doc_id: str, source: str, machine: bool, group: str) -> LabelledText:
    return LabelledText(doc_id, "x", machine, "", "", source, None, "", group)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Okay, here's a post about tea:\n\nTea is good.", "Tea is good."),
        ("Title: Tea\nTea is good.", "Tea is good."),
        ("Tea is good.\n\nI hope this helps! Ask me anything.", "Tea is good."),
        ("Sure! Here you go:\n---\nTea is good.\n---\nLet me know more.", "Tea is good."),
        ("Here is where we stop. Tea is good.", "Here is where we stop. Tea is good."),
        ("Tea is good.", "Tea is good."),
    ],
)
def test_what_an_assistant_says_around_a_text_is_cut_off(text: str, expected: str) -> None:
    assert strip_wrapper(text) == expected


def test_only_the_language_and_the_two_labels_are_read(tmp_path: Path) -> None:
    entries = rows("s", "human", 5, 1) + rows("s", "ai", 5, 2)
    entries[0]["language"] = "de"
    entries[1]["label"] = "mixed"
    entries[2]["text"] = "Too short."
    pl.DataFrame(entries).write_parquet(tmp_path / "s.parquet")
    texts = read_corpora(tmp_path)
    assert [(t.doc_id, t.machine) for t in texts] == [
        ("s-human-3", False), ("s-human-4", False), *((f"s-ai-{n}", True) for n in range(5)),
    ]  # fmt: skip


def test_the_human_beginning_that_machines_continue_is_cut_from_both_sides(tmp_path: Path) -> None:
    entries = rows("imbd", "human", 3, 1) + rows("imbd", "ai", 3, 2)
    pl.DataFrame(entries).write_parquet(tmp_path / "imbd.parquet")
    original = {entry["doc_id"]: entry["text"] for entry in entries}
    for text in read_corpora(tmp_path):
        assert text.text.split() == original[text.doc_id].split()[CONTINUED_PREFIX:]


def test_texts_of_one_prompt_one_page_or_one_beginning_are_one_group(tmp_path: Path) -> None:
    entries = rows("s", "human", 4, 1) + rows("s", "ai", 4, 2)
    for entry in entries:
        entry["pair_id"] = None
    entries[4]["pair_id"] = "s-human-0"  # a mirror names its page
    entries[5]["text"] = entries[1]["text"].upper() + " And more."
    pl.DataFrame(entries).write_parquet(tmp_path / "s.parquet")
    group = {text.doc_id: text.group for text in read_corpora(tmp_path)}
    assert group["s-ai-0"] == group["s-human-0"]
    assert group["s-ai-1"] == group["s-human-1"]
    assert len(set(group.values())) == 6


def test_folds_split_no_group_and_no_source_of_people_alone(tmp_path: Path) -> None:
    texts = read_corpora(write_corpus(tmp_path / "c"))
    texts.append(
        made("mirror", "machines", True, next(t.group for t in texts if t.source == "people"))
    )
    folds = assign_folds(texts, 3, 1)
    of_group: dict[str, set[int]] = {}
    of_source: dict[str, set[int]] = {}
    for text, fold in zip(texts, folds, strict=True):
        of_group.setdefault(text.group, set()).add(fold)
        of_source.setdefault(text.source, set()).add(fold)
    assert all(len(found) == 1 for found in of_group.values())
    assert len(of_source["people"]) == len(of_source["letters"]) == 1
    assert of_source["people"] != of_source["letters"]
    assert of_source["both"] == {0, 1, 2}


def test_a_stable_fraction_depends_on_key_and_seed_alone() -> None:
    fractions = [stable_fraction(f"k{n}", 1) for n in range(1000)]
    assert fractions[0] == stable_fraction("k0", 1) != stable_fraction("k0", 2)
    assert all(0 <= fraction < 1 for fraction in fractions)
    assert 0.45 < sum(fractions) / 1000 < 0.55


def test_windows_are_stretches_of_whole_words() -> None:
    text = " ".join(f"w{n}" for n in range(1000))
    drawn = windows(text, random.Random(1), 80, 300, 6)
    assert len(drawn) == 3
    for window in drawn:
        assert 80 <= len(window.split()) <= 300
        assert f" {window} " in f" {text} "
    assert windows("a b c", random.Random(1), 80, 300, 6) == ["a b c"]


def test_a_folder_without_texts_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no \*\.parquet file in"):
        read_corpora(tmp_path)


def test_a_file_without_the_columns_is_named(tmp_path: Path) -> None:
    pl.DataFrame({"text": ["x"]}).write_parquet(tmp_path / "bad.parquet")
    with pytest.raises(InputError, match=r"bad\.parquet.*columns doc_id"):
        read_corpora(tmp_path)
    (tmp_path / "bad.parquet").write_bytes(b"not Parquet")
    with pytest.raises(InputError, match=r"bad\.parquet.*repair it"):
        read_corpora(tmp_path)


def test_what_cannot_be_trusted_or_is_out_of_date_is_left_out(tmp_path: Path) -> None:
    """Both labels of a set whose labels are mixed up; texts by models older than chat."""
    entries = rows("raidar", "human", 3, 1) + rows("raidar", "ai", 3, 2)
    for entry in entries[::2]:
        entry["domain"] = "news"
    entries += rows("human_dnagpt_eli5", "human", 2, 3) + rows("s", "ai", 3, 4)
    generators = ("GPT2-XL", "text-babbage-001", "gpt-4")
    for entry, generator in zip(entries[-3:], generators, strict=True):
        entry["generator"] = generator
    pl.DataFrame(entries).write_parquet(tmp_path / "s.parquet")
    assert [text.doc_id for text in read_corpora(tmp_path)] == [
        "raidar-human-1", "raidar-ai-0", "raidar-ai-2", "s-ai-2",
    ]  # fmt: skip


def test_texts_of_one_label_alone_are_refused(tmp_path: Path) -> None:
    pl.DataFrame(rows("s", "ai", 5, 1)).write_parquet(tmp_path / "s.parquet")
    with pytest.raises(UsageError, match="both labels"):
        read_corpora(tmp_path)
