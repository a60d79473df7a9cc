"""Real archives, filtered: pairs stay whole, every missing byte is in the ledger.

The scan of the whole labelled crawl, filtered and scanned again, is `python -m benchmarks.filter`.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from detector import filter_warcs
from detector.records import ArchiveRecord, Label
from tests.pipeline import runs
from tests.pipeline.made_labels import write_labels
from tests.pipeline.test_filter import by_fastwarc, by_warcio, identifiers
from tests.read.sources import steps
from tests.read.test_torture import TORTURE, WEB, manifest

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not TORTURE.exists(), reason="needs ../shared/web, which is not here"),
]

PAGES = 250
CAPTURES = ("response", "revisit", "conversion")
FOLLOWERS = ("request", "metadata")


def third(record: ArchiveRecord) -> Label:
    """One page in three goes, by its address."""
    drawn = zlib.crc32((record.url or "").encode("utf-8", "replace")) % 3
    return Label.NO_EVIDENCE if drawn else Label.LIKELY_AI


def without(data: bytes, ledger: pl.DataFrame) -> bytes:
    """The archive without the ranges in the ledger, and without the line ends after plain ones."""
    left, at = bytearray(), 0
    for offset, length in ledger.sort("offset").select("offset", "length").rows():
        left += data[at:offset]
        at = offset + length
        if not data.startswith((b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"), offset):
            at += len(data[at:]) - len(data[at:].lstrip(b"\r\n"))
    return bytes(left + data[at:])


def found_in(data: bytes) -> list[ArchiveRecord]:
    return [step.item for step in steps(data) if isinstance(step.item, ArchiveRecord)]


def events(records: list[ArchiveRecord]) -> list[list[ArchiveRecord]]:
    """Records that name each other, slowly: whatever shares a name is put together."""
    groups: list[tuple[set[str], list[ArchiveRecord]]] = []
    for record in records:
        names = {value.strip("<> ") for name, value in record.headers
                 if name.lower() in ("warc-record-id", "warc-concurrent-to")}  # fmt: skip
        near = [group for group in groups if group[0] & names]
        groups = [group for group in groups if not group[0] & names]
        together = [one for group in near for one in group[1]]
        groups.append((names.union(*(group[0] for group in near)), [*together, record]))
    return [group for _, group in groups]


def key(record: ArchiveRecord) -> tuple[str, str | None, str | None, int]:
    return record.type, record.record_id, record.url, record.block_length


@pytest.fixture(scope="module")
def filtered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, pl.DataFrame]]:
    """What is left of each archive, and its rows in the ledger; one filtering of all of them."""
    folder = tmp_path_factory.mktemp("torture")
    paths = [TORTURE / name for name in manifest()]
    out = folder / "out"
    labels = write_labels(folder / "labels", paths, third, part=500)
    found = filter_warcs(labels, out, drop=["likely-ai"])
    assert found.state == "complete"
    assert found.records == found.kept + sum(found.dropped.values())
    ledger = pl.read_parquet(out / "ledger" / "*.parquet")
    inputs = json.loads((out / "manifest.json").read_bytes())["inputs"]
    made = {}
    for name, entry in zip(manifest(), inputs, strict=True):
        rows = ledger.filter(file=entry["name"])
        assert entry["records"] == entry["kept"] + len(rows)
        assert entry["dropped"] == dict(rows["why"].value_counts().rows())
        made[name] = (out / entry["archive"], rows)
    return made


@pytest.mark.long
@pytest.mark.parametrize("name", manifest())
def test_captures_stay_or_go_whole_and_the_ledger_holds_what_is_missing(
    name: str, filtered: dict[str, tuple[Path, pl.DataFrame]]
) -> None:
    path, ledger = filtered[name]
    data, left = (TORTURE / name).read_bytes(), path.read_bytes()
    if ledger["inner"].null_count() == len(ledger):
        assert left == without(data, ledger)

    before, after = found_in(data), found_in(left)
    stays = Counter(map(key, after))
    assert stays <= Counter(map(key, before))
    assert not [one for one in after if one.type == "response" and third(one) is Label.LIKELY_AI]
    for event in events(before):
        captures = [key(one) for one in event if one.type in CAPTURES]
        followers = [key(one) for one in event if one.type in FOLLOWERS]
        if captures and any(stays[capture] for capture in captures):
            assert all(stays[follower] for follower in followers)
        elif captures:
            assert not any(stays[follower] for follower in followers)
    for reader in (by_warcio, by_fastwarc):
        if identifiers(reader, TORTURE / name) == [one.record_id for one in before]:
            assert identifiers(reader, path) == [one.record_id for one in after]


def test_a_scan_of_what_is_left_finds_no_likely_ai(tmp_path: Path) -> None:
    """The first pages of the labelled crawl, scanned, filtered, and scanned again."""
    data = (WEB / "labelled.warc.gz").read_bytes()[: 16 << 20]
    places = [step.item.locator for step in steps(data)][: PAGES + 1]
    archive = tmp_path / "crawl.warc.gz"
    archive.write_bytes(data[: places[-1].offset + places[-1].length])

    runs.scan(archive, "--out", tmp_path / "labels", "--workers", "1")
    done = runs.detector(
        "filter", tmp_path / "labels", "--drop", "likely-ai", "--out", tmp_path / "o"
    )
    assert done.returncode == 0, done.stderr
    runs.scan(tmp_path / "o" / archive.name, "--out", tmp_path / "again", "--workers", "1")

    first, second = (runs.table(tmp_path / name, "documents") for name in ("labels", "again"))
    ledger = pl.read_parquet(tmp_path / "o" / "ledger" / "*.parquet")
    assert len(ledger) == (first["label"] == "likely-ai").sum() > 10
    assert not (second["label"] == "likely-ai").any()
    columns = ["record_id", "fingerprint", "label", "score", "length"]
    assert second.select(columns).equals(
        first.filter(pl.col("label") != "likely-ai").select(columns)
    )
    left = (tmp_path / "o" / archive.name).read_bytes()
    assert left == without(archive.read_bytes(), ledger)
