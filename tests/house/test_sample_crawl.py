"""The crawl that `make demo` scans is the same every time and has the troubles it promises."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from tests.house.source import ROOT


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make(tmp_path_factory.mktemp("crawl"))


def _make(folder: Path) -> Path:
    script = ROOT / "scripts" / "make_crawl.py"
    subprocess.run([sys.executable, script, folder], check=True, capture_output=True)
    return folder


def test_two_runs_write_the_same_bytes(crawl: Path, tmp_path: Path) -> None:
    again = _make(tmp_path)
    names = sorted(path.name for path in crawl.iterdir())
    assert names == sorted(path.name for path in again.iterdir())
    assert all((crawl / n).read_bytes() == (again / n).read_bytes() for n in names)


def test_the_old_crawl_holds_every_kind_of_record(crawl: Path) -> None:
    with (crawl / "crawl-2019.warc.gz").open("rb") as file:
        kinds = Counter(record.rec_type for record in ArchiveIterator(file))
    assert kinds == {"warcinfo": 1, "request": 24, "response": 30, "revisit": 1}


def test_the_new_crawl_stops_a_reader_that_does_not_look_for_the_next_member(crawl: Path) -> None:
    """warcio reads up to the damaged member, and never sees the page that follows it."""
    seen: list[str] = []
    with (crawl / "crawl-2025.warc.gz").open("rb") as file, pytest.raises(ArchiveLoadFailed):
        seen.extend(r.rec_headers.get_header("WARC-Target-URI") for r in ArchiveIterator(file))
    assert seen[-1] == "http://club.example.net/coded"


def test_a_missing_folder_name_is_the_caller_s_mistake() -> None:
    script = ROOT / "scripts" / "make_crawl.py"
    run = subprocess.run([sys.executable, script], check=False, capture_output=True, text=True)
    assert run.returncode != 0
    assert "name the folder" in run.stderr
