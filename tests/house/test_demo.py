"""What a newcomer types first works: the demo's scan, and the guide's Python example."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from detector.errors import FAULTS, SKIPS
from detector.write import open_labels
from tests.house.source import ROOT

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def run(folder: Path, *arguments: str) -> str:
    """Run Python in a folder; gives its standard output."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    run(folder, str(ROOT / "scripts" / "make_crawl.py"), "crawl")
    run(folder, "-m", "detector", "scan", "crawl", "--out", "labels", "--quiet")
    return folder


def test_every_record_of_the_sample_crawl_is_accounted_for(scanned: Path) -> None:
    shown = json.loads(run(scanned, "-m", "detector", "show", "labels", "--json"))
    assert shown["state"] == "complete"
    # 56 records of 2019, 46 of 2025 (one of them damaged), 13 of the WET file.
    assert shown["books"] == {"records": 115, "documents": 82, "skips": 32, "faults": 1}
    assert [fault["code"] for fault in shown["faults"]] == ["damaged-member"]
    assert set(shown["skips"]) <= set(SKIPS)
    assert {fault["code"] for fault in shown["faults"]} <= set(FAULTS)


def test_the_page_behind_the_damage_is_labelled(scanned: Path) -> None:
    table = pl.read_parquet(list(open_labels(scanned / "labels").documents))
    assert "http://club.example.net/after" in table["url"].to_list()
    assert "http://club.example.net/coded" in table["url"].to_list()


def test_the_labels_of_the_sample_crawl_follow_its_dates_and_voices(scanned: Path) -> None:
    """Pages of 2019 are `pre-llm`; no diary is called a machine's; a forgotten citation mark is."""
    table = pl.read_parquet(list(open_labels(scanned / "labels").documents))
    host = {name: Counter(group["label"]) for (name,), group in table.group_by("host")}
    assert set(host["notes.example.org"]) == {"pre-llm"}
    assert "likely-ai" not in host["club.example.net"]
    assert host["fast.example.com"]["likely-ai"] >= 3


def test_the_settings_in_the_manifest_are_those_that_the_formats_page_names(scanned: Path) -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    manifest = json.loads((scanned / "labels" / "manifest.json").read_bytes())
    row = next(line for line in page.splitlines() if line.startswith("| `settings` |"))
    assert set(re.findall(r"`(\w+)`", row)) == {"settings", *manifest["settings"]}
    assert "policy" in manifest["digests"]


@pytest.mark.parametrize("table", ["documents", "signatures", "unlabelled"])
def test_no_column_holds_a_null_that_may_not(scanned: Path, table: str) -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {table}\n")[1].split("\n## ")[0]
    full = re.findall(r"(?m)^\| `(\w+)` \| [\w ]+ \| no \|", section)
    found = pl.read_parquet(scanned / "labels" / table / "*.parquet")
    assert {name: found[name].null_count() for name in full if name in found.columns} == {
        name: 0 for name in full if name != "text"
    }


def test_the_python_example_of_the_guide_runs(scanned: Path, tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "scan.md").read_text(encoding="utf-8")
    [example] = re.findall(r"(?s)```python\n(.*?)```", guide)
    (tmp_path / "crawl").mkdir()
    shutil.copy(scanned / "crawl" / "crawl-2025.warc.gz", tmp_path / "crawl" / "x.warc.gz")
    (tmp_path / "example.py").write_text(example)
    said = run(tmp_path, "example.py").splitlines()
    assert said[0].startswith("complete ")
    assert Counter(said[1:]) == {"LabelledDocument": 44, "Skip": 1, "Fault": 1}
