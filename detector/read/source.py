"""Where bytes come from: local files and standard input, read forward from any offset."""

from __future__ import annotations

import os
import sys
from collections import deque
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from detector.errors import InputError, UsageError
from detector.read.inputs import InputRef
from detector.read.retry import RetryPolicy

HISTORY: Final = 8 << 20


class ByteSource(Protocol):
    """Bytes by offset, made for reading forward.

    name: as it stands in locators. size: bytes, None where unknown (standard input). earliest: the
    lowest offset that can still be read; 0 for everything but standard input.
    """

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int | None: ...

    @property
    def earliest(self) -> int: ...

    def read_at(self, offset: int, size: int) -> bytes:
        """Exactly `size` bytes from `offset` on, fewer only at the end; InputError on failure."""
        ...

    def close(self) -> None: ...


class FileSource:
    """A local file."""

    earliest = 0

    def __init__(self, name: str) -> None:
        self.name = name
        try:
            self._fd = os.open(name, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            self.size: int | None = os.fstat(self._fd).st_size or None
        except OSError as error:
            raise InputError(
                f"cannot open {name!r}: {error.strerror}. Check the path and its permissions."
            ) from error

    def read_at(self, offset: int, size: int) -> bytes:
        parts: list[bytes] = []
        try:
            while size > 0 and (part := os.pread(self._fd, size, offset)):
                parts.append(part)
                offset += len(part)
                size -= len(part)
        except OSError as error:
            raise InputError(
                f"reading {self.name!r} failed at byte {offset:,}: {error.strerror}."
                " Check the disk, then run again: the scan goes on where it stopped."
            ) from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class StreamSource:
    """A pipe such as standard input: forward only, with the last 8 MiB held for stepping back."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self.name = name
        self.size: int | None = None
        self._stream = stream
        self._held: deque[bytes] = deque()
        self.earliest = 0
        self._end = 0

    def read_at(self, offset: int, size: int) -> bytes:
        if offset < self.earliest:
            raise InputError(
                f"{self.name!r} cannot be read again at byte {offset:,}: it is a stream, of which"
                f" only the last {HISTORY >> 20} MiB are held. Store it in a file and scan that."
            )
        while self._end < offset + size and self._advance():
            pass
        wanted: list[bytes] = []
        at = self.earliest
        for part in self._held:
            if at + len(part) > offset and at < offset + size:
                wanted.append(part[max(0, offset - at) : offset + size - at])
            at += len(part)
        return b"".join(wanted)

    def _advance(self) -> bool:
        try:
            part = self._stream.read(1 << 20)
        except OSError as error:
            raise InputError(
                f"reading {self.name!r} failed at byte {self._end:,}: {error.strerror}."
                " Check the program that writes to it."
            ) from error
        if not part:
            return False
        self._held.append(part)
        self._end += len(part)
        while self._end - self.earliest - len(self._held[0]) >= HISTORY:
            self.earliest += len(self._held.popleft())
        return True

    def close(self) -> None:
        self._held.clear()


def open_source(ref: InputRef | str, *, retry: RetryPolicy | None = None) -> ByteSource:
    """Open an input for streaming: a path, "-", an http(s) URL, or a URL that fsspec knows.

    retry: how a remote source waits and tries again. Raises InputError when the input cannot be
    opened and UsageError when its scheme is unknown or needs an extra that is not installed.
    """
    name = ref.name if isinstance(ref, InputRef) else ref
    if name == "-":
        return StreamSource(name, sys.stdin.buffer)
    scheme, found, _ = name.partition("://")
    if not found or Path(name).exists():
        if not Path(name).exists():
            raise UsageError(f"there is no file {name!r}. Check the path.")
        if not Path(name).is_file():
            return StreamSource(name, Path(name).open("rb"))
        return FileSource(name)
    from detector.read.remote import FsspecSource, HttpSource  # noqa: PLC0415 - imports requests

    if scheme in ("http", "https"):
        return HttpSource(name, retry or RetryPolicy())
    return FsspecSource(name, retry or RetryPolicy())
