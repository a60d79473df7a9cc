"""Kernels compile whether or not their machine code can be kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
from detector.score.signals.needles import Needles
print(*Needles(["oaicite"]).found("an OAIcite here"))
"""


@pytest.mark.parametrize("writable", [True, False])
def test_a_kernel_works_with_and_without_a_place_for_its_cache(
    writable: bool, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "cache" if writable else tmp_path / "file" / "cache"
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env={**os.environ, "NUMBA_CACHE_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "oaicite"
    assert folder.exists() is writable
