"""The diary of an output folder: when a process wrote to it, how long, and how much.

`runs.jsonl` is for people and for the rate that a summary shows. It holds times and machines, and
is therefore no part of what is byte-identical between equal runs. Damaged lines are passed over.
"""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

from detector.write import disk


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One process run. Times are UTC in ISO 8601; the last four are of this run alone.

    input_bytes: bytes of the inputs read. state: of the folder when the run ended.
    """

    start: str
    end: str
    seconds: float
    workers: int
    machine: str
    state: str
    records: int
    documents: int
    input_bytes: int


class RunClock:
    """Times one process run, from its making to `entry`."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._start = datetime.now(timezone.utc)
        self._ticks = time.monotonic()

    def entry(self, *, state: str, records: int, documents: int, input_bytes: int) -> RunEntry:
        """The finished entry of this run."""
        return RunEntry(
            start=self._start.isoformat(timespec="seconds"),
            end=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - self._ticks, 3),
            workers=self._workers,
            machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores,"
            f" Python {platform.python_version()}",
            state=state,
            records=records,
            documents=documents,
            input_bytes=input_bytes,
        )


def append_entry(path: Path, entry: RunEntry) -> None:
    """Add one run to the diary; OutputError when the disk does not take it."""
    with disk.explained(path):
        size = path.stat().st_size if path.exists() else 0
    disk.append(path, json.dumps(asdict(entry)).encode() + b"\n", size=size)


def read_entries(path: Path) -> tuple[RunEntry, ...]:
    """All whole entries of a diary, oldest first; none when there is no diary."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return ()
    return tuple(entry for entry in map(_entry, lines) if entry is not None)


def _entry(line: bytes) -> RunEntry | None:
    try:
        return RunEntry(**json.loads(line))
    except (ValueError, TypeError):
        return None
