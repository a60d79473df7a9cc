"""One run at a time in an output folder.

A POSIX record lock belongs to the process, not to the open file: it ends with a killed scan even
while that scan's orphaned workers still live. It does not hold against its own process, so the
folders held by this one are remembered here.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from pathlib import Path

from detector.errors import UsageError
from detector.write.disk import explained

_held: set[tuple[int, int]] = set()


class FolderLock:
    """The right to write to a folder, from its making until `release`.

    UsageError when another run holds it, OutputError when the lock file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        # Opening and closing a locked file again would drop the lock this process already holds.
        with explained(path):
            if path.exists() and _key(path.stat()) in _held:
                raise _busy(path)
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        self._key = _key(os.fstat(self._handle))
        try:
            fcntl.lockf(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            if error.errno in {errno.EACCES, errno.EAGAIN}:
                raise _busy(path) from None
            with explained(path):
                raise
        _held.add(self._key)

    def release(self) -> None:
        """Let the next scan in; a second call does nothing."""
        if self._key in _held:
            _held.discard(self._key)
            with contextlib.suppress(OSError):
                os.close(self._handle)


def _key(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _busy(path: Path) -> UsageError:
    return UsageError(
        f"{path.parent}: another run is writing to this folder: wait for it to end, or choose"
        " another output folder"
    )
