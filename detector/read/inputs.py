"""What the user named -> the list of inputs to read, in the order given, each once."""

from __future__ import annotations

import glob
import gzip
import importlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from detector.errors import InputError, UsageError

PATHS_CAP: Final = 1 << 30
"""A path list is read up to this many bytes."""

_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]{1,31}://")
# What a folder is searched for. WAT files hold no text of pages, CDX files no records.
_ARCHIVE = re.compile(r"(?i).+\.(?:warc|arc|wet)(?:\.gz|\.zst|\.open)?$")
_NOT_TEXT = re.compile(r"(?i).+\.wat(?:\.warc)?(?:\.gz|\.zst)?$|.+\.warc\.wat(?:\.gz|\.zst)?$")
_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class InputRef:
    """One input. size: in bytes, where a look at the name or the listing told it."""

    name: str
    size: int | None = None


def expand_inputs(
    patterns: Sequence[str], *, paths_file: str | None = None, base_url: str | None = None
) -> list[InputRef]:
    """The inputs that files, folders, globs, URLs and path lists stand for, each once.

    A file that is named is taken whatever its name; folders, globs that name folders, and remote
    prefixes (a URL that ends in "/") are searched for archives by name, sorted. "-" is standard
    input. paths_file: a list with one path a line, as Common Crawl publishes them (gzip or plain),
    each joined to `base_url`. Raises UsageError when something is missing or holds no archive.
    """
    refs: dict[str, InputRef] = {}
    for pattern in patterns:
        for ref in _expand(pattern):
            refs.setdefault(_identity(ref.name), ref)
    if paths_file is not None:
        for name in _listed(paths_file, base_url):
            for ref in _expand(name):
                refs.setdefault(_identity(ref.name), ref)
    elif base_url is not None:
        raise UsageError(f"--base-url {base_url!r} has no list to go with. Give --paths-file too.")
    if not refs:
        raise UsageError("no input was named. Name files, folders, URLs, or - for standard input.")
    return list(refs.values())


def _identity(name: str) -> str:
    """What tells inputs apart: one file named in two ways is one input, its records not twice."""
    return name if name == "-" or _REMOTE.match(name) else os.path.realpath(name)


def _expand(pattern: str) -> Iterator[InputRef]:
    if pattern == "-":
        yield InputRef(pattern)
    elif _REMOTE.match(pattern):
        yield from _expand_remote(pattern)
    elif os.path.isdir(pattern):  # noqa: PTH112 - pathlib's raises for a name that is too long
        yield from _expand_folder(pattern)
    elif os.path.exists(pattern):  # noqa: PTH110 - the same
        yield _local(pattern)
    elif _GLOB.search(pattern):
        yield from _expand_glob(pattern)
    else:
        raise UsageError(f"there is no file or folder {pattern!r}. Check the path.")


def _expand_folder(folder: str) -> Iterator[InputRef]:
    found = False
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            if _is_archive(name):
                found = True
                yield _local(str(Path(parent) / name))
    if not found:
        raise UsageError(
            f"the folder {folder!r} holds no archive (.warc, .arc, .wet, also with .gz or .zst)."
            " Name the files themselves if they are called otherwise."
        )


def _expand_glob(pattern: str) -> Iterator[InputRef]:
    names = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - takes absolute patterns
    if not names:
        raise UsageError(f"nothing matches {pattern!r}. Check the pattern.")
    for name in names:
        if Path(name).is_dir():
            yield from _expand_folder(name)
        else:
            yield _local(name)


def _local(name: str) -> InputRef:
    path = Path(name)
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError as error:
        raise UsageError(f"cannot look at {name!r}: {error.strerror}.") from error
    return InputRef(name, size)


def _expand_remote(url: str) -> Iterator[InputRef]:
    scheme = url.partition("://")[0].lower()
    if scheme in ("http", "https"):
        if url.endswith("/"):
            raise UsageError(f"{url!r} is a folder on a web server, which cannot be listed."
                             " Name its files, or give --paths-file.")  # fmt: skip
        yield InputRef(url)
        return
    if url.endswith("/") or _GLOB.search(url):
        yield from _list_remote(url)
    else:
        yield InputRef(url)


def _list_remote(url: str) -> Iterator[InputRef]:
    filesystem, path = remote_filesystem(url)
    try:
        list_names = filesystem.glob if _GLOB.search(url) else filesystem.find
        found = list_names(path, detail=True).items()
    except Exception as error:
        raise InputError(
            f"cannot list {url!r}: {type(error).__name__}: {str(error)[:200]}. Check the address,"
            " the permissions (AWS_* settings for s3://) and the network."
        ) from error
    sizes = {
        name: info.get("size")
        for name, info in found
        if info.get("type") == "file" and (_GLOB.search(url) or _is_archive(name))
    }
    if not sizes:
        raise UsageError(f"{url!r} holds no archive (.warc, .arc, .wet, also with .gz or .zst).")
    for name in sorted(sizes):
        size = sizes[name]
        yield InputRef(filesystem.unstrip_protocol(name), size if isinstance(size, int) else None)


def remote_filesystem(url: str) -> tuple[Any, str]:
    """The fsspec file system of a URL, and the path on it.

    UsageError when the scheme is unknown or lacks a package.
    """
    fsspec = importlib.import_module("fsspec.core")
    scheme = url.partition("://")[0].lower()
    try:
        filesystem, path = fsspec.url_to_fs(url)
    except ImportError as error:
        raise UsageError(
            f"{scheme}:// needs a package that is not installed ({error.name or error})."
            " Run: pip install 'contamination-detector[remote]'"
        ) from error
    except ValueError as error:
        raise UsageError(
            f"{url!r:.200}: the scheme {scheme!r} is unknown. Known are local paths, http(s)://,"
            " s3:// and what fsspec opens."
        ) from error
    return filesystem, path


def _listed(paths_file: str, base_url: str | None) -> Iterator[str]:
    for line in _lines(_read_list(paths_file)):
        path = line.strip()
        if not path or path.startswith("#"):
            continue
        if base_url is None or _REMOTE.match(path):
            yield path
        else:
            yield f"{base_url.rstrip('/')}/{path.lstrip('/')}"


def _read_list(name: str) -> bytes:
    # Imported here: a source's module needs `InputRef` from this one.
    from detector.read.source import open_source  # noqa: PLC0415

    with open_source(name) as source:
        data = source.read_at(0, PATHS_CAP)
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError) as error:
        raise UsageError(f"the path list {name!r} is damaged: {error}. Fetch it again.") from error


def _lines(data: bytes) -> Iterable[str]:
    return data.decode("utf-8", "replace").splitlines()


def _is_archive(name: str) -> bool:
    return _ARCHIVE.match(name) is not None and _NOT_TEXT.match(name) is None
