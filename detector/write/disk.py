"""Durable file operations: what returns from here survives a power cut, what fails is explained.

Every byte this room puts on disk goes through these functions, so the order of writes, fsyncs and
renames can be read, and tested, in one place. An `OSError` leaves as an `OutputError` that names
the file, the cause and the way on.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from detector.errors import OutputError

TEMPORARY: Final = ".tmp"

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})

_RESUME: Final = (
    "run the same command again: it goes on from there, and nothing already committed is lost"
)


def explain(error: OSError, path: Path, doing: str = "write") -> OutputError:
    """The one message for an operating-system error met while writing (or reading) `path`."""
    found = f"{path}: cannot {doing}: {error.strerror or error}"
    if error.errno in _FULL:
        return OutputError(f"{found}. Free some space (or raise the quota) and {_RESUME}")
    if error.errno in _DENIED:
        return OutputError(
            f"{found}. Give this user the right to it and {_RESUME};"
            " or choose another output folder"
        )
    if error.errno == errno.EIO:
        return OutputError(f"{found}. The disk itself reports a fault: check it, then {_RESUME}")
    return OutputError(f"{found}. Put that right and {_RESUME}")


@contextlib.contextmanager
def explained(path: Path, doing: str = "write") -> Iterator[None]:
    """Turn any `OSError` of the block into the `OutputError` that explains it."""
    try:
        yield
    except OSError as error:
        raise explain(error, path, doing) from error


def make_folder(path: Path) -> None:
    """Create a folder, with its parents, that is still there after a power cut."""
    with explained(path):
        new = [folder for folder in (path, *path.parents) if not folder.is_dir()]
        path.mkdir(parents=True, exist_ok=True)
        for folder in new:
            _sync_folder(folder)
            _sync_folder(folder.parent)


def write_files(contents: dict[Path, bytes]) -> None:
    """Write some files so that each is either absent or whole, whatever happens meanwhile.

    All are written and flushed under temporary names first, then renamed, then the folders are
    flushed. On failure the temporary files are removed as far as the disk allows.
    """
    current = Path()
    try:
        for current, data in contents.items():
            _write_new(_temporary(current), data)
        for current in contents:
            os.replace(_temporary(current), current)  # noqa: PTH105 - all system calls look alike here
        for current in dict.fromkeys(path.parent for path in contents):
            _sync_folder(current)
    except OSError as error:
        for path in contents:
            with contextlib.suppress(OSError):
                os.unlink(_temporary(path))  # noqa: PTH108
        raise explain(error, current) from error


def append(path: Path, data: bytes, *, size: int) -> None:
    """Add bytes to a file of `size` bytes and flush them; on failure cut it back to `size`."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            os.lseek(handle, size, os.SEEK_SET)
            _write_all(handle, data)
            os.fsync(handle)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(handle, size)
            raise
        finally:
            os.close(handle)
    except OSError as error:
        raise explain(error, path) from error


def cut(path: Path, size: int) -> None:
    """Shorten a file to `size` bytes, for good."""
    with explained(path):
        handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.ftruncate(handle, size)
            os.fsync(handle)
        finally:
            os.close(handle)


class Draft:
    """A file that grows under a temporary name, and is absent until `commit` has made it whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with explained(path):
            self._handle = os.open(
                _temporary(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666
            )

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes."""
        with explained(self._path):
            _write_all(self._handle, data)

    def commit(self) -> None:
        """Give the file its name, for good."""
        with explained(self._path):
            os.fsync(self._handle)
            self._close()
            os.replace(_temporary(self._path), self._path)  # noqa: PTH105
            _sync_folder(self._path.parent)

    def discard(self) -> None:
        """Leave nothing behind, as far as the disk allows; after `commit` this does nothing."""
        if self._handle >= 0:
            with contextlib.suppress(OSError):
                os.unlink(_temporary(self._path))  # noqa: PTH108
            self._close()

    def _close(self) -> None:
        handle, self._handle = self._handle, -1
        os.close(handle)


def remove(paths: list[Path]) -> None:
    """Remove files, for good; one that is not there is no trouble."""
    for path in paths:
        with explained(path), contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108
    for folder in dict.fromkeys(path.parent for path in paths):
        with explained(folder):
            _sync_folder(folder)


def _temporary(path: Path) -> Path:
    return path.with_name(path.name + TEMPORARY)


def _write_new(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        _write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network filesystems cannot flush a folder; their renames are synchronous.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(handle)
