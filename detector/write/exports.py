"""The output of an export: files of any format, and a manifest that says they are whole.

The formats are the promise of docs/export.md. A folder is made anew by every run: its manifest says
"running", and which files are on their way, until the last of them is on disk; a run that was
killed is simply given again.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detector.errors import OutputError, UsageError
from detector.write import disk
from detector.write.anew import WORK, AnewFolder
from detector.write.manifest import COMPLETE, LOCK, MANIFEST, RUNNING
from detector.write.opening import sha256

KIND: Final = "detector export"
EXPORT_FORMAT: Final = 1

_MARK: Final = f'"kind": "{KIND}"'.encode()
_SHOWN: Final = 5


class ExportFolder(AnewFolder):
    """One export's output, from its making until `close`.

    root: what the names of files are relative to. home: the folder of the manifest, the root itself
    or below it. trees: the folders that are the export's alone, each below the root or the root.
    work: an empty folder for files in between, which `close` removes. What an earlier export wrote
    stays until `begin`. UsageError when a tree holds anything else than an earlier export, or when
    another process writes to it; OutputError when it cannot be written.
    """

    def __init__(
        self, root: Path, settings: Mapping[str, Any], *, home: str = ".", trees: Sequence[str] = ()
    ) -> None:
        self.root = root
        self._written: list[list[str | int]] = []
        self._made: set[Path] = set()
        self._earlier = _earlier(root / home)
        for tree in {home, *trees}:
            _check_ours(root, root / tree, root / home, self._earlier)
        super().__init__(root / home, KIND, EXPORT_FORMAT, settings)

    def begin(self, names: Sequence[str]) -> None:
        """Take away what an earlier export wrote; names: of the files that are to come."""
        planned = sorted({*names, *self._earlier})
        self.write_manifest({"state": RUNNING, "files": [[name] for name in planned]})
        old = [self.root / name for name in self._earlier]
        both = [*old, *(path.with_name(path.name + disk.TEMPORARY) for path in old)]
        disk.remove([path for path in both if path.exists()])
        self.write_manifest({"state": RUNNING, "files": [[name] for name in sorted(names)]})

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write some files, by name; each is absent or whole, whatever happens meanwhile."""
        paths = {self.root / name: data for name, data in files.items()}
        for parent in {path.parent for path in paths} - self._made:
            disk.make_folder(parent)
            self._made.add(parent)
        disk.write_files(paths)
        self._written += [[name, len(data), sha256(data)] for name, data in files.items()]

    def finish(self, found: Mapping[str, Any]) -> None:
        """Say that all files are written, and what is in them."""
        written = sorted(self._written, key=lambda one: str(one[0]))
        self.write_manifest({"state": COMPLETE, "found": dict(found), "files": written})


def gzipped(data: bytes) -> bytes:
    """Compress without name and time, so that equal bytes give equal bytes."""
    return gzip.compress(data, 6, mtime=0)


def _earlier(home: Path) -> list[str]:
    """The files of an earlier export, by its manifest; none where there is no manifest."""
    path = home / MANIFEST
    with disk.explained(path, "read"):
        if not path.exists():
            return []
        data = path.read_bytes()
    if _MARK not in data[:100]:
        raise UsageError(
            f"{home}: holds a {MANIFEST} that no export wrote: choose an empty or a new folder"
        )
    try:
        names = [_inside(one[0]) for one in json.loads(data)["files"]]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise OutputError(
            f"{path}: damaged ({error!r:.60}): it was changed by something else; remove this folder"
            " and export again"
        ) from error
    return names


def _inside(name: str) -> str:
    """A name that leads to no place outside the folder; ValueError for any other."""
    if ".." in Path(name).parts or Path(name).is_absolute():
        raise ValueError(name[:60])
    return name


def _check_ours(root: Path, tree: Path, home: Path, earlier: Sequence[str]) -> None:
    """UsageError where a tree holds what no export wrote."""
    with disk.explained(tree, "read"):
        if not tree.exists():
            return
        if not tree.is_dir():
            raise UsageError(f"{tree}: is a file: name a folder for the export")
        own = {root / name for name in earlier}
        own |= {path.with_name(path.name + disk.TEMPORARY) for path in own}
        own |= {home / name for name in (MANIFEST, MANIFEST + disk.TEMPORARY, LOCK)}
        foreign = sorted(
            path.relative_to(tree).as_posix()
            for path in tree.rglob("*")
            if not path.is_dir() and path not in own and home / WORK not in path.parents
        )
    if foreign:
        shown = ", ".join(repr(name[:60]) for name in foreign[:_SHOWN])
        raise UsageError(
            f"{tree}: holds files that no export wrote ({shown}): choose an empty or a new folder"
        )
