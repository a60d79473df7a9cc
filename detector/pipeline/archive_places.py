"""Where the archives of a scan lie now, and what the files are called that are made of them."""

from __future__ import annotations

import os
import posixpath
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from detector.errors import InputError, UsageError
from detector.read import ByteSource, RetryPolicy, open_source
from detector.write.labels import LabelledInput

_SHOWN = 5


def output_names(names: Sequence[str]) -> list[str]:
    """A name for what is made of each archive: its own, with folders only where two are alike.

    Then all keep their path below the deepest folder that holds every one of them. UsageError where
    that does not tell them apart, and for standard input.

    >>> output_names(["/a/x.warc.gz", "s3://b/y.warc.gz"])
    ['x.warc.gz', 'y.warc.gz']
    >>> output_names(["/a/1/x.warc.gz", "/a/2/x.warc.gz"])
    ['1/x.warc.gz', '2/x.warc.gz']
    """
    if "-" in names:
        raise UsageError(
            "the scan read standard input, which cannot be read again: store it in a file and scan"
            " that"
        )
    paths = [_segments(name) for name in names]
    if len({path[-1] for path in paths}) == len(paths):
        return [path[-1] for path in paths]
    first, last = min(path[:-1] for path in paths), max(path[:-1] for path in paths)
    common = next(
        (n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )
    made = ["/".join(path[common:]) for path in paths]
    [(most, times)] = Counter(made).most_common(1)
    if times > 1:
        raise UsageError(
            f"{times} archives of the scan would become the one file {most!r:.80}: scan them into"
            " folders of their own"
        )
    return made


def _segments(name: str) -> list[str]:
    scheme, separator, rest = name.partition("://")
    if not separator:
        return os.path.abspath(name).strip("/").split("/")  # noqa: PTH100 - of a name, not a file
    if scheme.lower() in ("http", "https"):
        rest = rest.partition("?")[0].partition("#")[0]
    return posixpath.normpath(rest).strip("/").split("/")


def locate(inputs: Sequence[LabelledInput], moved: str | None) -> list[str]:
    """Where each archive is to be read: as the scan named it, or below the folder `moved`.

    There, the longest end of its path that leads to a file; else as the scan named it. UsageError
    when local ones are missing or have another size than when they were scanned.
    """
    found = [one.name if moved is None else below(moved, one.name) for one in inputs]
    wrong = [
        problem
        for one, name in zip(inputs, found, strict=True)
        if one.error is None and (problem := _problem(one, name))
    ]
    if wrong:
        more = f"\n  and {len(wrong) - _SHOWN:,} more" if len(wrong) > _SHOWN else ""
        lines = "".join(f"\n  {line}" for line in wrong[:_SHOWN])
        raise UsageError(
            f"these archives are not where, or what, they were when they were scanned:{lines}{more}"
            "\nSay with --archives-in FOLDER where they lie now (a relative name counts from where"
            " the scan ran), or scan them again"
        )
    return found


def _problem(one: LabelledInput, name: str) -> str | None:
    path = Path(name)
    if "://" in name and not path.exists():
        return None  # known when it is opened
    if not path.is_file():
        return f"{name}: there is no such file"
    size = path.stat().st_size
    if one.size is not None and size != one.size:
        return f"{name}: has {size:,} bytes, and had {one.size:,}"
    return None


def below(folder: str, name: str) -> str:
    """Find an archive in a folder it was moved to, with as much of its path as there is there.

    Where it is nowhere, the name that it has if nothing but the folder changed.
    """
    segments = _segments(name)
    base = folder.rstrip("/")
    for first in range(len(segments)):
        candidate = f"{base}/{'/'.join(segments[first:])}"
        if _exists(candidate):
            return candidate
    return name if _exists(name) else f"{base}/{segments[-1]}"


def _exists(name: str) -> bool:
    if "://" not in name:
        return Path(name).is_file()
    try:
        with open_source(name, retry=RetryPolicy(attempts=2)) as source:
            source.read_at(0, 1)
    except InputError:
        return False
    return True


def check_size(source: ByteSource, one: LabelledInput) -> None:
    """InputError when a source, of which the first byte is read, has another size than it had."""
    source.read_at(0, 1)
    if one.size is not None and source.size is not None and source.size != one.size:
        raise InputError(
            f"{source.name}: has {source.size:,} bytes, and had {one.size:,} when it was scanned:"
            " it is another archive now. Scan it again, into a new folder"
        )


def check_apart(archives: Sequence[str], made: Sequence[str], out: str) -> None:
    """UsageError when a file that is to be made is one of the archives."""
    real = {_identity(name): name for name in archives}
    for name in made:
        clash = real.get(_identity(f"{out.rstrip('/')}/{name}"))
        if clash is not None:
            raise UsageError(
                f"{clash}: would be overwritten by what is made of it: name another folder than"
                f" {out}"
            )


def _identity(name: str) -> str:
    return name if "://" in name else os.path.realpath(name)
