"""A folder that every run makes anew: its lock, files in between, and a manifest.

The manifest says "running" until the last file is on disk; a run that was killed is simply given
again.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from detector.write import disk
from detector.write.lock import FolderLock
from detector.write.manifest import LOCK, MANIFEST, as_json

WORK: Final = "work"


class AnewFolder:
    """The part that all such folders have in common, from the making until `close`.

    kind, number: what the manifest calls the format. settings: what stands in every manifest.
    work: an empty folder for files in between, which `close` removes.
    UsageError when another process writes to it; OutputError when it cannot be written.
    """

    def __init__(self, home: Path, kind: str, number: int, settings: Mapping[str, Any]) -> None:
        self.home = home
        self.work = home / WORK
        self._always = {"kind": kind, "format": number, **settings}
        disk.make_folder(home)
        self._lock = FolderLock(home / LOCK)
        with disk.explained(home):
            self._clear()
            self.work.mkdir()

    def write_manifest(self, more: Mapping[str, Any]) -> None:
        """Write what is always said, and this."""
        disk.write_files({self.home / MANIFEST: as_json({**self._always, **more})})

    def close(self) -> None:
        """Remove the files in between and let the next process in."""
        with disk.explained(self.home):
            self._clear()
        self._lock.release()

    def _clear(self) -> None:
        if self.work.exists():
            shutil.rmtree(self.work)
