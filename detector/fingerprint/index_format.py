"""The file of an index of known texts: sections of numbers behind a head, mapped into memory.

docs/index.md specifies it byte for byte. The file is written once, under another name, and put in
place when it is whole and on disk; it is never changed after that. Its bytes depend on the set of
documents in it and on nothing else. Nothing in it is ever unpickled or executed.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import mmap
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
import xxhash

from detector.errors import ModelError, OutputError, UsageError

MAGIC: Final = b"\x89known\r\n"
FORMAT: Final = 1
SCHEME: Final = "nfkc-casefold.v1+xxh3-128+minhash128-w5.v1/16x3+frac13w-64.v1"
KINDS: Final = ("ai", "pre-llm")
UNDATED: Final = 0xFFFF
BANDS: Final = 16
ROWS: Final = 3
MOST_WORDS: Final = 0xFFFF
SIGNATURE: Final = 128
ID_BLOCK: Final = 256
# More documents than this hold no shingle that tells them apart: one more is kept, to say so.
COMMON: Final = 64
MOST_DOCUMENTS: Final = 1 << 28
MOST_SHINGLES: Final = (1 << 32) - 1

# Magic, format, unused, offset and length of the footer, its xxh3-128, unused.
_HEAD: Final = struct.Struct("<8sIIQQ16s16x")
_ALIGN: Final = 64
_CHUNK: Final = 1 << 22
_LARGEST_FOOTER: Final = 1 << 20
_TYPES: Final = {
    "exact_high": "<u8",
    "exact_low": "<u8",
    "dates": "<u2",
    "id_offsets": "<u8",
    "ids": "|u1",
    "directory": "<u4",
    "shingles": "<u4",
    "bands": "<u8",
    "signatures": "|u1",
    "words": "<u2",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """How many of what an index holds: documents, sampled shingles, and documents with signatures.

    bits: of a shingle's 32 that name its document; the directory stands for one less of the 31 of
    its key, and the rest of the key has the rest of the room. signatures: whether they are stored.
    """

    kind: str
    documents: int
    shingles: int
    signed: int
    bits: int
    signatures: bool

    def sizes(self) -> dict[str, int]:
        """How many numbers each section has; the two of ids depend on the ids."""
        return {
            "exact_high": self.documents,
            "exact_low": self.documents,
            "dates": self.documents,
            "id_offsets": -(-self.documents // ID_BLOCK) + 1,
            "directory": (1 << self.bits - 1) + 1,
            "shingles": self.shingles,
            "bands": BANDS * self.signed,
            "signatures": SIGNATURE * self.documents if self.signatures else 0,
            "words": self.documents if self.signatures else 0,
        }


@dataclass(frozen=True, slots=True)
class IndexFile:
    """An index as it lies in memory, shared with every process that opened it.

    sections: by name, read-only. digest: xxh3-128 of the footer, which holds the digest of every
    section: 32 hexadecimal digits that stand for the whole. size: bytes of the file.
    """

    path: Path
    shape: Shape
    sections: dict[str, npt.NDArray[Any]]
    digests: dict[str, str]
    digest: str
    size: int


def open_file(path: Path) -> IndexFile:
    """Map an index into memory, checking its head, footer and length, but not every byte.

    UsageError when it is missing; ModelError when it is no index, of another format or scheme, cut
    off, or damaged where it was looked at; `check_file` looks at all of it.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < _HEAD.size:
                raise _bad(path, f"has {size} bytes, and an index begins with {_HEAD.size}")
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        raise UsageError(f"{path}: no such index: make one with `detector index build`") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot read the index: {error.strerror or error}") from error
    footer, digest = _footer(path, data, size)
    try:
        return _mapped(path, data, footer, digest, size)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _bad(path, f"has a footer that makes no sense ({error!r:.60})") from error


def check_file(index: IndexFile) -> None:
    """Compare every section with its digest; ModelError that names the first that differs."""
    for name, values in index.sections.items():
        found = xxhash.xxh3_128()
        raw = values.view(np.uint8)
        for at in range(0, len(raw), _CHUNK):
            found.update(raw[at : at + _CHUNK].tobytes())
        if found.hexdigest() != index.digests[name]:
            raise _bad(
                index.path,
                f"has other bytes in its section {name!r} than were written: their xxh3-128 is"
                f" {found.hexdigest()}, expected {index.digests[name]}",
            )


def _footer(path: Path, data: mmap.mmap, size: int) -> tuple[dict[str, Any], str]:
    head = data[: _HEAD.size]
    magic, version, _, offset, length, check = _HEAD.unpack(head)
    if magic != MAGIC:
        raise _bad(path, f"begins with {magic!r}, and an index with {MAGIC!r}")
    if version != FORMAT:
        raise ModelError(
            f"{path}: is an index of format {version}, and this version of the software reads"
            f" format {FORMAT}: build it again"
        )
    if _HEAD.pack(magic, version, 0, offset, length, check) != head:
        raise _bad(path, "has something in its head where nothing is written")
    if offset + length != size or length > _LARGEST_FOOTER:
        raise _bad(path, f"has {size} bytes, and its head says {offset + length}")
    raw = data[offset : offset + length]
    digest = xxhash.xxh3_128_digest(raw)
    if digest != check:
        raise _bad(path, f"has a footer whose xxh3-128 is {digest.hex()}, expected {check.hex()}")
    try:
        footer = json.loads(raw)
    except ValueError as error:
        raise _bad(path, "has a footer that is not JSON") from error
    if footer.get("scheme") != SCHEME:
        raise ModelError(
            f"{path}: was made by the scheme {footer.get('scheme')!r:.90}, and this version of the"
            f" software looks texts up by {SCHEME!r}: build it again"
        )
    return footer, digest.hex()


def _mapped(
    path: Path, data: mmap.mmap, footer: dict[str, Any], digest: str, size: int
) -> IndexFile:
    shape = Shape(
        kind=str(footer["kind"]),
        documents=int(footer["documents"]),
        shingles=int(footer["shingles"]),
        signed=int(footer["signed"]),
        bits=int(footer["bits"]),
        signatures=bool(footer["signatures"]),
    )
    stored = {name: (int(at), int(count)) for name, at, count, _ in footer["sections"]}
    wanted = shape.sizes()
    if shape.kind not in KINDS or stored.keys() != _TYPES.keys() or not 4 <= shape.bits <= 28:
        raise ValueError("unknown kind, sections or bits")
    sections = {}
    end = _HEAD.size
    for name, (at, count) in stored.items():
        if count != wanted.get(name, count) or at != end + -end % _ALIGN or any(data[end:at]):
            raise ValueError(f"section {name} at {at} has {count} numbers")
        sections[name] = np.frombuffer(data, _TYPES[name], count, at)
        end = at + sections[name].nbytes
    digests = {name: str(check) for name, _, _, check in footer["sections"]}
    return IndexFile(path, shape, sections, digests, digest, size)


def _bad(path: Path, found: str) -> ModelError:
    return ModelError(
        f"{path}: {found}: it is no index, cut off or damaged; restore it or build it again"
    )


class SectionWriter:
    """Writes an index section by section; the file is whole once `finish` has returned."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._sections: list[tuple[str, int, int, str]] = []
        file.write(bytes(_HEAD.size))

    def write(self, name: str, pieces: Iterator[npt.NDArray[Any]]) -> int:
        """Write the next section from pieces of it; gives how many numbers they had."""
        self._file.write(bytes(-self._file.tell() % _ALIGN))
        at, count, check = self._file.tell(), 0, xxhash.xxh3_128()
        for piece in pieces:
            raw = np.ascontiguousarray(piece, _TYPES[name])
            self._file.write(raw.data)
            check.update(raw.tobytes())
            count += raw.size
        self._sections.append((name, at, count, check.hexdigest()))
        return count

    def finish(self, shape: Shape) -> None:
        """Write the footer, and the head that leads to it."""
        footer = json.dumps(
            {
                "kind": shape.kind,
                "scheme": SCHEME,
                "documents": shape.documents,
                "shingles": shape.shingles,
                "signed": shape.signed,
                "bits": shape.bits,
                "signatures": shape.signatures,
                "sections": self._sections,
            },
            sort_keys=True,
            separators=(",", ":"),
        ).encode()
        at = self._file.tell()
        self._file.write(footer)
        self._file.seek(0)
        check = xxhash.xxh3_128_digest(footer)
        self._file.write(_HEAD.pack(MAGIC, FORMAT, 0, at, len(footer), check))


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that takes the place of `path` when the block ends well, and only then.

    The file is flushed to disk, then renamed, then its folder is flushed: a kill or a power cut at
    any moment leaves the old file or the new one. OutputError when the disk will not.
    """
    new = path.with_name(path.name + ".tmp")
    try:
        with new.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        _sync_folder(path.parent)
    except BaseException as error:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise OutputError(
            f"{path}: cannot write the index: {error.strerror or error}. Put that right and run the"
            " same command again; the index that was there is as it was"
        ) from error


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes from writing the index at `path`; OutputError when one does already."""
    lock = _lock(path)
    try:
        yield
    finally:
        os.close(lock)


def _lock(path: Path) -> int:
    lock = -1
    try:
        name = path.with_name(path.name + ".lock")
        lock = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if lock >= 0:
            os.close(lock)
            raise OutputError(
                f"{path}: another process is writing this index ({error.strerror}): wait for it, or"
                " write to another place"
            ) from error
        raise OutputError(
            f"{path}: cannot write here: {error.strerror}. Put that right, or choose another place"
        ) from error
    return lock
