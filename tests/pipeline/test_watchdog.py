"""The watchdog: a page that never ends is a fault, and so is one that kills its worker."""

from __future__ import annotations

import io
import os
import signal
from multiprocessing import get_context
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from detector import ScanSettings, scan
from detector.pipeline import pool, worker
from detector.pipeline.assess import Assessor
from detector.records import ArchiveRecord, Fault, LabelledDocument, Skip
from tests.pipeline import runs
from tests.pipeline.crawl import page


def write_pages(path: Path, bodies: dict[str, bytes]) -> Path:
    """An archive of one page for each URL."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for url, body in bodies.items():
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=head
            )
            writer.write_record(record)
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Forty pages, number 13 of which is marked."""
    import random

    rng = random.Random(5)
    bodies = {f"http://x.example/{n}": page(rng, 80) for n in range(40)}
    bodies["http://x.example/13"] = page(rng, 80).replace(b"<h1>", b"<h1>marked ")
    return write_pages(tmp_path / "pages.warc.gz", bodies)


def use(monkeypatch: pytest.MonkeyPatch, what_the_marked_page_does: object) -> None:
    """Have workers, forked from here, do something at the marked page."""
    judge = Assessor.assess

    def assess(self: Assessor, record: ArchiveRecord) -> LabelledDocument | Skip | Fault:
        if b"<h1>marked " in record.block:
            what_the_marked_page_does()  # type: ignore[operator]
        return judge(self, record)

    monkeypatch.setattr(Assessor, "assess", assess)
    monkeypatch.setattr(pool, "process_context", lambda: get_context("fork"))


def spin() -> None:
    while True:
        pass


def test_a_page_that_never_ends_is_a_fault_and_the_rest_is_labelled(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, spin)
    result = scan(str(archive), tmp_path / "out", settings=ScanSettings(time_limit=1), workers=2)
    assert (result.books.records, result.books.documents, result.books.faults) == (40, 39, 1)
    [fault] = runs.table(tmp_path / "out", "unlabelled").iter_rows(named=True)
    assert (fault["code"], fault["url"]) == ("extract-timeout", "http://x.example/13")
    assert "--time-limit" in fault["message"]


def test_a_page_that_sleeps_is_ended_by_the_clock(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that uses no CPU time at all: the limit in wall time is a multiple of the other."""
    monkeypatch.setattr(pool, "WALL_FACTOR", 1)
    use(monkeypatch, signal.pause)
    result = scan(str(archive), tmp_path / "out", settings=ScanSettings(time_limit=1), workers=1)
    assert (result.books.records, result.books.documents, result.books.faults) == (40, 39, 1)


def test_a_page_that_kills_its_worker_twice_is_a_fault(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, lambda: os.kill(os.getpid(), signal.SIGKILL))
    result = scan(str(archive), tmp_path / "out", workers=2)
    assert (result.books.records, result.books.documents, result.books.faults) == (40, 39, 1)
    [fault] = runs.table(tmp_path / "out", "unlabelled").iter_rows(named=True)
    assert (fault["code"], fault["url"]) == ("worker-crash", "http://x.example/13")
    assert "twice" in fault["message"]


def test_a_bug_on_one_page_is_that_pages_fault(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise ZeroDivisionError("deep inside")

    label = Assessor.label

    def marked(self: Assessor, document: object) -> LabelledDocument:
        if "marked" in document.text:  # type: ignore[attr-defined]
            explode()
        return label(self, document)  # type: ignore[arg-type]

    monkeypatch.setattr(Assessor, "label", marked)
    monkeypatch.setattr(pool, "process_context", lambda: get_context("fork"))
    result = scan(str(archive), tmp_path / "out", workers=1)
    assert (result.books.documents, result.books.faults) == (39, 1)
    [fault] = runs.table(tmp_path / "out", "unlabelled").iter_rows(named=True)
    assert "ZeroDivisionError: 'deep inside'" in fault["message"]


def test_hostile_markup_costs_at_most_its_limit(tmp_path: Path) -> None:
    """Sixty thousand nested elements, eight megabytes of tags, and of attributes, as crawled."""
    import random

    good = page(random.Random(6), 80)
    bodies = {
        "http://x.example/nested": b"<div>" * 60_000 + b"text",
        "http://x.example/good": good,
        "http://x.example/tags": b"<b>x" * 2_000_000,
        "http://x.example/attributes": b"<p " + b"a=b " * 2_000_000 + b">",
        "http://x.example/last": good,
    }
    archive = write_pages(tmp_path / "hostile.warc.gz", bodies)
    runs.scan(archive, "--out", tmp_path / "out", "--time-limit", "2", "--workers", "1")
    documents = runs.table(tmp_path / "out", "documents")
    unlabelled = runs.table(tmp_path / "out", "unlabelled")
    assert {"http://x.example/good", "http://x.example/last"} <= set(documents["url"])
    assert len(documents) + len(unlabelled) == 5


def test_the_limit_is_counted_from_each_record_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's limit is set anew, relative to the CPU time used so far."""
    import resource

    limits = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limit: limits.append(limit[0]))
    monkeypatch.setattr(worker.time, "process_time", lambda: 7.3)
    worker.limit_cpu(10)
    assert limits == [18]
