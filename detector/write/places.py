"""Where an output of files goes: a local folder, or a prefix on any file system of fsspec."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from detector.errors import OutputError, UsageError
from detector.write import disk
from detector.write.lock import FolderLock
from detector.write.manifest import LOCK

BLOCK: Final = 16 << 20
"""Bytes of one part of an upload: S3 takes 10,000 parts of at least 5 MiB."""


OBJECT_STORES: Final = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oci", "oss"})
"""Schemes on which an object appears when its upload is complete, and not before."""


_Explained: TypeAlias = Callable[[str, str], AbstractContextManager[None]]


class Draft(Protocol):
    """A file that is absent until `commit` has made it whole."""

    def write(self, data: bytes | memoryview, /) -> None:
        """Add bytes."""

    def commit(self) -> None:
        """Give the file its name, for good."""

    def discard(self) -> None:
        """Leave nothing behind; after `commit` this does nothing."""


class OutputPlace(Protocol):
    """A folder of files that appear whole or not at all. OutputError when it cannot be used."""

    name: str

    def names(self) -> list[str]:
        """The files in it, those in folders with their path; nothing when there is no folder."""

    def read(self, name: str) -> bytes:
        """All bytes of a file."""

    def size(self, name: str) -> int | None:
        """Bytes of a file, None when it is not there."""

    def write(self, name: str, data: bytes) -> None:
        """Write a file at once."""

    def draft(self, name: str) -> Draft:
        """Begin a file."""

    def remove(self, names: list[str]) -> None:
        """Remove files; one that is not there is no trouble."""

    def lock(self) -> None:
        """Keep other runs out until `close`, where the place has locks."""

    def close(self) -> None:
        """Let other runs in."""


class LocalPlace:
    """A folder on this machine."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path
        self._lock: FolderLock | None = None

    def names(self) -> list[str]:
        """The files in it, those in folders with their path; nothing when there is no folder."""
        with disk.explained(self._path, "read"):
            if self._path.exists() and not self._path.is_dir():
                raise UsageError(f"{self._path}: is a file: name a folder for the output")
            found = [path for path in self._path.rglob("*") if not path.is_dir()]
        return sorted(path.relative_to(self._path).as_posix() for path in found)

    def read(self, name: str) -> bytes:
        """All bytes of a file."""
        with disk.explained(self._path / name, "read"):
            return (self._path / name).read_bytes()

    def size(self, name: str) -> int | None:
        """Bytes of a file, None when it is not there."""
        with disk.explained(self._path / name, "read"), contextlib.suppress(FileNotFoundError):
            return (self._path / name).stat().st_size
        return None

    def write(self, name: str, data: bytes) -> None:
        """Write a file at once."""
        disk.make_folder((self._path / name).parent)
        disk.write_files({self._path / name: data})

    def draft(self, name: str) -> disk.Draft:
        """Begin a file."""
        disk.make_folder((self._path / name).parent)
        return disk.Draft(self._path / name)

    def remove(self, names: list[str]) -> None:
        """Remove files; one that is not there is no trouble."""
        disk.remove([self._path / name for name in names])

    def lock(self) -> None:
        """Keep other runs out until `close`."""
        disk.make_folder(self._path)
        self._lock = FolderLock(self._path / LOCK)

    def close(self) -> None:
        """Let other runs in."""
        if self._lock is not None:
            self._lock.release()


class RemotePlace:
    """A prefix on a file system of fsspec. There are no locks."""

    def __init__(self, filesystem: Any, path: str, name: str) -> None:
        self.name = name.rstrip("/")
        self._filesystem = filesystem
        self._path = path.rstrip("/")
        filesystem.invalidate_cache()

    def names(self) -> list[str]:
        """The files under it, with their path from it on."""
        with self._explained("list", self._path):
            try:
                found = self._filesystem.find(self._path)
            except FileNotFoundError:
                return []
        return sorted(name[len(self._path) :].lstrip("/") for name in found)

    def read(self, name: str) -> bytes:
        """All bytes of a file."""
        with self._explained("read", self._at(name)):
            return bytes(self._filesystem.cat_file(self._at(name)))

    def size(self, name: str) -> int | None:
        """Bytes of a file, None when it is not there."""
        with self._explained("read", self._at(name)):
            try:
                return int(self._filesystem.info(self._at(name))["size"])
            except FileNotFoundError:
                return None

    def write(self, name: str, data: bytes) -> None:
        """Write a file at once."""
        with self._explained("write", self._at(name)):
            self._filesystem.pipe_file(self._at(name), data)

    def draft(self, name: str) -> Draft:
        """Begin a file."""
        return _Upload(self._filesystem, self._at(name), self._explained)

    def remove(self, names: list[str]) -> None:
        """Remove files; one that is not there is no trouble."""
        for name in names:
            with self._explained("remove", self._at(name)), contextlib.suppress(FileNotFoundError):
                self._filesystem.rm_file(self._at(name))

    def lock(self) -> None:
        """There are no locks here."""

    def close(self) -> None:
        """There are no locks here."""

    def _at(self, name: str) -> str:
        return f"{self._path}/{name}"

    @contextlib.contextmanager
    def _explained(self, doing: str, path: str) -> Iterator[None]:
        """Each file system has errors of its own; what passes, it has tried again itself."""
        try:
            yield
        except Exception as error:
            shown = f"{self.name}{path[len(self._path) :]}"
            raise OutputError(
                f"{shown}: cannot {doing}: {type(error).__name__}: {error!s:.200}. Check"
                " the address, the rights (AWS_* settings for s3://) and the network, and run the"
                " same command again: it goes on from there"
            ) from error


class _Upload:
    """A file that is being uploaded; on what is no object store, under a temporary name."""

    def __init__(self, filesystem: Any, path: str, explained: _Explained) -> None:
        self._filesystem = filesystem
        self._path = path
        self._explained = explained
        protocols = filesystem.protocol
        names = {protocols} if isinstance(protocols, str) else {*protocols}
        self._target = path if names & OBJECT_STORES else path + disk.TEMPORARY
        self._ended = False
        with explained("write", path):
            if self._target != path:
                filesystem.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._file = filesystem.open(self._target, "wb", block_size=BLOCK)

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes."""
        with self._explained("write", self._path):
            self._file.write(data)

    def commit(self) -> None:
        """Complete the upload."""
        with self._explained("write", self._path):
            self._file.close()
            if self._target != self._path:
                self._filesystem.mv(self._target, self._path)
        self._ended = True

    def discard(self) -> None:
        """Give the upload up; after `commit` this does nothing.

        A file of fsspec that is merely forgotten would complete itself with what it has.
        """
        if self._ended:
            return
        self._ended = True
        with contextlib.suppress(Exception):
            self._file.discard()
        with contextlib.suppress(Exception):
            self._file.closed = True
        if self._target != self._path:
            with contextlib.suppress(Exception):
                self._filesystem.rm_file(self._target)
