"""Worker processes and their watchdog: chunks in, the same chunks in the same order out.

A lane is a thread of the parent that feeds one worker process. It keeps one batch ahead of the
worker, notices when the worker dies, and finds out which record was in its hands: a record that
ran out of CPU time becomes an `extract-timeout` fault at once, one that killed the worker in any
other way is tried once more by itself and then becomes a `worker-crash` fault.
"""

from __future__ import annotations

import os
import pickle
import signal
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from detector.errors import DetectorError
from detector.pipeline.chunks import Chunk
from detector.pipeline.server import process_context
from detector.pipeline.settings import ScanSettings
from detector.pipeline.worker import IDLE, Hello, Outcome, outcome_of, run_worker
from detector.records import ArchiveRecord, Fault

# Enough chunks in flight to keep every worker and the reader busy; the bytes that they hold are
# bounded too, whatever the number of workers.
CHUNKS_A_WORKER = 4
BYTES_IN_FLIGHT = 48 << 20
# The kernel enforces the limit in CPU time. A worker that neither works nor answers for this many
# times the limit (a stuck device, a stopped process) is ended by the clock on the wall.
WALL_FACTOR = 12
POLL_SECONDS = 0.5
# A worker says hello within a second or two of a quiet machine, whatever the limit for a record.
HELLO_SECONDS = 300
# Whatever ends a worker, such as a lack of memory, may end the next one too before it says hello.
START_ATTEMPTS = 3
# Starting a process asks after all others too, and an exit code can be read but once: of two
# threads that ask at the same time, the second takes the process for one that ended with 255.
BIRTHS_AND_DEATHS = threading.Lock()


@dataclass(slots=True)
class Ticket:
    """A chunk on its way through the pool, with the outcomes of its pages once known."""

    chunk: Chunk
    outcomes: list[Outcome] = field(default_factory=list)
    done: bool = False


class WorkerDied(Exception):
    """The worker process ended before it answered."""

    def __init__(self, exitcode: int | None, number: int) -> None:
        super().__init__(f"worker ended with {exitcode} on record {number}")
        self.exitcode = exitcode
        self.number = number


class NeverBegan(DetectorError):
    """The worker process ended before it said hello."""


class Worker:
    """One worker process and the parent's end of its pipe."""

    def __init__(self, context: Any, settings: ScanSettings, *, check: bool = False) -> None:
        self.settings = settings
        self.heartbeat = context.RawArray("q", [IDLE, 0])
        self.connection: Connection
        self.connection, theirs = context.Pipe()
        limit_waits(self.connection, WALL_FACTOR * settings.time_limit)
        self.process: BaseProcess = context.Process(
            target=run_worker, args=(theirs, settings, self.heartbeat, check), daemon=True
        )
        try:
            with BIRTHS_AND_DEATHS:
                self.process.start()
            theirs.close()
            hello = self.receive(HELLO_SECONDS)
        except (EOFError, OSError, WorkerDied) as error:
            self.connection.close()
            raise NeverBegan(
                f"a worker process ended before it began ({type(error).__name__}: {error}): the"
                " reason stands above. In a script of your own, call the scan under"
                " `if __name__ == '__main__':`, for worker processes import the script too"
            ) from error
        assert isinstance(hello, Hello)
        if hello.error is not None:
            raise hello.error
        self.hello = hello

    def send(self, records: list[ArchiveRecord]) -> None:
        """Send one batch; `receive` notices a worker that died meanwhile or takes nothing in."""
        try:
            self.connection.send_bytes(pickle.dumps(records, protocol=pickle.HIGHEST_PROTOCOL))
        except BlockingIOError:
            self.process.kill()
        except OSError:
            pass

    def receive(self, patience: float | None = None) -> Any:
        """The next answer; WorkerDied when the process ends, or is ended, before it.

        patience: seconds that may pass without a new record in hand.
        """
        patience = patience or WALL_FACTOR * self.settings.time_limit
        seen, since = self.heartbeat[1], time.monotonic()
        try:
            while not self.connection.poll(POLL_SECONDS):
                if self.heartbeat[1] != seen:
                    seen, since = self.heartbeat[1], time.monotonic()
                elif time.monotonic() - since > patience:
                    self.process.kill()
            return pickle.loads(self.connection.recv_bytes())  # noqa: S301  (from our own child)
        except (EOFError, OSError) as error:
            if isinstance(error, BlockingIOError):  # it stopped in the middle of an answer
                self.process.kill()
            self._join()
            raise WorkerDied(self.process.exitcode, self.heartbeat[0]) from None

    def close(self) -> None:
        """End the process and the pipe; the pool may ask for it while the lane does."""
        with BIRTHS_AND_DEATHS:
            self.process.kill()
            self.process.join()
            self.connection.close()

    def _join(self) -> None:
        with BIRTHS_AND_DEATHS:
            self.process.join()


def limit_waits(connection: Connection, seconds: int) -> None:
    """Have BlockingIOError end a send, or the rest of a message, that stands still for so long."""
    with socket.socket(fileno=os.dup(connection.fileno())) as end:
        for way in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            end.setsockopt(socket.SOL_SOCKET, way, struct.pack("@ll", seconds, 0))


class PoolClosed(Exception):
    """The scan is over: what a lane has in hand is of use to nobody."""


class Lane(threading.Thread):
    """A thread that keeps one worker process fed and alive."""

    def __init__(self, pool: WorkerPool, worker: Worker) -> None:
        super().__init__(daemon=True)
        self.pool = pool
        self.worker = worker

    def run(self) -> None:
        try:
            self._serve()
        except PoolClosed:
            return
        except BaseException as error:  # whatever it is, the parent must hear of it
            self.pool.fail(error)

    def _serve(self) -> None:
        sent: deque[Ticket] = deque()
        while True:
            while len(sent) < 2:
                ticket = self.pool.take(wait=not sent)
                if ticket is None:
                    break
                self.worker.send(ticket.chunk.pages)
                sent.append(ticket)
            if not sent:
                return
            try:
                outcomes = self.worker.receive()
            except WorkerDied as death:
                self._renew()
                outcomes = self._recover(sent[0].chunk.pages, death)
                for waiting in list(sent)[1:]:
                    self.worker.send(waiting.chunk.pages)
            self.pool.settle(sent.popleft(), outcomes)

    def _renew(self) -> None:
        self.worker.close()
        for attempt in range(START_ATTEMPTS):
            if self.pool.closing:
                break
            try:
                self.worker = self.pool.new_worker()
                break
            except NeverBegan:
                if attempt == START_ATTEMPTS - 1:
                    raise
        # Asked last: the pool closes the workers that it finds, once it says that it is closing.
        if self.pool.closing:
            self.worker.close()
            raise PoolClosed

    def _recover(self, records: list[ArchiveRecord], death: WorkerDied) -> list[Outcome]:
        """Outcomes of a batch whose worker died: one by one, so that each death has its record."""
        outcomes: list[Outcome] = []
        for number, record in enumerate(records):
            if number == death.number and ran_out_of_time(death):
                outcomes.append(death_outcome(record, death, self.pool.settings))
            else:
                outcomes.append(self._alone(record, tried=number == death.number))
        return outcomes

    def _alone(self, record: ArchiveRecord, *, tried: bool) -> Outcome:
        """The outcome of one record, which may end two workers, but not a third."""
        try:
            self.worker.send([record])
            [outcome] = self.worker.receive()
        except WorkerDied as death:
            self._renew()
            if tried or ran_out_of_time(death):
                return death_outcome(record, death, self.pool.settings)
            return self._alone(record, tried=True)
        assert isinstance(outcome, Outcome)
        return outcome


def ran_out_of_time(death: WorkerDied) -> bool:
    """Whether the kernel ended the worker for its use of CPU time."""
    return death.exitcode == -signal.SIGXCPU


def death_outcome(record: ArchiveRecord, death: WorkerDied, settings: ScanSettings) -> Outcome:
    """The fault that a record becomes when it ended its worker."""
    if ran_out_of_time(death):
        code = "extract-timeout"
        message = f"took more than {settings.time_limit} s of CPU time; raise --time-limit to wait"
    else:
        code = "worker-crash"
        message = f"ended its worker process twice (exit {death.exitcode}); replay it by its place"
    fault = Fault(
        record.locator, record.ordinal, code, message, record_type=record.type, url=record.url
    )
    return outcome_of(fault, with_text=False)


class WorkerPool:
    """A fixed number of workers over one stream of chunks.

    Start it with `with`: it launches the workers and waits for their hello, so that a damaged
    model file is known before anything is read. `run` may be called once.
    """

    def __init__(self, settings: ScanSettings, workers: int) -> None:
        self.settings = settings
        self.context = process_context()
        self.workers = workers
        self.lanes: list[Lane] = []
        self.hello: Hello
        self._changed = threading.Condition()
        self._queue: deque[Ticket] = deque()
        self._ordered: deque[Ticket] = deque()
        self._bytes = 0
        self._exhausted = False
        self.closing = False
        self._error: BaseException | None = None

    def new_worker(self) -> Worker:
        return Worker(self.context, self.settings)

    def __enter__(self) -> WorkerPool:
        first = Worker(self.context, self.settings, check=True)
        self.hello = first.hello
        self.lanes = [Lane(self, first)]
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self.closing = True
            self._changed.notify_all()
        for lane in self.lanes:
            lane.worker.close()

    def run(self, chunks: Iterator[Chunk]) -> Iterator[Ticket]:
        """The chunks in their order, each with the outcomes of its pages."""
        self.lanes += [Lane(self, self.new_worker()) for _ in range(self.workers - 1)]
        threading.Thread(target=self._read, args=(chunks,), daemon=True).start()
        for lane in self.lanes:
            lane.start()
        while True:
            with self._changed:
                # In short waits: a library's handler of Ctrl-C may leave a long one asleep.
                while not self._changed.wait_for(self._progress, POLL_SECONDS):
                    pass
                if self._error is not None:
                    raise self._error
                if not self._ordered:
                    return
                ticket = self._ordered.popleft()
                self._bytes -= ticket.chunk.held
                self._changed.notify_all()
            yield ticket

    def _progress(self) -> bool:
        if self._error is not None:
            return True
        return self._ordered[0].done if self._ordered else self._exhausted

    def _read(self, chunks: Iterator[Chunk]) -> None:
        try:
            for chunk in chunks:
                ticket = Ticket(chunk, done=not chunk.pages)
                with self._changed:
                    self._changed.wait_for(lambda: self.closing or self._has_room())
                    if self.closing:
                        return
                    self._bytes += chunk.held
                    self._ordered.append(ticket)
                    if not ticket.done:
                        self._queue.append(ticket)
                    self._changed.notify_all()
            with self._changed:
                self._exhausted = True
                self._changed.notify_all()
        except BaseException as error:  # whatever it is, the parent must hear of it
            self.fail(error)

    def _has_room(self) -> bool:
        few = len(self._ordered) < CHUNKS_A_WORKER * self.workers
        return not self._ordered or (few and self._bytes < BYTES_IN_FLIGHT)

    def take(self, *, wait: bool) -> Ticket | None:
        """The next chunk with pages; None when there is none now, or (with wait) ever again."""
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: bool(self._queue) or self._exhausted or self.closing)
            return self._queue.popleft() if self._queue and not self.closing else None

    def settle(self, ticket: Ticket, outcomes: list[Outcome]) -> None:
        """Hand in the outcomes of a chunk's pages and let the pages go."""
        with self._changed:
            ticket.outcomes = outcomes
            ticket.chunk.pages = []
            ticket.done = True
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        with self._changed:
            if not self.closing:
                self._error = error
            self._changed.notify_all()
