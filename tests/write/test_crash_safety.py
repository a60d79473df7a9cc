"""Whatever moment a scan is killed at, the next one ends with the very same bytes."""

from __future__ import annotations

import errno
import itertools
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.errors import OutputError
from detector.write import OutputFolder, disk, lock
from tests.write.made import FILES, commit_next, made_settings, scan_all, snapshot

STEPS = ("open", "write", "fsync", "replace", "unlink", "ftruncate")


class Killed(BaseException):
    """Stands for SIGKILL: no handler of ours may catch it."""


class FailingOs:
    """The `os` module as `disk` sees it, until the step numbered `at`; writes end half-way there.

    failure: what happens then. With Killed nothing of the process happens any more.
    """

    def __init__(self, at: int, failure: Callable[[], BaseException]) -> None:
        self.at, self.failure, self.step, self.dead = at, failure, 0, False

    def __getattr__(self, name: str) -> object:
        real = getattr(os, name)
        if name not in STEPS:
            return real

        def call(*args: object, **kwargs: object) -> object:
            if self.dead:
                raise Killed
            self.step += 1
            if self.step == self.at:
                if name == "write":
                    handle, data = args
                    real(handle, bytes(data)[: len(data) // 2])  # type: ignore[arg-type,call-overload]
                failure = self.failure()
                self.dead = isinstance(failure, Killed)
                raise failure
            return real(*args, **kwargs)

        return call


def attempt(path: Path, at: int, failure: Callable[[], BaseException], **how: bool) -> bool:
    """Scan until the given step fails; False when the scan has fewer steps than that."""
    failing = FailingOs(at, failure)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk, "os", failing)
        try:
            scan_all(path, **how)
        except (Killed, OutputError):
            pass
        else:
            assert failing.step < at, "a failed step was passed over in silence"
    lock._held.clear()  # what the end of a process does
    return failing.step >= at


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("reference") / "labels"
    assert scan_all(path) == "complete"
    return snapshot(path)


def test_a_scan_takes_enough_steps_for_the_tests_below_to_mean_something(tmp_path: Path) -> None:
    steps = FailingOs(-1, Killed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk, "os", steps)
        scan_all(tmp_path / "labels")
    assert steps.step > 100


def test_a_kill_at_any_step_changes_nothing(tmp_path: Path, reference: dict[str, bytes]) -> None:
    for at in itertools.count(1):
        path = tmp_path / f"labels{at}"
        if not attempt(path, at, Killed):
            break
        scan_all(path)
        assert snapshot(path) == reference, f"killed at step {at}"


def test_kills_at_random_steps_of_a_scan_and_of_its_resumptions_change_nothing(
    tmp_path: Path, reference: dict[str, bytes]
) -> None:
    dice = random.Random(7)
    for trial in range(25):
        path = tmp_path / f"labels{trial}"
        kills = [dice.randint(1, 70) for _ in range(6)]
        for at in kills:
            attempt(path, at, Killed)
        scan_all(path)
        assert snapshot(path) == reference, f"killed at steps {kills}"


def test_a_kill_at_any_step_of_a_fresh_start_leaves_a_folder_that_can_be_scanned(
    tmp_path: Path, reference: dict[str, bytes]
) -> None:
    for at in itertools.count(1, step=6):
        path = tmp_path / f"labels{at}"
        with OutputFolder.open(path, made_settings(min_words=7)) as folder:
            commit_next(folder, 0)
        if not attempt(path, at, Killed, fresh=True):
            break
        scan_all(path, fresh=True)
        assert snapshot(path) == reference, f"killed at step {at}"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_error_at_any_step_is_an_output_error_and_nothing_is_lost(
    tmp_path: Path, reference: dict[str, bytes], code: int
) -> None:
    for at in itertools.count(1, step=4):
        path = tmp_path / f"labels{at}"
        if not attempt(path, at, lambda: OSError(code, os.strerror(code))):
            break
        assert not list(path.rglob("part-*.tmp"))
        scan_all(path)
        assert snapshot(path) == reference, f"failed at step {at}"


def test_a_killed_process_lets_go_of_the_folder_and_loses_at_most_one_part(
    tmp_path: Path, reference: dict[str, bytes]
) -> None:
    """A real process, a real SIGKILL, while a child it forked still lives."""
    path = tmp_path / "labels"
    program = (
        "import os, time; from pathlib import Path; import made\n"
        "from detector.write import OutputFolder\n"
        f"folder = OutputFolder.open(Path({str(path)!r}), made.made_settings())\n"
        "made.commit_next(folder, 0); made.commit_next(folder, 1); made.commit_next(folder, 0)\n"
        "child = os.fork()\n"
        "if not child: time.sleep(60); os._exit(0)\n"
        "print(child, flush=True); time.sleep(60)\n"
    )
    root = Path(__file__).parents[2]
    scan = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{root}:{Path(__file__).parent}"},
    )
    assert scan.stdout is not None
    child = int(scan.stdout.readline())
    try:
        scan.kill()
        scan.wait()
        with OutputFolder.open(path, made_settings()) as folder:
            assert [folder.resume(number).next_part for number in range(len(FILES))] == [2, 1]
        scan_all(path)
        assert snapshot(path) == reference
    finally:
        os.kill(child, signal.SIGKILL)
        scan.stdout.close()


def test_every_new_folder_is_flushed_into_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a path of three new folders, each name is on disk before anything is written there."""
    flushed: list[Path] = []
    monkeypatch.setattr(disk, "_sync_folder", flushed.append)
    disk.make_folder(tmp_path / "a" / "b" / "c")
    assert {tmp_path, tmp_path / "a", tmp_path / "a" / "b"} <= set(flushed)
