"""Sets are read in a stream, sampled the same way every time, and say what was left out."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.bench.data import find_sources
from detector.bench.records import BenchText
from detector.bench.sets import TextSet, even_shares, prepare
from detector.errors import InputError
from tests.bench.made import prose, texts, write_jsonl, write_ours


def made(spec: Path | str, tmp_path: Path, limit: int | None = None, raw: bool = False) -> TextSet:
    [source] = find_sources([str(spec)])
    spool = tmp_path / "spool"
    return prepare(source, spool, raw=raw, limit=limit, words=lambda text: len(text.split()))


def all_texts(of: TextSet) -> list[str]:
    with of.spool.open("rb") as file:
        return of.texts(file, range(len(of.rows)))


def test_texts_come_back_as_they_were(tmp_path: Path) -> None:
    rows = [replace(text, text=f"“{text.text}”\n\n") for text in texts(5)]
    path = write_ours(tmp_path / "a.parquet", rows)
    assert all_texts(made(path, tmp_path, raw=True)) == [row.text for row in rows]
    assert all_texts(made(path, tmp_path)) == [f'"{text.text}"' for text in texts(5)]


def test_the_table_has_the_fields_and_never_the_text(tmp_path: Path) -> None:
    rows = texts(3, domain="news", attack="polish", year=2020, native=False)
    table = made(write_ours(tmp_path / "a.parquet", rows), tmp_path).rows
    assert "text" not in table.columns
    assert table.row(1, named=True) == {
        "doc_id": "t1", "label": "ai", "generator": "gpt-x", "domain": "news", "language": "en",
        "attack": "polish", "pair_id": "", "source": "a", "year": 2020, "native": False,
        "words": 60,
    }  # fmt: skip


def test_an_id_that_comes_again_gets_a_number(tmp_path: Path) -> None:
    rows = [BenchText("a", prose(n), "ai") for n in range(3)] + [BenchText("a~2", "x y", "ai")]
    table = made(write_ours(tmp_path / "a.parquet", rows), tmp_path).rows
    assert table["doc_id"].to_list() == ["a", "a~2", "a~3", "a~2~2"]


def test_a_sample_is_even_over_sources_and_labels(tmp_path: Path) -> None:
    rows = [
        BenchText(f"{source}{label}{n}", prose(n), label, source=source)
        for source, label, count in (("x", "human", 4), ("x", "ai", 500), ("y", "human", 90))
        for n in range(count)
    ]
    path = write_ours(tmp_path / "a.parquet", rows)
    sample = made(path, tmp_path, limit=44)
    counts = Counter(zip(sample.rows["source"], sample.rows["label"], strict=True))
    assert counts == {("x", "human"): 4, ("x", "ai"): 20, ("y", "human"): 20}
    assert sample.total == 594
    again = made(path, tmp_path, limit=44)
    assert again.digest == sample.digest
    assert len(made(path, tmp_path, limit=10_000).rows) == 594


def test_a_greater_sample_holds_the_smaller_one(tmp_path: Path) -> None:
    path = write_ours(tmp_path / "a.parquet", texts(200))
    few, many = (set(made(path, tmp_path, limit=n).rows["doc_id"]) for n in (20, 60))
    assert few < many


@given(st.dictionaries(st.text(), st.integers(1, 50), min_size=1), st.integers(1, 400))
def test_shares_use_the_limit_up_and_differ_only_where_a_stratum_ends(
    sizes: dict[str, int], limit: int
) -> None:
    shares = even_shares(sizes, limit)
    assert sum(shares.values()) == min(limit, sum(sizes.values()))
    assert all(shares[key] <= sizes[key] for key in sizes)
    open_ones = [shares[key] for key in sizes if shares[key] < sizes[key]]
    assert not open_ones or max(shares.values()) - min(open_ones) <= 1


def test_the_digest_tells_texts_ids_and_labels(tmp_path: Path) -> None:
    first = texts(4)
    variants = [
        first,
        [*first[:3], replace(first[3], text="other words")],
        [*first[:3], replace(first[3], doc_id="other")],
        [*first[:3], replace(first[3], label="mixed")],
        first[::-1],
    ]
    digests = {made(write_ours(tmp_path / "a.parquet", rows), tmp_path).digest for rows in variants}
    assert len(digests) == len(variants)


def test_a_set_without_one_sound_text_is_an_input_error_that_says_why(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [{"text": "x", "label": "dunno"}] * 3)
    with pytest.raises(InputError, match=r"3 unknown label .*line 1: the label 'dunno'"):
        made(path, tmp_path)


def test_texts_do_not_gather_in_memory(tmp_path: Path) -> None:
    """10 MB of text go through a small part of that."""
    path = tmp_path / "a.jsonl"
    with path.open("w") as file:
        for n in range(200):
            file.write(f'{{"text": "{n} {"word" * 12_500}", "label": "ai"}}\n')
    tracemalloc.start()
    try:
        assert len(made(path, tmp_path, limit=150).rows) == 150
        assert tracemalloc.get_traced_memory()[1] < 2e6
    finally:
        tracemalloc.stop()
