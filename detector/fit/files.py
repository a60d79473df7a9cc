"""Writing what a fit made."""

from __future__ import annotations

import os
from pathlib import Path

from detector.errors import OutputError


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        os.replace(part, path)  # noqa: PTH105 - pathlib's replace says less
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(
            f"{str(path)!r} cannot be written ({error.strerror}): free space, or name a file in a"
            " folder that you may write to"
        ) from error
