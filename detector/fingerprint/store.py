"""Signatures on disk, one after the other, mapped into memory without filling it."""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from detector.fingerprint.permutations import PERMUTATIONS

SIGNATURE_BYTES: Final = 4 * PERMUTATIONS


class Signatures:
    """A file of signatures, 512 bytes each, that is only read.

    rows: uint32[n, 128], mapped from the file. What was touched counts as memory of this process
    until `release` gives it back to the system, which keeps it cached as long as it has room.
    """

    def __init__(self, mapped: mmap.mmap | None) -> None:
        self._mapped = mapped
        data = b"" if mapped is None else mapped
        self.rows: npt.NDArray[np.uint32] = np.frombuffer(data, "<u4").reshape(-1, PERMUTATIONS)

    def release(self) -> None:
        """Give back the memory of everything that was read so far."""
        if self._mapped is not None:
            self._mapped.madvise(mmap.MADV_DONTNEED)


@contextlib.contextmanager
def open_signatures(path: Path) -> Iterator[Signatures]:
    """Map a file of signatures for as long as the block lasts; OSError when it cannot be read."""
    if path.stat().st_size == 0:
        yield Signatures(None)
        return
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    signatures = Signatures(mapped)
    try:
        yield signatures
    finally:
        # Arrays that others hold keep the map open; it closes with the last of them.
        signatures.rows = np.empty((0, PERMUTATIONS), np.uint32)
        with contextlib.suppress(BufferError):
            mapped.close()
