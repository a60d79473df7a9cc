"""The worker process: pages in, rows out, under a limit of CPU time that the kernel enforces.

Talks to its lane (see `pool`) over one pipe. First it says hello with the digests of its models, or
with the error that kept it from loading them; then it answers every batch with its rows. Nothing
heavy that the workers share is loaded here: the fork server imports this module once, and the
workers are its forks.
"""

from __future__ import annotations

import os
import pickle
import queue
import resource
import signal
import threading
import time
from collections.abc import MutableSequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from detector.errors import DetectorError
from detector.pipeline.settings import ScanSettings
from detector.records import ArchiveRecord, Fault, LabelledDocument, Skip
from detector.write.tables import (
    DocumentRow,
    SignatureRow,
    UnlabelledRow,
    document_row,
    signature_row,
    unlabelled_row,
)

IDLE = -1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one page, as rows: a document (with its signature, unless the text is shorter
    than a shingle), or a skip or fault. word: the label, or the code of the skip or fault.
    """

    word: str
    document: DocumentRow | None = None
    signature: SignatureRow | None = None
    unlabelled: UnlabelledRow | None = None


@dataclass(frozen=True, slots=True)
class Hello:
    """A worker's first word: what it loaded, by name and digest, or why it could not.

    contract: the policy's rate and thresholds, as `detector.label.contract` gives them.
    calibration: the model's own, as stored.
    """

    digests: dict[str, str]
    policy: str
    contract: dict[str, Any] = field(default_factory=dict)
    calibration: dict[str, Any] = field(default_factory=dict)
    error: DetectorError | None = None


def outcome_of(result: LabelledDocument | Skip | Fault, *, with_text: bool) -> Outcome:
    """Turn what became of a record into rows."""
    if isinstance(result, LabelledDocument):
        row = document_row(result, with_text=with_text)
        return Outcome(result.verdict.label.value, row, signature_row(result))
    return Outcome(result.code, unlabelled=unlabelled_row(result))


def limit_cpu(seconds: int) -> None:
    """Have the kernel end this process after so many more seconds of CPU time (SIGXCPU)."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(time.process_time()) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def run_worker(
    connection: Connection,
    settings: ScanSettings,
    heartbeat: MutableSequence[int],
    check: bool = False,
) -> None:
    """Answer batches until the pipe closes.

    check: whether this worker compares the indexes with their digests for all others.

    heartbeat[0] is the number, within its batch, of the record in hand (IDLE between batches);
    heartbeat[1] counts records, so that the lane can tell a slow one from a new one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Loaded here, not above: the parent imports this module too, and needs no compiler for it.
    from detector.label import contract  # noqa: PLC0415
    from detector.pipeline.assess import Assessor  # noqa: PLC0415

    try:
        assessor = Assessor(settings, check=check)
        panel, policy = assessor.panel, assessor.policy
        hello = Hello(assessor.digests, policy.digest, contract(policy), panel.calibration)
    except DetectorError as error:
        hello = Hello({}, "", error=error)
    _send(connection, hello)
    if hello.error is not None:
        return
    batches: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, batches), daemon=True).start()
    while True:
        records: list[ArchiveRecord] = pickle.loads(batches.get())  # noqa: S301  (from our parent)
        outcomes = []
        for number, record in enumerate(records):
            heartbeat[1] += 1
            heartbeat[0] = number
            limit_cpu(settings.time_limit)
            result = assessor.assess(record)
            outcomes.append(outcome_of(result, with_text=settings.with_text))
        heartbeat[0] = IDLE
        _send(connection, outcomes)


def _send(connection: Connection, message: object) -> None:
    try:
        connection.send_bytes(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))
    except (BrokenPipeError, ConnectionResetError):
        os._exit(0)  # the parent is gone: nobody is left to tell


def _receive(connection: Connection, batches: queue.SimpleQueue[bytes]) -> None:
    """Take batches off the pipe while the main thread works, so that it never waits for one."""
    while True:
        try:
            batches.put(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)
