"""The removal audit: what would go and what of it is human, a sample to read, and refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from detector import Audit, ScanSettings, audit, scan
from detector.errors import OutputError, UsageError
from detector.records import Label
from detector.write import disk
from detector.write.audits import GROUPS, SAMPLE, WRITERS
from tests.pipeline import runs
from tests.pipeline.crawl import write_crawl
from tests.pipeline.scored_scans import Scored, write_scored
from tests.pipeline.test_prevalence import mixed, number


def audited(tmp_path: Path, pages: list[Scored], **options: Any) -> Audit:
    labels = write_scored(tmp_path / "labels", pages)
    return audit(labels, tmp_path / "audit", **{"drop": ["likely-ai"], **options})


def table(folder: Path, name: str = "groups") -> pl.DataFrame:
    return pl.read_parquet(folder / f"{name}.parquet")


@pytest.mark.parametrize(("people", "machines"), [(1600, 0), (1600, 400), (800, 1600)])
def test_the_interval_holds_the_human_texts_among_what_goes(
    tmp_path: Path, people: int, machines: int
) -> None:
    got = audited(tmp_path, mixed(people, machines))
    cut = audited(tmp_path / "people", mixed(people, 0)).dropped
    assert got.scored == got.dropped
    assert number(got.human_low) <= cut <= number(got.human_high)


def test_what_goes_is_what_a_selection_drops(tmp_path: Path) -> None:
    labels = write_scored(tmp_path / "labels", mixed(300, 300))
    expression = "not (words > 900 and score > 0)"
    got = audit(labels, tmp_path / "audit", keep=expression)
    rows = runs.table(labels, "documents")
    assert got.dropped == rows.filter(pl.col("words") > 900, pl.col("score") > 0).height > 0


def test_proven_and_unjudged_documents_are_counted_apart(tmp_path: Path) -> None:
    proven = Scored(-3.0, reasons=("artefact.oaicite",), label=Label.LIKELY_AI)
    got = audited(
        tmp_path, [*mixed(200, 50), *[proven] * 7, *[Scored(None)] * 9],
        drop=["likely-ai", "not-assessed"],
    )  # fmt: skip
    assert (got.proven, got.unjudged) == (7, 9)
    assert got.dropped == 16 + got.scored


def test_every_kind_of_group_adds_up_to_the_whole(tmp_path: Path) -> None:
    pages = [replace(p, host=f"h{n % 3}.org") for n, p in enumerate(mixed(300, 300))]
    got = audited(tmp_path, pages)
    groups = table(tmp_path / "audit")
    assert groups.schema == pl.Schema(GROUPS)
    sums = groups.group_by("by").agg(pl.col("pages", "dropped").sum())
    whole = {by: (pages, gone) for by, pages, gone in sums.iter_rows()}
    assert set(whole) == {"all", "host", "length", "language", "media-type", "suffix"}
    del whole["length"]  # of the shortest there are too few for a row
    assert set(whole.values()) == {(got.pages, got.dropped)}
    assert groups.filter(by="suffix")["group"].to_list() == ["org"]


def test_kinds_of_writer_have_their_rates(tmp_path: Path) -> None:
    audited(tmp_path, mixed(100, 0))
    writers = table(tmp_path / "audit", "writers")
    assert writers.schema == pl.Schema(WRITERS)
    assert "essays by learners of English" in writers["kind"].to_list()
    assert writers["kind"][0] == "recipes"
    assert (writers["low"] <= writers["rate"]).all()
    assert (writers["rate"] <= writers["high"]).all()


def test_the_sample_is_of_what_goes_and_the_same_for_a_seed(tmp_path: Path) -> None:
    pages = [replace(p, text=f"page {n}") for n, p in enumerate(mixed(700, 700))]
    labels = write_scored(tmp_path / "labels", pages, settings={"with_text": True, "budget": None})

    def chosen(name: str, seed: int) -> pl.DataFrame:
        audit(labels, tmp_path / name, drop=["likely-ai"], sample=20, seed=seed)
        return table(tmp_path / name, "sample")

    one = chosen("one", 1)
    assert one.schema == pl.Schema(SAMPLE)
    assert len(one) == one["locator"].n_unique() == 20
    assert set(one["label"]) == {"likely-ai"}
    assert (one["score"] > 0).any()
    texts = runs.table(labels, "documents").select("url", "text")
    read = one.select("url").join(texts, on="url", maintain_order="left")
    assert one.select("url", "text").equals(read)
    assert set(one["text_from"]) == {"scan"}
    assert chosen("again", 1).equals(one)
    assert not chosen("other", 2).equals(one)


def test_each_document_that_goes_is_as_likely_to_be_sampled(tmp_path: Path) -> None:
    pages = [Scored(9.0, 960, text=f"page {n}") for n in range(1200)]
    labels = write_scored(tmp_path / "labels", pages)
    late = 0
    for seed in range(12):
        audit(labels, tmp_path / "audit", drop=["likely-ai"], sample=50, seed=seed)
        urls = table(tmp_path / "audit", "sample")["url"]
        late += sum(int(url.rsplit("/", 1)[1]) >= 600 for url in urls)
    assert 240 < late < 360  # 300 expected, standard deviation 12


def test_texts_are_read_again_from_the_archives(tmp_path: Path) -> None:
    archive = write_crawl(tmp_path / "crawl.warc.gz", 60)
    labels = scan([str(archive)], tmp_path / "labels", workers=1).out
    settings = ScanSettings(with_text=True)
    with_text = scan([str(archive)], tmp_path / "kept", workers=1, settings=settings).out
    options: dict[str, Any] = {"keep": 'label == "never"', "sample": 30}
    got = audit(labels, tmp_path / "audit", **options)
    audit(with_text, tmp_path / "other", **options)
    sample = table(tmp_path / "audit", "sample")
    assert got.texts_missing == 0
    assert sample["text"].to_list() == table(tmp_path / "other", "sample")["text"].to_list()
    assert set(sample["text_from"]) == {"archive"}
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    archive.rename(moved / archive.name)
    gone = audit(labels, tmp_path / "audit", **options)
    assert gone.texts_missing == gone.sampled == len(sample)
    assert "not found" in gone.problems[0]
    assert "could not be read again" in gone.page
    assert audit(labels, tmp_path / "audit", archives=moved, **options).texts_missing == 0
    (moved / archive.name).write_bytes((moved / archive.name).read_bytes()[:2000])
    changed = audit(labels, tmp_path / "audit", archives=moved, **options)
    assert changed.texts_missing > 0


def test_what_came_from_the_crawl_cannot_leave_its_block(tmp_path: Path) -> None:
    hostile = "# no heading\n```\n<script>alert(1)</script>\n\x1b[31m\n| a | b |"
    pages = [Scored(9.0, 960, host="a`b|c.com", text=f"{hostile} {n}") for n in range(40)]
    labels = write_scored(tmp_path / "labels", pages, settings={"with_text": True, "budget": None})
    page = audit(labels, tmp_path / "audit", drop=["likely-ai"]).page
    assert "\x1b" not in page
    lines = page.splitlines()
    foreign = [line for line in lines if "script" in line or "no heading" in line]
    assert all(line.startswith("    ") for line in foreign)
    assert not any(line.startswith(("```", "# no")) for line in lines)
    assert (tmp_path / "audit" / "audit.md").read_text(encoding="utf-8") == page


def test_the_same_audit_gives_the_same_bytes_and_replaces_itself(tmp_path: Path) -> None:
    audited(tmp_path, mixed(200, 100))
    before = runs.identity(tmp_path / "audit")
    audit(tmp_path / "labels", tmp_path / "audit", drop=["likely-ai"])
    assert runs.identity(tmp_path / "audit") == before
    manifest = json.loads((tmp_path / "audit" / "manifest.json").read_text())
    assert {name: digest for name, _, digest in manifest["files"]}.items() <= before.items()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="no audit wrote"):
        audited(tmp_path, mixed(20, 20))
    assert [entry.name for entry in (tmp_path / "audit").iterdir()] == ["notes.txt"]


def test_a_full_disk_leaves_nothing_under_a_final_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _data: bytes) -> None:
        if path.name.startswith("sample"):
            raise OSError(28, "No space left on device")

    labels = write_scored(tmp_path / "labels", mixed(20, 20))
    monkeypatch.setattr(disk, "_write_new", full)
    with pytest.raises(OutputError, match="Free some space"):
        audit(labels, tmp_path / "audit", drop=["likely-ai"])
    assert list((tmp_path / "audit").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"drop": []}, "say what to drop"),
        ({"drop": ["ai"]}, "is no label"),
        ({"drop": [], "keep": "colour == 1"}, "colour"),
        ({"sample": -1}, "--sample"),
        ({"archives": "absent"}, "no such folder"),
    ],
)
def test_a_mistake_in_the_call_is_told_and_nothing_written(
    tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        audited(tmp_path, mixed(20, 20), **options)
    assert not (tmp_path / "audit").exists()


def test_the_command_prints_a_summary_and_json(tmp_path: Path) -> None:
    labels = write_scored(tmp_path / "labels", mixed(200, 100))
    arguments = ("audit", labels, "--drop", "likely-ai", "--out", tmp_path / "audit")
    shown = runs.detector(*arguments)
    assert shown.returncode == 0, shown.stderr
    assert "expected to be human-written" in shown.stdout
    told = json.loads(runs.detector(*arguments, "--json").stdout)
    assert told["pages"] == 300
    assert "page" not in told
