"""Runs of the real command in processes of its own, and what is the same in two of them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

NOT_IDENTITY = {"runs.jsonl", "lock"}


def detector(
    *arguments: str | Path,
    timeout: float = 100,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the `detector` command to its end."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        input=stdin,
        timeout=timeout,
        check=False,
        env={**os.environ, **(env or {})},
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "detector", *map(str, arguments)]


def scan(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run `detector scan` quietly and expect it to succeed."""
    done = detector("scan", "--quiet", *arguments, **options)
    assert done.returncode == 0, done.stderr
    return done


def identity(folder: Path) -> dict[str, str]:
    """Digest of every file that a scan promises to be the same, by its name in the folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in NOT_IDENTITY
    }


def table(folder: Path, name: str) -> pl.DataFrame:
    """One table of an output folder, all parts of it."""
    return pl.read_parquet(folder / name / "*.parquet")


def manifest(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return loaded
