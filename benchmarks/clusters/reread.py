"""What it costs to read texts from an archive again, beside the scan of the same archive."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from detector import Scanner, cluster, scan
from detector.pipeline.archives import find_archives
from detector.pipeline.gather import gather, open_scans
from detector.pipeline.texts import TextsAtHand
from detector.records import LabelledDocument

ARCHIVE = Path(__file__).parents[3] / "shared" / "web" / "labelled.warc.gz"
REPEATS = 3
SPARSE = 10
"""Of the texts one in so many is read again, in the second measurement."""


def measure(archive: Path = ARCHIVE) -> dict[str, Any]:
    """CPU time for each text that is read again, as a share of that for each scanned document."""
    if not archive.exists():
        return {"skipped": f"{archive.name} is not there: see ../shared/web"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scan(str(archive), folder / "labels", workers=1)
        gathered = gather(open_scans([folder / "labels"]))
        texts = int(gathered.documents["text"].max()) + 1  # type: ignore[arg-type]
        every = np.arange(texts, dtype=np.uint32)
        scanned = min(_scanned(archive) for _ in range(REPEATS + 1))  # the first compiles
        found = {
            "archive": archive.name,
            "documents": len(gathered.documents),
            "scan_milliseconds": round(scanned, 3),
        }
        for part, some in (("every_text", every), (f"one_in_{SPARSE}", every[::SPARSE])):
            cost = min(_read_again(folder, some, every) for _ in range(REPEATS))
            found[part] = {
                "texts": len(some),
                "milliseconds": round(cost, 3),
                "of_scan": round(cost / scanned, 3),
            }
        found["clustering"] = _clustered(folder)
    return found


def _scanned(archive: Path) -> float:
    """Milliseconds of CPU for each document of a scan, with models loaded."""
    read = iter(Scanner().read(str(archive)))
    next(read)  # loads the models
    before = time.process_time()
    documents = sum(isinstance(one, LabelledDocument) for one in read)
    return 1000 * (time.process_time() - before) / documents


def _read_again(folder: Path, some: Any, every: Any) -> float:
    """Milliseconds of CPU for each text: reading, extraction, checking, shingles."""
    opened = open_scans([folder / "labels"])
    gathered = gather(opened)
    at_hand = TextsAtHand(opened, find_archives(opened, None))
    before = time.process_time()
    at_hand.read_sets(gathered, some, every, folder / "sets")
    spent = time.process_time() - before
    if at_hand.tally.read != len(some):
        raise RuntimeError(f"only {at_hand.tally.read} of {len(some)} texts could be read again")
    return 1000 * spent / len(some)


def _clustered(folder: Path) -> dict[str, Any]:
    """CPU seconds of a clustering by signatures, and by texts read again."""

    def costs(from_archives: bool) -> Iterator[tuple[float, int]]:
        for _ in range(REPEATS):
            before = time.process_time()
            found = cluster(folder / "labels", folder / "out", from_archives=from_archives)
            yield time.process_time() - before, found.read_again

    alone, again = min(costs(False)), min(costs(True))
    return {
        "signatures_seconds": round(alone[0], 3),
        "from_archives_seconds": round(again[0], 3),
        "read_again": again[1],
    }
