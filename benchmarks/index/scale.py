"""An index of very many made-up documents: python -m benchmarks.index.scale STEP INDEX [NUMBER].

Documents are drawn, not written: random exact hashes, signatures and dates, and as many random
shingle keys as a text of 600 words keeps on average; ids look like those of a corpus in Parquet. So
nothing but the index is measured. Each step is a process of its own and prints JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from detector.fingerprint.containment import KEY_BITS, MODULUS, WORDS, Sample
from detector.fingerprint.index_build import Known
from detector.fingerprint.index_change import add, build
from detector.fingerprint.index_lookup import KnownIndex
from detector.records import Fingerprint

LENGTH = 600  # words of a text
KEPT = (LENGTH - WORDS + 1) / MODULUS
BLOCK = 4096
LOOKUPS = 20_000
ADDED = 1000


def documents(count: int, seed: int, *, signed: bool) -> Iterator[Known]:
    """Draw so many documents."""
    rng = np.random.default_rng(seed)
    nowhere = np.empty(0, np.int64)
    for first in range(0, count, BLOCK):
        exact = rng.bytes(16 * BLOCK).hex()
        signatures = rng.bytes(512 * BLOCK) if signed else b""
        kept = rng.poisson(KEPT, BLOCK)
        keys = np.split(
            rng.integers(0, 1 << KEY_BITS, kept.sum(), dtype=np.uint32), np.cumsum(kept)[:-1]
        )
        days = rng.integers(0, 7000, BLOCK)
        for at in range(min(BLOCK, count - first)):
            yield Known(
                f"data/train-{(first + at) // 100_000:05d}.parquet#{(first + at) % 100_000}",
                LENGTH,
                exact[32 * at : 32 * at + 32],
                signatures[512 * at : 512 * at + 512],
                Sample(keys[at], nowhere, nowhere),
                date(2003, 1, 1) + timedelta(days=int(days[at])),
            )


def built(path: Path, count: int, *, signed: bool) -> dict[str, Any]:
    """Build; the drawing alone is timed apart and taken off."""
    began = time.process_time()
    for _ in documents(count, 1, signed=signed):
        pass
    drawing = time.process_time() - began
    began = time.process_time()
    build(path, "ai", documents(count, 1, signed=signed))
    return {"cpu": time.process_time() - began - drawing, "size": path.stat().st_size}


def added(path: Path) -> dict[str, Any]:
    """Add a thousand documents."""
    signed = KnownIndex(path).file.shape.signatures
    began = time.process_time()
    add(path, documents(ADDED, 99, signed=signed))
    return {"cpu": time.process_time() - began}


def looked_up(path: Path) -> dict[str, Any]:
    """Open, then look up pages that are unknown, and pages that hold a known text."""
    began = time.perf_counter()
    index = KnownIndex(path)
    opening = time.perf_counter() - began
    signed = index.file.shape.signatures
    unknown = list(documents(LOOKUPS, 7, signed=signed))
    known = list(documents(LOOKUPS // 10, 1, signed=signed))
    rates = {}
    for name, pages in (("unknown", unknown), ("equal", known), ("inside", _altered(known))):
        for _ in range(2):  # the first brings the file's pages into memory
            began = time.process_time()
            found = sum(bool(_find(index, page)) for page in pages)
            rates[name] = len(pages) / (time.process_time() - began)
        wanted = 0 if name == "unknown" else len(pages)
        assert found >= 0.98 * wanted, (name, found)
        assert wanted or not found, (name, found)
    return {"open": opening, "rates": rates}


def _altered(pages: list[Known]) -> list[Known]:
    """Pages that hold a known text, but are not equal to it; those with enough kept shingles."""
    assert all(page.sample is not None for page in pages)
    return [
        Known(page.id, page.words, "0" * 32, page.signature, page.sample, None)
        for page in pages
        if page.sample is not None and len(page.sample.keys) >= 3
    ]


def _find(index: KnownIndex, page: Known) -> list[Any]:
    assert page.sample is not None
    keys = page.sample.keys
    places = np.arange(len(keys), dtype=np.int64)
    held = Sample(keys, places, places + 1)
    return index.find(Fingerprint("", page.exact, page.signature), held, LENGTH, 4000)


def peak() -> float:
    """Most resident memory of this process, in megabytes; getrusage counts its parent's too."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def main() -> None:
    """Run one step."""
    step, path = sys.argv[1], Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    if step == "add":
        found = added(path)
    elif step == "look-up":
        found = looked_up(path)
    else:
        found = built(path, count, signed=step == "build-signed")
    print(json.dumps({**found, "peak": peak()}))


if __name__ == "__main__":
    main()
