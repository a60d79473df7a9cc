"""A real filesystem that is too small: one clear message, and nothing committed is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from detector.errors import OutputError
from detector.records import Position
from detector.write import InputEntry, OutputFolder, RunSettings, open_labels
from tests.write.made import FILES, made_rows, snapshot

RECORDS_IN_PART = 600
PARTS = 6
SETTINGS = RunSettings((InputEntry(FILES[0]),), {}, {}, {})


def mount(*arguments: str) -> bool:
    command = shutil.which("mount")
    return command is not None and (
        subprocess.run([command, *arguments], capture_output=True, check=False).returncode == 0
    )


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of one megabyte; six parts need more than that."""
    point = tmp_path / "small"
    point.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=1m", "none", str(point)):
        pytest.skip("mounting a small filesystem is not permitted here")
    try:
        yield point
    finally:
        subprocess.run(["umount", str(point)], check=True)


def scan_on(path: Path) -> None:
    with OutputFolder.open(path, SETTINGS) as folder:
        for part in range(folder.resume(0).next_part, PARTS):
            first, end = part * RECORDS_IN_PART, (part + 1) * RECORDS_IN_PART
            rows = made_rows(FILES[0], first, end)
            folder.commit_part(0, part, rows, Position(end * 100, None, end))
        folder.finish_input(0, folder.resume(0).books)
        folder.finish()


def test_a_full_disk_stops_the_scan_and_space_lets_it_go_on(small: Path, tmp_path: Path) -> None:
    path = small / "labels"
    with pytest.raises(OutputError, match=r"No space left.*Free some space.*same command again"):
        scan_on(path)
    kept = open_labels(path)
    assert 0 < len(kept.documents) < PARTS
    assert not list(path.rglob("*.tmp"))

    with pytest.raises(OutputError, match="No space left"):
        scan_on(path)  # still full
    assert open_labels(path).documents == kept.documents

    assert mount("-o", "remount,size=8m", str(small))
    scan_on(path)
    scan_on(tmp_path / "roomy")
    assert snapshot(path) == snapshot(tmp_path / "roomy")


def test_a_disk_full_from_the_start_is_an_output_error(small: Path) -> None:
    filler = small / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(bytes(2 << 20))
    with pytest.raises(OutputError, match="No space left"):
        scan_on(small / "labels")


def test_a_folder_without_permission_is_one_clear_message(small: Path) -> None:
    """On a read-only filesystem, for permissions do not bind the superuser."""
    assert mount("-o", "remount,ro", str(small))
    with pytest.raises(OutputError, match=r"cannot write: Read-only.*another output folder"):
        scan_on(small / "labels")


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_a_folder_of_somebody_else_is_one_clear_message(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        scan_on(tmp_path / "labels")
