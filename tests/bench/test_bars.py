"""Bars are drawn on a terminal, with harmless names, and nowhere else."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path

from tests.bench.test_run import ROOT, data, detector_file

ESCAPES = "    name = 'mine\\x1b[31m.v1'"


def on_a_terminal(*arguments: str) -> str:
    """What a command writes to standard error when that is a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 120, 0, 0))
    said = bytearray()

    def listen() -> None:
        try:
            while part := os.read(ours, 1 << 12):
                said.extend(part)
        except OSError:  # how a terminal of Linux ends
            return

    listener = threading.Thread(target=listen)
    listener.start()
    command = [sys.executable, "-m", "detector", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, check=False)
    os.close(theirs)
    listener.join(10)
    os.close(ours)
    assert done.returncode == 0, said
    return said.decode()


def test_a_run_and_a_report_show_how_far_they_are(tmp_path: Path) -> None:
    out, report = str(tmp_path / "out"), str(tmp_path / "report")
    run = ["bench", "run", "--data", data(tmp_path), "--out", out]
    said = on_a_terminal(*run, "--detector", detector_file(tmp_path, ESCAPES))
    assert "small: mine\\x1b[31m.v1" in said
    assert "\x1b[31m" not in said
    assert "2/2" in on_a_terminal("bench", "report", out, "--out", report)


def test_elsewhere_nothing_is_shown(tmp_path: Path) -> None:
    out, report = str(tmp_path / "out"), str(tmp_path / "report")
    run = ["run", "--data", data(tmp_path), "--detector", detector_file(tmp_path, ESCAPES)]
    for arguments in ([*run, "--out", out], ["report", out, "--out", report]):
        command = [sys.executable, "-m", "detector", "bench", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        assert done.stderr == b""
