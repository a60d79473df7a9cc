"""Workers and lanes when things end before their time."""

from __future__ import annotations

import os
import signal
import threading
import time
from multiprocessing import active_children, get_context, process
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from detector import ScanSettings, scan
from detector.errors import OutputError
from detector.pipeline import pool
from detector.pipeline.assess import Assessor
from detector.pipeline.ledger import Ledger
from detector.pipeline.pool import Worker, WorkerDied, WorkerPool
from detector.pipeline.worker import Hello
from detector.records import ArchiveRecord, Fault, LabelledDocument, Locator, Skip
from tests.pipeline import runs
from tests.pipeline.test_watchdog import archive, use  # noqa: F401  (a fixture)


def no_workers_left(seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while active_children():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_scan_that_fails_leaves_no_worker_behind(
    crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output fails at once, while every lane has chunks in hand and more are waiting."""
    assert no_workers_left()

    def fail(*_: object) -> None:
        raise OutputError("no space")

    monkeypatch.setattr(Ledger, "enter", fail)
    with pytest.raises(OutputError):
        scan(str(crawl), tmp_path / "out", workers=2)
    time.sleep(3)  # for a lane that were to start another one
    assert no_workers_left(2)


def test_a_worker_that_takes_nothing_in_is_ended_by_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stopped while it waits for a batch that is larger than its pipe."""
    monkeypatch.setattr(pool, "WALL_FACTOR", 1)
    block = bytes(4 << 20)
    record = ArchiveRecord(
        Locator("x", 0, 1), 0, "WARC/1.0", "response", (), block, 1, False, None, None, None, None,
        None,
    )  # fmt: skip
    with WorkerPool(ScanSettings(time_limit=1), 1) as workers:
        worker = workers.lanes[0].worker
        assert worker.process.pid is not None
        os.kill(worker.process.pid, signal.SIGSTOP)
        worker.send([record])
        with pytest.raises(WorkerDied):
            worker.receive()


def test_a_page_is_not_blamed_for_one_death_of_its_worker(
    archive: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While the batch of a page that kills is gone through again, another one's worker dies."""
    first, second = tmp_path / "first", tmp_path / "second"
    use(monkeypatch, lambda: (first.touch(), os.kill(os.getpid(), signal.SIGKILL)))
    judge = Assessor.assess

    def assess(self: Assessor, record: ArchiveRecord) -> LabelledDocument | Skip | Fault:
        if (record.url or "").endswith("/2") and first.exists() and not second.exists():
            second.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return judge(self, record)

    monkeypatch.setattr(Assessor, "assess", assess)
    scan(str(archive), tmp_path / "out", workers=1)
    assert second.exists()
    faults = runs.table(tmp_path / "out", "unlabelled")
    assert faults["url"].to_list() == ["http://x.example/13"]


def test_a_short_limit_for_records_is_none_for_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine so busy that the models take longer than the wall limit of one record."""
    monkeypatch.setattr(pool, "WALL_FACTOR", 0)
    monkeypatch.setattr(pool, "POLL_SECONDS", 0.001)
    with WorkerPool(ScanSettings(time_limit=1), 1) as workers:
        assert workers.hello.policy


def stop_in_an_answer(connection: Connection, *_: object) -> None:
    """A worker that says hello, then that an answer of a thousand bytes follows, and no more."""
    connection.send(Hello({}, ""))
    os.write(connection.fileno(), (1000).to_bytes(4, "big") + b"begun")
    signal.pause()


def test_a_worker_that_stops_in_the_middle_of_an_answer_is_ended_by_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "WALL_FACTOR", 1)
    monkeypatch.setattr(pool, "run_worker", stop_in_an_answer)
    worker = Worker(get_context("fork"), ScanSettings(time_limit=1))
    watchdog = threading.Timer(20, worker.process.kill)
    watchdog.start()
    with pytest.raises(WorkerDied):
        worker.receive()
    assert watchdog.is_alive()
    watchdog.cancel()
    worker.close()


def test_pool_and_lane_may_close_a_worker_at_the_same_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or the pipe's number, closed twice, hides the error that ends the scan."""
    monkeypatch.setattr(pool, "run_worker", wait_for_ever)
    worker = Worker(get_context("fork"), ScanSettings())
    close = worker.connection._close  # type: ignore[attr-defined]
    failures: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", failures.append)
    monkeypatch.setattr(worker.connection, "_close", lambda: (time.sleep(0.2), close()))
    threads = [threading.Thread(target=worker.close) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_worker_that_dies_while_it_replaces_another_is_replaced_too(
    archive: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when memory is short for a moment; a scan is not over for that."""
    died, again = tmp_path / "died", tmp_path / "again"
    load = Assessor.__init__

    def die_once(self: Assessor, settings: ScanSettings, *, check: bool = False) -> None:
        if died.exists() and not again.exists():
            again.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        load(self, settings, check=check)

    def kill_once() -> None:
        if not died.exists():
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    use(monkeypatch, kill_once)
    monkeypatch.setattr(Assessor, "__init__", die_once)
    result = scan(str(archive), tmp_path / "out", workers=1)
    assert again.exists()
    assert (result.books.documents, result.books.faults) == (40, 0)


def wait_for_ever(connection: Connection, *_: object) -> None:
    connection.send(Hello({}, ""))
    signal.pause()


def test_what_ended_a_worker_is_known_while_other_workers_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Starting a process reads the exit codes of all that ended, for which others may wait."""
    monkeypatch.setattr(pool, "run_worker", wait_for_ever)
    over = threading.Event()

    def start_others() -> None:
        while not over.is_set():
            with pool.BIRTHS_AND_DEATHS:
                process._cleanup()  # type: ignore[attr-defined]

    others = threading.Thread(target=start_others)
    others.start()
    try:
        for _ in range(8):
            worker = Worker(get_context("forkserver"), ScanSettings())
            worker.process.kill()
            with pytest.raises(WorkerDied) as death:
                worker.receive()
            assert death.value.exitcode == -signal.SIGKILL
            worker.close()
    finally:
        over.set()
        others.join()
