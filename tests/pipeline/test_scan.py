"""A whole scan: every record once, balanced books, the same bytes whatever the workers."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from detector import Scanner, ScanSettings, scan
from detector.errors import BooksError
from detector.pipeline import chunks, ledger
from detector.read import InputRef
from detector.records import Fault, LabelledDocument, Locator, Position, Skip, Step
from tests.pipeline import runs
from tests.pipeline.conftest import PART
from tests.pipeline.crawl import write_crawl


def keys(frame: pl.DataFrame) -> list[tuple[str, int]]:
    return sorted(frame.select("file", "ordinal").iter_rows())


def test_every_record_ends_in_exactly_one_table(crawl: Path, labels: Path) -> None:
    """Ordinals of documents and unlabelled together are 0..n-1 of each file, without a repeat."""
    both = keys(runs.table(labels, "documents")) + keys(runs.table(labels, "unlabelled"))
    a, b = str(crawl / "a.warc.gz"), str(crawl / "b.warc")
    assert sorted(both) == [(a, n) for n in range(401)] + [(b, n) for n in range(61)]


def test_the_manifest_holds_balanced_books_of_each_input(labels: Path) -> None:
    for entry in runs.manifest(labels)["inputs"]:
        books = entry["books"]
        assert books["records"] == books["documents"] + books["skips"] + books["faults"]
        assert books["records"] in (401, 61)


@pytest.mark.parametrize("workers", ["2", "3"])
def test_output_is_the_same_for_any_number_of_workers(
    crawl: Path, labels: Path, tmp_path: Path, workers: str
) -> None:
    runs.scan(crawl, "--out", tmp_path / "out", "--workers", workers, *PART)
    assert runs.identity(tmp_path / "out") == runs.identity(labels)


def test_a_finished_scan_asked_for_again_changes_nothing(crawl: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    runs.scan(crawl, "--out", out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")}
    runs.scan(crawl, "--out", out, "--resume")
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")} == before


def test_reading_in_process_says_what_the_scan_wrote(crawl: Path, labels: Path) -> None:
    """`Scanner.read` and the tables agree record by record."""
    rows = {
        (row["ordinal"]): row
        for row in runs.table(labels, "documents").iter_rows(named=True)
        if row["file"].endswith("b.warc")
    }
    others = {
        row["ordinal"]: row["code"]
        for row in runs.table(labels, "unlabelled").iter_rows(named=True)
        if row["file"].endswith("b.warc")
    }
    seen = 0
    for item in Scanner(ScanSettings()).read(str(crawl / "b.warc")):
        seen += 1
        if isinstance(item, LabelledDocument):
            row = rows[item.document.origin.ordinal]
            assert row["label"] == item.verdict.label.value
            assert row["fingerprint"] == item.fingerprint.exact
            assert row["score"] == pytest.approx(item.verdict.score)
        else:
            assert isinstance(item, Skip | Fault)
            assert others[item.ordinal] == item.code
    assert seen == 61


def test_the_python_call_gives_the_books(crawl: Path, labels: Path, tmp_path: Path) -> None:
    result = scan([str(crawl)], tmp_path / "out", settings=ScanSettings(part_size=25), workers=1)
    assert (result.state, result.books.records, result.failures) == ("complete", 462, ())
    assert result.books.balanced
    assert runs.identity(tmp_path / "out") == runs.identity(labels)


def test_an_archive_of_nothing_but_skips_has_books(tmp_path: Path) -> None:
    archive = write_crawl(tmp_path / "empty.warc.gz", 0)
    result = scan(str(archive), tmp_path / "out", workers=1)
    assert (result.books.records, result.books.skips) == (1, 1)


def test_books_that_do_not_balance_stop_the_run(
    crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that loses an answer is found out before anything of that part is committed."""
    from detector.pipeline import pool

    settle = pool.WorkerPool.settle
    monkeypatch.setattr(
        pool.WorkerPool, "settle", lambda self, ticket, outcomes: settle(self, ticket, outcomes[1:])
    )
    with pytest.raises(BooksError, match="fewer records than it got"):
        scan(str(crawl / "a.warc.gz"), tmp_path / "out", workers=1)


def test_a_part_of_many_characters_ends_early(
    crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a part holds in memory is bounded, and its borders still depend on the records alone."""
    monkeypatch.setattr(ledger, "PART_CHARACTERS", 20_000)
    settings = ScanSettings(with_text=True)
    for workers in (1, 2):
        scan(str(crawl), tmp_path / str(workers), settings=settings, workers=workers)
    assert runs.identity(tmp_path / "1") == runs.identity(tmp_path / "2")
    columns = ["file", "record_type", "record_id", "url", "host", "domain", "media_type", "text"]
    for part in sorted((tmp_path / "1" / "documents").iterdir()):
        lengths = pl.read_parquet(part).select(
            pl.sum_horizontal(pl.col(columns).str.len_chars()).alias("all")
        )["all"]
        assert lengths.sum() < 20_000 + lengths.max()
    assert runs.manifest(tmp_path / "1")["totals"]["records"] == 462


def test_heads_count_towards_a_chunk(tmp_path: Path) -> None:
    """Records that are passed over hold little but their heads, which may be long."""
    url = "http://x.example/" + "a" * 50_000
    head = (
        f"WARC/1.0\r\nWARC-Type: request\r\nWARC-Target-URI: {url}\r\n"
        "WARC-Date: 2026-01-02T03:04:05Z\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    )
    path = tmp_path / "requests.warc"
    path.write_text(head * 100, newline="")
    got = list(chunks.read_input(0, InputRef(str(path)), Position(), 1 << 20))
    assert sum(len(chunk.entries) for chunk in got) == 100
    assert max(len(chunk.entries) for chunk in got) <= chunks.CHUNK_BYTES // 50_000 + 1


def test_faults_count_towards_a_chunk_too() -> None:
    """They keep the address of a record whose head could be read, as long as a head may be."""
    chunk = chunks.Chunk(0)
    fault = Fault(Locator("x", 0, 1), 0, "damaged-member", "it broke off", url="a" * 50_000)
    while not chunk.full:
        chunk.add(Step(fault, Position(), 0))
    assert len(chunk.entries) <= chunks.CHUNK_BYTES // 50_000 + 1
