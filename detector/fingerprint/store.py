"""Signatures on disk, one after the other, mapped into memory without filling it."""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from detector.fingerprint.permutations import PERMUTATIONS

# Texts looked at between two releases. The system maps the 64 KiB around each, so that a thousand
# pairs take 128 MiB at most.
BLOCK: Final = 1 << 10


@dataclass(frozen=True, slots=True)
class Signatures:
    """A file of signatures, 512 bytes each, that is only read.

    rows: uint32[n, 128], mapped from the file. What was touched counts as memory of this process
    until `release` gives it back to the system, which keeps it cached as long as it has room.
    """

    rows: npt.NDArray[np.uint32]
    map: mmap.mmap | None = None

    def release(self) -> None:
        """Give back the memory of everything that was read so far."""
        if self.map is not None:
            self.map.madvise(mmap.MADV_DONTNEED)


@contextlib.contextmanager
def open_signatures(path: Path) -> Iterator[Signatures]:
    """Map a file of signatures for as long as the block lasts; OSError when it cannot be read."""
    with mapped(path) as data:
        values = np.frombuffer(b"" if data is None else data, "<u4")
        yield Signatures(values.reshape(-1, PERMUTATIONS), data)


@contextlib.contextmanager
def mapped(path: Path) -> Iterator[mmap.mmap | None]:
    """Map a file, to be read only; None where it is empty."""
    if path.stat().st_size == 0:
        yield None
        return
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        yield data
    finally:
        # Arrays over it that are still held keep it open; it closes with the last of them.
        with contextlib.suppress(BufferError):
            data.close()
