"""Run a command and count what its whole tree of processes took, orphans included."""

from __future__ import annotations

import ctypes
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Cost:
    """cpu, wall: seconds. peak: most megabytes in any single process. out: what it printed."""

    cpu: float
    wall: float
    peak: float
    out: str


@contextmanager
def pinned() -> Iterator[int]:
    """Keep this process and those it starts on one core, the last it may use; gives its number."""
    allowed = os.sched_getaffinity(0)
    core = max(allowed)
    os.sched_setaffinity(0, {core})
    try:
        yield core
    finally:
        os.sched_setaffinity(0, allowed)


def run_tree(command: Sequence[str]) -> Cost:
    """Run a command and wait until its last descendant has ended.

    A server that a command leaves behind to end by itself would be lost to the counts of its
    parent, so this process becomes the one that orphans fall to, and waits for them. The kernel
    counts CPU time and the peak of resident memory, also of descendants that have ended.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    cpu = peak = 0.0
    status = {}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        begin = time.perf_counter()
        first = subprocess.Popen(command, stdout=out, stderr=err)
        while True:
            try:
                pid, code, used = os.wait4(-1, 0)
            except ChildProcessError:
                break
            status[pid] = os.waitstatus_to_exitcode(code)
            if pid == first.pid:
                wall = time.perf_counter() - begin
            cpu += used.ru_utime + used.ru_stime
            peak = max(peak, used.ru_maxrss / 1024)
        first.returncode = status[first.pid]
        out.seek(0)
        err.seek(0)
        if first.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {first.returncode}: {err.read()}")
        return Cost(cpu, wall, peak, out.read())
