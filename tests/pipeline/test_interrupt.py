"""Ctrl-C, which a terminal sends to every process of the command at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.pipeline import runs


def begin(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        runs.command("scan", "--workers", "1", *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def children(pid: int) -> list[str]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [Path(f"/proc/{child}/cmdline").read_text() for child in listed]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_standard_input_gives_nothing(tmp_path: Path, number: int) -> None:
    """It ends the scan at once, not with the next byte, and Python does not abort."""
    scan = begin("-", "--out", tmp_path / "out")
    try:
        while not (tmp_path / "out" / "manifest.json").exists():
            assert scan.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        os.kill(scan.pid, number)
        assert scan.wait(10) == 130
    finally:
        scan.kill()
        _, message = scan.communicate()
    assert message.strip().startswith("interrupted:")
    assert len(message.strip().splitlines()) == 1


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("delay", [0.1, 0.4, 0.8])
def test_an_interrupt_while_the_models_load(crawl: Path, tmp_path: Path, delay: float) -> None:
    """One line, from the command itself; the server that loads them says nothing."""
    scan = begin(crawl, "--out", tmp_path / "out")
    try:
        while not any("forkserver" in command for command in children(scan.pid)):
            assert scan.poll() is None
            time.sleep(0.01)
        time.sleep(delay)
        os.killpg(scan.pid, signal.SIGINT)
        _, message = scan.communicate(timeout=20)
    finally:
        scan.kill()
    assert scan.returncode == 130
    assert "Traceback" not in message
    assert message.strip().startswith("interrupted:")


def test_an_interrupt_while_a_library_makes_code_from_text_ends_with_the_exit_code(
    tmp_path: Path,
) -> None:
    """CPython remembers such an interrupt, and would end `python -m` by the signal."""
    (tmp_path / "stopped.py").write_text(
        "from detector.cli.main import cli, main\n"
        "cli.main = lambda **_: exec('raise KeyboardInterrupt')\n"
        "main()\n"
    )
    path = os.pathsep.join([str(Path.cwd()), str(tmp_path)])
    done = subprocess.run(
        [sys.executable, "-m", "stopped"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr[:12]) == (130, "interrupted:")
