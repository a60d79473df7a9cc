"""Runs of the real command in processes of its own, and what is the same in two of them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

NOT_IDENTITY = {"runs.jsonl", "lock"}


def detector(*arguments: str | Path, timeout: float = 100) -> subprocess.CompletedProcess[str]:
    """Run the `detector` command to its end."""
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=timeout, check=False
    )


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "detector", *map(str, arguments)]


def identity(folder: Path) -> dict[str, str]:
    """Digest of every file that a scan promises to be the same, by its name in the folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in NOT_IDENTITY
    }
