"""Files that are packed, damaged, misnamed or made to hurt: each is told, none stops a run."""

from __future__ import annotations

import gzip
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from detector.bench.data import find_sources
from detector.bench.records import BenchText
from detector.bench.sets import prepare
from detector.errors import InputError, UsageError
from tests.bench.made import bad, read, texts, write_csv, write_jsonl, write_ours

ROW = {"text": "Some words of a text.", "label": "human"}


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def test_a_name_with_a_pattern_in_it_is_a_name(tmp_path: Path) -> None:
    assert len(read(write_ours(tmp_path / "essays [v1]*.parquet", texts(4)))) == 4


@pytest.mark.parametrize("document", [nested(30_000), f"[{nested(5_000)}]", f"[{nested(150)}]"])
def test_json_of_any_depth_takes_no_memory_and_is_told(tmp_path: Path, document: str) -> None:
    """The places that ijson keeps of 30,000 levels would take gigabytes."""
    path = tmp_path / "deep.json"
    path.write_text(document)
    with pytest.raises(InputError, match="over 100 levels deep"):
        read(f"detectrl:{path}")
    with pytest.raises(InputError, match="over 100 levels deep"):
        read(path)


@pytest.mark.parametrize("key", ["text", "label", "generator"])
def test_a_deep_value_in_a_line_is_a_damaged_line(tmp_path: Path, key: str) -> None:
    path = tmp_path / "deep.jsonl"
    deep = json.dumps({**ROW, key: 0}).replace("0", nested(900))
    path.write_text(f"{json.dumps(ROW)}\n{deep}\n")
    [one] = bad(path)
    assert one.reason == "damaged line"
    assert "over 100 levels" in one.message


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "marked.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps([ROW, {**ROW, "label": "llm"}]).encode())
    assert [text.label for text in read(path)] == ["human", "ai"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.csv", "a.json"])
def test_a_packed_file_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(json.dumps(ROW).encode()))
    with pytest.raises(InputError, match=r"is compressed \(gzip\): unpack it first"):
        read(tmp_path / name)


@pytest.mark.parametrize("named", ["", "jsonl:"])
def test_another_encoding_is_told(tmp_path: Path, named: str) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(ROW) + "\n", encoding="utf-16")
    with pytest.raises(InputError, match="is in UTF-16: convert it to UTF-8 first"):
        read(f"{named}{tmp_path / 'a.jsonl'}")


def test_a_csv_row_in_another_encoding_is_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes("text,label\ncafé au lait,human\nthé,ai\n".encode() + b"caf\xe9,ai\n")
    [one] = bad(path)
    assert one.message == "mixed.csv line 4: is not in UTF-8"
    assert [text.text for text in read(path)] == ["café au lait", "thé"]


def test_a_ghostbuster_file_in_another_encoding_is_left_out_and_told(tmp_path: Path) -> None:
    for side, data in (("human", b"caf\xe9"), ("gpt", b"\xef\xbb\xbfcoffee")):
        (tmp_path / "wp" / side).mkdir(parents=True)
        (tmp_path / "wp" / side / "1.txt").write_bytes(data)
    assert [one.reason for one in bad(tmp_path)] == ["not UTF-8"]
    assert [text.text for text in read(tmp_path)] == ["coffee"]


def test_two_columns_of_one_name_are_told(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("text,text,label\na,b,human\n")
    with pytest.raises(InputError, match="two columns have the name 'text'"):
        read(path)


@pytest.mark.parametrize("year", [10**12, -1, 0])
def test_a_year_that_is_none_is_left_open(tmp_path: Path, year: int) -> None:
    path = write_ours(tmp_path / "a.parquet", texts(2, year=year))
    [source] = find_sources([str(path)])
    made = prepare(source, tmp_path / "spool", raw=False, limit=None, words=len)
    assert made.rows["year"].to_list() == [None, None]


def test_many_texts_of_one_id_take_no_longer_than_others(tmp_path: Path) -> None:
    def took(identity: Any) -> float:
        rows = [{**ROW, "id": identity(n)} for n in range(6_000)]
        [source] = find_sources([str(write_jsonl(tmp_path / "a.jsonl", rows))])
        began = time.process_time()
        made = prepare(source, tmp_path / "spool", raw=True, limit=None, words=len)
        assert made.rows["doc_id"].n_unique() == 6_000
        return time.process_time() - began

    assert took(lambda _: "same") < 5 * took(lambda n: f"id-{n}")


def test_ids_that_look_like_ours_for_the_second_stay_unique(tmp_path: Path) -> None:
    rows = [{**ROW, "id": identity} for identity in ("a", "a~2", "a", "a", "a~2")]
    [source] = find_sources([str(write_csv(tmp_path / "a.csv", rows))])
    made = prepare(source, tmp_path / "spool", raw=True, limit=None, words=len)
    assert made.rows["doc_id"].to_list() == ["a", "a~2", "a~3", "a~4", "a~2~2"]


def test_what_is_neither_file_nor_folder_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "gone.jsonl").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        find_sources([str(tmp_path / "pipe.jsonl")])
    with pytest.raises(UsageError, match="there is no file or folder"):
        find_sources([str(tmp_path / "gone.jsonl")])
    with pytest.raises(UsageError, match="there is no file or folder"):
        find_sources(["x" * 5_000])


def test_a_file_without_rows_says_just_that(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n")
    [source] = find_sources([str(tmp_path / "a.jsonl")])
    with pytest.raises(InputError, match=r"holds no text: no rows$"):
        prepare(source, tmp_path / "spool", raw=True, limit=None, words=len)


def test_lone_surrogates_and_nul_bytes_do_not_stop_a_set(tmp_path: Path) -> None:
    rows = [BenchText("a\udfff", "words\0 and \ud800 words", "human", "g\ud800")]
    path = tmp_path / "a.jsonl"
    path.write_text(
        "".join(json.dumps({"id": t.doc_id, "text": t.text, "label": "ai"}) for t in rows)
    )
    [source] = find_sources([str(path)])
    made = prepare(source, tmp_path / "spool", raw=False, limit=None, words=len)
    with made.spool.open("rb") as file:
        assert made.texts(file, [0]) == ["words and \ufffd words"]
