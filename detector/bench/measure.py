"""What a detector takes: CPU time and memory of this process, and of a command it runs."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def reset_peak() -> None:
    """Let the peak of this process's memory start again, where the system can (Linux 4.0)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_rss() -> int:
    """The most memory in bytes that this process has had since `reset_peak`, or ever."""
    return _high_water("self") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def session_usage(leader: int) -> tuple[float, int]:
    """CPU seconds and most memory in bytes of all processes of a session, the sum of each.

    Zero of both where the system has no /proc. Processes that ended are counted by their parents.
    """
    seconds, memory = 0.0, 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name stands in parentheses and may hold anything; what follows is fixed (proc(5)).
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == leader:
                seconds += sum(map(int, fields[11:15])) / _TICKS
                memory += _high_water(folder.name)
    return seconds, memory


def _high_water(process: str) -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{process}/status").read_text(errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
