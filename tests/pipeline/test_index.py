"""Indexes from files and scans, scans that look pages up in them, and kills at any moment."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import time
from collections.abc import Iterable
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from detector import add_to_index, build_index, describe_index, merge_indexes, verify_index
from detector.errors import UsageError
from detector.extract import normal_form
from detector.fingerprint.index_change import add, build
from detector.fingerprint.index_lookup import KnownIndex
from detector.pipeline import index
from detector.pipeline.known import span_of_words
from tests.pipeline import runs
from tests.pipeline.crawl import WORDS, page, write_crawl

RNG = random.Random(11)
TEXTS = [" ".join(RNG.choices(WORDS, k=30 + n)) for n in range(60)]


def json_lines(path: Path, texts: Iterable[str] = TEXTS, key: str = "text") -> Path:
    path.write_text("".join(json.dumps({key: text, "n": 1}) + "\n" for text in texts))
    return path


def test_every_kind_of_source_gives_the_same_texts(tmp_path: Path) -> None:
    plain = json_lines(tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
    (tmp_path / "c.jsonl.zst").write_bytes(zstd.compress(plain.read_bytes()))
    pl.DataFrame({"text": TEXTS, "n": range(60)}).write_parquet(tmp_path / "d.parquet")
    (tmp_path / "e").mkdir()
    for number, text in enumerate(TEXTS):
        (tmp_path / "e" / f"{number}.txt").write_text(text)
    exact: set[str] = set()
    for source in ("a.jsonl", "b.jsonl.gz", "c.jsonl.zst", "d.parquet", "e"):
        change = build_index(tmp_path / "x.idx", [tmp_path / source], "ai")
        assert (change.index.documents, change.read, change.copies) == (60, 60, 0)
        exact.add(KnownIndex(tmp_path / "x.idx").file.digests["exact_high"])
    assert len(exact) == 1
    both = build_index(tmp_path / "x.idx", [tmp_path / "a.jsonl", tmp_path / "e"], "ai")
    assert (both.index.documents, both.copies) == (60, 60)


def dated(path: Path) -> list[Path]:
    """TEXTS with a date in each of the forms that are understood, as JSON lines and Parquet."""
    forms = ["2019-05-01", "2022", 2021, None, "2022-11-29T23:59:59Z", "2022-11-30", "2022-11", ""]
    rows = [{"text": text, "when": forms[n % 8]} for n, text in enumerate(TEXTS)]
    (path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = [row | {"when": row["when"] and str(row["when"])} for row in rows]
    pl.DataFrame(words).write_parquet(path / "b.parquet")
    return [path / "a.jsonl", path / "b.parquet"]


def test_dates_beside_texts_are_kept_and_late_texts_are_not_older_than_models(
    tmp_path: Path,
) -> None:
    for source in dated(tmp_path):
        old = build_index(tmp_path / "x.idx", [source], "pre-llm", date_column="when")
        assert (old.index.documents, old.unproven) == (60 - 22, 22)
        dates = KnownIndex(tmp_path / "x.idx").file.sections["dates"].tolist()
        days = {65535 if day is None else (day - date(1970, 1, 1)).days for day in KEPT_DATES}
        assert set(dates) == days
        every = build_index(tmp_path / "x.idx", [source], "ai", date_column="when")
        assert (every.index.documents, every.unproven) == (60, 0)


KEPT_DATES = [date(2019, 5, 1), date(2021, 12, 31), None, date(2022, 11, 29)]


def test_a_date_that_cannot_be_read_is_said_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": TEXTS[0], "when": "last spring"}) + "\n")
    with pytest.raises(UsageError, match="row 0 has the date 'last spring'"):
        build_index(tmp_path / "x.idx", [path], "ai", date_column="when")
    with pytest.raises(UsageError, match=r"no column 'then'.*--date-column"):
        build_index(tmp_path / "x.idx", [dated(tmp_path)[1]], "ai", date_column="then")
    assert not (tmp_path / "x.idx").exists()


def test_sources_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = json_lines(tmp_path / "1.jsonl"), json_lines(tmp_path / "2.jsonl", TEXTS[20:])
    build_index(tmp_path / "x.idx", [one, two], "ai")
    build_index(tmp_path / "y.idx", [two, one], "ai")
    assert (tmp_path / "x.idx").read_bytes() == (tmp_path / "y.idx").read_bytes()
    build_index(tmp_path / "z.idx", [two], "ai")
    assert add_to_index(tmp_path / "z.idx", [one]).copies == 40
    assert (tmp_path / "x.idx").read_bytes() == (tmp_path / "z.idx").read_bytes()
    merged = merge_indexes(tmp_path / "y.idx", [tmp_path / "x.idx", tmp_path / "z.idx"])
    assert merged.digest == describe_index(tmp_path / "x.idx").digest


def test_short_texts_are_left_out_and_counted(tmp_path: Path) -> None:
    source = json_lines(tmp_path / "a.jsonl", [*TEXTS[:5], "", "too short by far"])
    change = build_index(tmp_path / "x.idx", [source], "ai", text_column="text")
    assert (change.index.documents, change.short) == (5, 2)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", b'{"text": "a"}\n{"txt": "b"}\n', "line 2"),
        ("a.jsonl", b"[" * 100_000, "line 1"),
        ("a.jsonl.gz", b"no gzip", "cannot be read"),
        ("a.jsonl.zst", b"no zstd", "cannot be read"),
        ("a.parquet", b"no parquet", "cannot be read"),
        ("a.csv", b"a,b", "cannot tell"),
        ("none.jsonl", None, "no such file"),
    ],
)
def test_a_bad_source_is_said_and_leaves_no_index(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=said):
        build_index(tmp_path / "x.idx", [tmp_path / name], "ai")
    assert not (tmp_path / "x.idx").exists()


def test_a_missing_column_is_said_with_those_there_are(tmp_path: Path) -> None:
    pl.DataFrame({"body": ["a"], "n": [1]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(UsageError, match=r"no column 'text'.*body"):
        build_index(tmp_path / "x.idx", [tmp_path / "a.parquet"], "ai")


@given(st.text(alphabet="aÉ ß.\u200b\n'日ﬁ-", max_size=80), st.data())
def test_the_span_of_some_words_holds_these_words(text: str, data: st.DataObject) -> None:
    words = normal_form(text).split()
    if not words:
        return
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, len(words)))
    start, end = span_of_words(text, first, last)
    assert 0 <= start < end <= len(text)
    assert normal_form(text[start:end]).split() == words[first:last]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scans of one crawl as of 2019, with texts and without, and the same crawl of 2026."""
    folder = tmp_path_factory.mktemp("scanned")
    write_crawl(folder / "old.warc.gz", 40, seed=5, date="2019-05-06T07:08:09Z")
    write_crawl(folder / "new.warc.gz", 40, seed=5)
    runs.scan(folder / "old.warc.gz", "--out", folder / "old", "--with-text")
    runs.scan(folder / "old.warc.gz", "--out", folder / "bare")
    runs.scan(folder / "new.warc.gz", "--out", folder / "new")
    return folder


def test_a_scan_with_texts_becomes_an_index_of_its_old_pages(scanned: Path) -> None:
    change = build_index(scanned / "old.idx", [scanned / "old"], "pre-llm")
    assert change.index.documents == change.read == 30
    assert (change.unproven, change.textless) == (0, 0)
    assert change.index.shingles > 30


def test_a_scan_without_texts_gives_signatures_alone(scanned: Path) -> None:
    change = build_index(scanned / "bare.idx", [scanned / "bare"], "pre-llm")
    assert (change.index.documents, change.textless, change.index.shingles) == (30, 30, 0)
    assert change.index.signed == 30


def test_no_page_of_a_scan_is_taken_without_proof(scanned: Path) -> None:
    """Late pages are not known to be old, and what carries no trace is not known to be AI."""
    late = build_index(scanned / "late.idx", [scanned / "new"], "pre-llm")
    assert (late.index.documents, late.unproven) == (0, 30)
    untraced = build_index(scanned / "untraced.idx", [scanned / "new"], "ai")
    assert (untraced.index.documents, untraced.unproven) == (0, 30)


def test_a_scan_labels_what_an_index_knows_and_says_so(scanned: Path, tmp_path: Path) -> None:
    build_index(tmp_path / "old.idx", [scanned / "old"], "pre-llm")
    texts = runs.table(scanned / "old", "documents")["text"].to_list()
    build_index(tmp_path / "corpus.idx", [json_lines(tmp_path / "c.jsonl", texts[:3])], "ai")
    arguments = ("--index", tmp_path / "old.idx", "--index", tmp_path / "corpus.idx")
    runs.scan(scanned / "new.warc.gz", "--out", tmp_path / "a", *arguments)
    table = runs.table(tmp_path / "a", "documents")
    assert table["label"].to_list() == ["pre-llm"] * 30
    reasons = table["reasons"].to_list()
    assert reasons[:3] == [["known.pre-llm", "known.conflict"]] * 3
    assert reasons[3:] == [["known.pre-llm"]] * 27
    match = table["matches"][5].to_list()[0]
    assert (match["index"], match["kind"], match["coverage"]) == ("old", "pre-llm", 1.0)
    assert match["date"] == date(2019, 5, 6)
    assert match["id"].startswith(f"{scanned / 'old.warc.gz'}@")
    digests = runs.manifest(tmp_path / "a")["digests"]
    assert digests["index:old"] == describe_index(tmp_path / "old.idx").digest
    assert set(digests) > {"index:old", "index:corpus"}


def test_the_order_of_the_indexes_and_the_workers_change_nothing(
    scanned: Path, tmp_path: Path
) -> None:
    build_index(tmp_path / "old.idx", [scanned / "bare"], "pre-llm")
    build_index(tmp_path / "ai.idx", [json_lines(tmp_path / "c.jsonl")], "ai")
    one, two = ("--index", tmp_path / "old.idx"), ("--index", tmp_path / "ai.idx")
    new = scanned / "new.warc.gz"
    runs.scan(new, "--out", tmp_path / "a", *one, *two, "--workers", "1")
    runs.scan(new, "--out", tmp_path / "b", *two, *one, "--workers", "2")
    assert runs.identity(tmp_path / "a") == runs.identity(tmp_path / "b")


def test_a_scan_is_not_gone_on_with_under_another_index(scanned: Path, tmp_path: Path) -> None:
    build_index(tmp_path / "old.idx", [scanned / "bare"], "pre-llm")
    arguments = ("scan", scanned / "new.warc.gz", "--out", tmp_path / "a", "--quiet")
    assert runs.detector(*arguments).returncode == 0
    changed = runs.detector(*arguments, "--index", tmp_path / "old.idx")
    assert changed.returncode == 2
    assert "digest of index:old" in changed.stderr


def test_a_flipped_bit_anywhere_stops_a_scan_before_it_begins(
    scanned: Path, tmp_path: Path
) -> None:
    build_index(tmp_path / "old.idx", [scanned / "old"], "pre-llm")
    data = bytearray((tmp_path / "old.idx").read_bytes())
    data[len(data) // 2] ^= 4
    (tmp_path / "old.idx").write_bytes(data)
    arguments = ("--out", tmp_path / "a", "--index", tmp_path / "old.idx")
    done = runs.detector("scan", scanned / "new.warc.gz", *arguments)
    assert done.returncode == 5
    assert "expected" in done.stderr
    assert not (tmp_path / "a").exists()
    assert runs.detector("index", "verify", tmp_path / "old.idx").returncode == 5
    assert runs.detector("index", "info", tmp_path / "old.idx").returncode == 0


def test_two_indexes_of_one_name_are_refused(scanned: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for folder in (tmp_path, tmp_path / "b"):
        build_index(folder / "x.idx", [scanned / "bare"], "pre-llm")
    arguments = ("--index", tmp_path / "x.idx", "--index", tmp_path / "b" / "x.idx")
    done = runs.detector("scan", scanned / "new.warc.gz", "--out", tmp_path / "a", *arguments)
    assert done.returncode == 2
    assert "two indexes are called 'x'" in done.stderr


def test_explain_shows_the_known_text(scanned: Path, tmp_path: Path) -> None:
    build_index(tmp_path / "old.idx", [scanned / "old"], "pre-llm")
    row = runs.table(scanned / "new", "documents").row(4, named=True)
    place = f"{row['file']}@{row['offset']}+{row['length']}"
    done = runs.detector("explain", place, "--index", tmp_path / "old.idx")
    assert "known      old (pre-llm) holds" in done.stdout
    assert "because    known.pre-llm" in done.stdout


def test_a_copied_article_inside_another_page_is_found_with_its_place(
    scanned: Path, tmp_path: Path
) -> None:
    build_index(tmp_path / "old.idx", [scanned / "old"], "pre-llm")
    texts = runs.table(scanned / "old", "documents")["text"].to_list()
    article = max(texts, key=len)
    rng = random.Random(8)
    around = [" ".join(rng.choices(WORDS, k=40)) for _ in range(2)]
    body = page(rng, 30).replace(
        b"</article>", f"<p>{around[0]}</p><p>{article}</p><p>{around[1]}</p></article>".encode()
    )
    (tmp_path / "x.warc").write_bytes(
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x.example/\r\n"
        b"WARC-Date: 2026-01-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
        + f"Content-Length: {len(body) + 44}\r\n\r\n".encode()
        + b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        + body
        + b"\r\n\r\n"
    )
    arguments = ("--index", tmp_path / "old.idx", "--with-text")
    runs.scan(tmp_path / "x.warc", "--out", tmp_path / "a", *arguments)
    [row] = runs.table(tmp_path / "a", "documents").to_dicts()
    match = row["matches"][0]
    assert row["label"] == "pre-llm"
    assert 0.5 < match["coverage"] <= 1
    found = normal_form(row["text"][match["start"] : match["end"]])
    assert found in normal_form(article)
    assert len(found) > 0.5 * len(article)


CHANGES = {
    "build": lambda path, folder: build_index(path, [folder / "many.jsonl"], "ai"),
    "add": lambda path, folder: add_to_index(path, [folder / "many.jsonl"]),
    "merge": lambda path, folder: merge_indexes(path, [path, folder / "other.idx"]),
}


def begin(doing: str, path: Path, folder: Path) -> int:
    """Change the index in a process of its own; gives its number."""
    child = os.fork()
    if not child:
        try:
            CHANGES[doing](path, folder)
        finally:
            os._exit(0)
    return child


@pytest.mark.parametrize("doing", CHANGES)
def test_a_kill_at_any_moment_leaves_the_old_index_or_the_new(
    tmp_path: Path, doing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With runs of 64 texts on disk besides; and the next run does not mind what is left."""
    monkeypatch.setattr(index, "build", partial(build, batch=64))
    monkeypatch.setattr(index, "add", partial(add, batch=64))
    rng = random.Random(1)
    texts = [" ".join(rng.choices(WORDS, k=60)) for _ in range(700)]
    many = json_lines(tmp_path / "many.jsonl", texts)
    build_index(tmp_path / "other.idx", [many], "ai")
    build_index(tmp_path / "old.idx", [json_lines(tmp_path / "few.jsonl")], "ai")
    old = (tmp_path / "old.idx").read_bytes()
    path = tmp_path / "x.idx"

    path.write_bytes(old)
    began = time.monotonic()
    os.waitpid(begin(doing, path, tmp_path), 0)
    took = time.monotonic() - began
    new = path.read_bytes()
    assert new != old
    for _ in range(12):
        path.write_bytes(old)
        child = begin(doing, path, tmp_path)
        time.sleep(took * rng.uniform(0.1, 1.0))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert path.read_bytes() in (old, new)
        verify_index(path)
    path.write_bytes(old)
    os.waitpid(begin(doing, path, tmp_path), 0)
    assert path.read_bytes() == new
    assert not {one.name for one in tmp_path.iterdir()} & {"x.idx.tmp", "x.idx.runs"}
