"""Where bytes come from: local files and standard input, read forward from any offset."""

from __future__ import annotations

import io
import os
import sys
from collections import deque
from pathlib import Path
from typing import BinaryIO, Final

from detector.errors import InputError, UsageError
from detector.read.inputs import InputRef
from detector.read.retry import RetryPolicy

HISTORY: Final = 8 << 20
"""Bytes of a stream that are held for stepping back."""

PIECE: Final = 1 << 20


class ByteSource:
    """Bytes by offset, made for reading forward; a context manager that closes itself.

    name: as it stands in locators. size: bytes, None where unknown (standard input) or not known
    yet (a server not yet asked). earliest: the lowest offset that can still be read; 0 for
    everything but standard input. random: whether a few bytes anywhere cost little.
    """

    name: str
    size: int | None = None
    earliest: int = 0
    random: bool = False

    def read_at(self, offset: int, size: int) -> bytes:
        """Exactly `size` bytes from `offset` on, fewer only at the end; InputError on failure."""
        raise NotImplementedError

    def close(self) -> None:
        """Give back what the source holds."""

    def __enter__(self) -> ByteSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Held:
    """The last bytes of a stream: at least `HISTORY` of them, once so many have passed."""

    __slots__ = ("_parts", "begin", "end")

    def __init__(self, begin: int = 0) -> None:
        self.begin = self.end = begin
        self._parts: deque[bytes] = deque()

    def append(self, part: bytes) -> None:
        self._parts.append(part)
        self.end += len(part)
        while self.end - self.begin - len(self._parts[0]) >= HISTORY:
            self.begin += len(self._parts.popleft())

    def cut(self, offset: int, size: int) -> bytes:
        """The bytes [offset, offset + size), or what there is of them."""
        wanted: list[bytes] = []
        at = self.begin
        for part in self._parts:
            if at + len(part) > offset and at < offset + size:
                wanted.append(part[max(0, offset - at) : offset + size - at])
            at += len(part)
        return wanted[0] if len(wanted) == 1 else b"".join(wanted)


class FileSource(ByteSource):
    """A local file."""

    random = True

    def __init__(self, name: str) -> None:
        self.name = name
        try:
            self._fd = os.open(name, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise InputError(
                f"cannot open {name!r}: {error.strerror}. Check the path and its permissions."
            ) from error
        # Files that the kernel makes up (as in /proc) say 0 and hold something.
        self.size = os.fstat(self._fd).st_size or None

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


class StreamSource(ByteSource):
    """A pipe such as standard input: forward only, with the last 8 MiB held for stepping back."""

    def __init__(self, name: str, stream: BinaryIO | io.FileIO) -> None:
        self.name = name
        self._stream = stream
        self._held = Held()

    def read_at(self, offset: int, size: int) -> bytes:
        if offset < self.earliest:
            raise InputError(
                f"{self.name!r} cannot be read again at byte {offset:,}: it is a stream, of which"
                f" only the last {HISTORY >> 20} MiB are held. Store it in a file and scan that."
            )
        while self._held.end < offset + size and self._advance():
            pass
        return self._held.cut(offset, size)

    def _advance(self) -> bool:
        """Take a mebibyte more, which a pipe gives in pieces; False at the end."""
        part = bytearray()
        try:
            while len(part) < PIECE and (piece := self._stream.read(PIECE - len(part))):
                part += piece
        except OSError as error:
            raise InputError(
                f"reading {self.name!r} failed at byte {self._held.end:,}: {error.strerror}."
                " Check the program that writes to it."
            ) from error
        if not part:
            return False
        self._held.append(bytes(part))
        self.earliest = self._held.begin
        return True

    def close(self) -> None:
        self._held = Held(self._held.end)
        if self.name != "-":
            self._stream.close()


def _standard_input() -> BinaryIO | io.FileIO:
    """Standard input, read past `sys.stdin`, whose buffer has a lock.

    Python takes that lock when it exits, and aborts when a thread still waits for input.
    """
    try:
        handle = sys.stdin.fileno()
    except (OSError, ValueError):
        return sys.stdin.buffer  # replaced by something that is no file
    os.set_blocking(handle, True)  # else an empty pipe would look like the end
    return io.FileIO(handle, closefd=False)


def open_source(ref: InputRef | str, *, retry: RetryPolicy | None = None) -> ByteSource:
    """Open an input for streaming: a path, "-", an http(s) URL, or a URL that fsspec knows.

    retry: how a remote source waits and tries again. Raises InputError when the input cannot be
    opened and UsageError when its scheme is unknown or needs an extra that is not installed.
    """
    name = ref.name if isinstance(ref, InputRef) else ref
    if name == "-":
        return StreamSource(name, _standard_input())
    scheme, remote, _ = name.partition("://")
    path = Path(name)
    if path.is_file():
        return FileSource(name)
    if path.exists() and not path.is_dir():
        return StreamSource(name, path.open("rb", buffering=0))
    if not remote or path.exists():
        raise UsageError(f"there is no file {name!r}. Check the path.")
    policy = retry or RetryPolicy()
    # Imported here: a scan of local files loads no network library.
    if scheme.lower() in ("http", "https"):
        from detector.read.web import HttpSource  # noqa: PLC0415

        return HttpSource(name, policy)
    from detector.read.remote import FsspecSource  # noqa: PLC0415

    return FsspecSource(name, policy)
