"""kill -9 at any moment: start again, and the output is that of a run nobody killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.pipeline import runs
from tests.pipeline.conftest import PART
from tests.pipeline.crawl import write_crawl

KILLS = 20


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_crawl(tmp_path_factory.mktemp("killed") / "one.warc.gz", 700, seed=3)


@pytest.fixture(scope="module")
def whole(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Digests of the files of an uninterrupted scan."""
    out = tmp_path_factory.mktemp("whole") / "labels"
    runs.scan(archive, "--out", out, "--workers", "2", *PART)
    return runs.identity(out)


def begin(archive: Path, out: Path) -> subprocess.Popen[bytes]:
    arguments = ("scan", "--quiet", archive, "--out", out, "--workers", "2", *PART)
    return subprocess.Popen(
        runs.command(*arguments),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def committed(out: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of every part that has its final name: what a later run must not redo."""
    return {
        str(path.relative_to(out)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in out.rglob("*.parquet")
    }


def wait_for_writing(process: subprocess.Popen[bytes], out: Path, parts: int) -> None:
    """Wait until the run has committed more than so many parts, or has ended."""
    while process.poll() is None and len(committed(out)) <= parts:
        time.sleep(0.005)


@pytest.mark.timeout(300)
def test_twenty_kills_at_random_moments_change_nothing(
    archive: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    """One scan, killed twenty times: in start-up, in the midst of parts, at their commits.

    Every second kill waits for the run to write, so that the kills spread over the whole scan; a
    run that ended before its kill begins anew in another folder. No part is written twice: the
    files that a later run finds keep their inodes, but for the one that was being committed.
    """
    rng = random.Random(20260714)
    kills, folder, redone = 0, 0, 0
    while kills < KILLS:
        out = tmp_path / f"labels-{folder}"
        before = committed(out)
        process = begin(archive, out)
        if kills % 2:
            wait_for_writing(process, out, len(before))
            time.sleep(rng.uniform(0, 0.15))
        else:
            time.sleep(rng.uniform(0, 2.0))
        os.killpg(process.pid, signal.SIGKILL)
        died = process.wait() == -signal.SIGKILL
        after = committed(out)
        changed = [name for name, file in before.items() if after.get(name) != file]
        redone = max(redone, len({name.split("/")[1] for name in changed}))
        kills += died
        if not died:
            assert runs.identity(out) == whole
            folder += 1
    runs.scan(archive, "--out", out, "--workers", "2", *PART)
    assert runs.identity(out) == whole
    assert redone <= 1


def test_the_parent_alone_killed_leaves_no_worker_behind(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels"
    process = begin(archive, out)
    wait_for_writing(process, out, 0)
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 2
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=15)
    assert not alive


def test_a_worker_killed_from_outside_costs_nothing(
    archive: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    """The kernel's out-of-memory killer takes workers: their pages are judged by the next one."""
    out = tmp_path / "labels"
    process = begin(archive, out)
    for parts in (0, 3):
        wait_for_writing(process, out, parts)
        busiest = max(
            psutil.Process(process.pid).children(recursive=True),
            key=lambda child: child.cpu_times().user,
        )
        busiest.kill()
    assert process.wait(timeout=100) == 0, process.stderr and process.stderr.read().decode()
    assert runs.identity(out) == whole


def test_ctrl_c_ends_with_130_and_the_next_run_goes_on(
    archive: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "labels"
    process = begin(archive, out)
    wait_for_writing(process, out, 2)
    os.killpg(process.pid, signal.SIGINT)
    _, message = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "run the same command again" in message.decode()
    runs.scan(archive, "--out", out, "--resume", "--workers", "1", *PART)
    assert runs.identity(out) == whole
