"""One crawl and one uninterrupted scan of it, which many tests compare with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.crawl import write_crawl
from tests.pipeline.runs import scan

PART = ("--part-size", "25")


@pytest.fixture(scope="session")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two archives: 401 records in one, 61 in the other."""
    folder = tmp_path_factory.mktemp("crawl")
    write_crawl(folder / "a.warc.gz", 200)
    write_crawl(folder / "b.warc", 30, seed=2, gzip=False)
    return folder


@pytest.fixture(scope="session")
def labels(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one worker makes of the crawl without interruption, in parts of 25 documents."""
    out = tmp_path_factory.mktemp("whole") / "labels"
    scan(crawl, "--out", out, "--workers", "1", *PART)
    return out
