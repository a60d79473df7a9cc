"""Exports of a finished scan: golden files of every format, selections, and what is refused."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from detector import ExportSettings, ScanSettings, cluster, export, parse_locator, scan
from detector.errors import OutputError, UsageError
from detector.pipeline import export_annotation
from detector.pipeline.export_settings import FORMATS
from detector.write import disk
from tests.house.source import ROOT
from tests.pipeline import runs
from tests.pipeline.made_export import CRAWL, DOCUMENTS, Made, write_made

GOLDEN = Path(__file__).parent / "golden_export"
needs_surt = pytest.mark.skipif(
    export_annotation.installed() is None, reason="the extra `annotation` is not installed"
)


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_made(tmp_path_factory.mktemp("made") / "labels")


def lines(folder: Path) -> list[dict[str, Any]]:
    """The objects of all JSON lines below a folder, in the order of the files."""
    files = sorted(folder.rglob("*.jsonl.gz"))
    return [json.loads(line) for file in files for line in gzip.open(file)]


def identity(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def golden(name: str) -> list[Any]:
    """The lines of a golden file; they are compared as values, digits of floats included."""
    return [
        json.loads(line) for line in (GOLDEN / name).read_text(encoding="utf-8").split("\n")[:-1]
    ]


def test_jsonl_is_as_specified(labels: Path, tmp_path: Path) -> None:
    done = export(labels, tmp_path / "out", "jsonl")
    assert lines(tmp_path / "out") == golden("jsonl.jsonl")
    assert (done.documents, done.rows, done.files, done.left_out) == (6, 6, 2, 0)
    assert sorted(runs.identity(tmp_path / "out")) == [
        "manifest.json", "part-00000-0000.jsonl.gz", "part-00000-0001.jsonl.gz",
    ]  # fmt: skip


def test_weights_are_as_specified(labels: Path, tmp_path: Path) -> None:
    export(labels, tmp_path / "out", "weights", ExportSettings(power=2, table="jsonl"))
    assert lines(tmp_path / "out") == golden("weights.jsonl")


def test_weights_in_parquet_are_the_same(labels: Path, tmp_path: Path) -> None:
    export(labels, tmp_path / "out", "weights", ExportSettings(power=2))
    found = pl.read_parquet(tmp_path / "out" / "*.parquet")
    wanted = golden("weights.jsonl")
    assert found["weight"].to_list() == [row["weight"] for row in wanted]
    assert found["locator"].to_list() == [row["locator"] for row in wanted]
    assert [str(parse_locator(one)) for one in found["locator"]] == found["locator"].to_list()
    assert found.schema["weight"] == pl.Float64


def test_a_weight_is_that_power_of_one_minus_the_probability(labels: Path, tmp_path: Path) -> None:
    for power in (0.5, 1, 3):
        export(labels, tmp_path / "out", "weights", ExportSettings(power=power))
        found = pl.read_parquet(tmp_path / "out" / "*.parquet")["weight"].to_list()
        likely = 1 - float(pl.Series([0.96], dtype=pl.Float32)[0])
        assert found == [pytest.approx(likely**power), 0.0, 0.75**power, 1.0, 1.0, 0.5**power]


def test_dolma_attributes_are_as_specified(labels: Path, tmp_path: Path) -> None:
    export(labels, tmp_path / "out", "dolma", ExportSettings(write_documents=True))
    assert lines(tmp_path / "out" / "attributes" / "detector") == golden("attributes.jsonl")
    assert lines(tmp_path / "out" / "documents") == golden("documents.jsonl")


@needs_surt
def test_the_annotation_is_as_specified(labels: Path, tmp_path: Path) -> None:
    done = export(labels, tmp_path / "out", "cc-annotation", ExportSettings(name="ours"))
    found = pl.read_parquet(
        tmp_path / "out" / f"crawl={CRAWL}" / "*.parquet", hive_partitioning=False
    )
    told = found.with_columns(pl.col("fetch_time").dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ"))
    assert [json.loads(line) for line in told.write_ndjson().splitlines()] == golden(
        "annotation.jsonl"
    )
    assert found.schema["fetch_time"] == pl.Datetime("us", "UTC")
    assert (done.rows, done.left_out) == (5, 1)


@pytest.mark.parametrize("format_", FORMATS)
def test_two_exports_give_the_same_bytes(labels: Path, tmp_path: Path, format_: str) -> None:
    if format_ == "cc-annotation" and export_annotation.installed() is None:
        pytest.skip("the extra `annotation` is not installed")
    for name in ("one", "two"):
        export(labels, tmp_path / name, format_)
    assert identity(tmp_path / "one") == identity(tmp_path / "two") != {}


def test_what_a_selection_leaves_out_has_no_row_weighs_nothing_and_is_not_kept(
    labels: Path, tmp_path: Path
) -> None:
    chosen = ExportSettings(drop=("likely-ai",), keep='label != "uncertain"')
    plain = export(labels, tmp_path / "jsonl", "jsonl", chosen)
    assert [row["ordinal"] for row in lines(tmp_path / "jsonl")] == [2, 3, 4]
    assert (plain.rows, plain.left_out) == (3, 3)
    export(labels, tmp_path / "weights", "weights", chosen)
    weights = pl.read_parquet(tmp_path / "weights" / "*.parquet")["weight"]
    assert weights.to_list() == [0.0, 0.0, 0.75, 1.0, 1.0, 0.0]
    export(labels, tmp_path / "dolma", "dolma", chosen)
    attributes = [row["attributes"]["detector__kept"] for row in lines(tmp_path / "dolma")]
    assert [spans[0][2] for spans in attributes] == [0, 0, 1, 1, 1, 0]


def test_with_clusters_the_label_is_that_of_all_copies(tmp_path: Path) -> None:
    text = " ".join(f"word{n}" for n in range(60))
    one, two = DOCUMENTS[0], DOCUMENTS[2]
    made = tuple(
        Made(text, d.label, d.score, d.probability, d.p_value, d.reasons) for d in (one, two)
    )
    scan = write_made(tmp_path / "labels", made)
    cluster(scan, tmp_path / "clusters")
    export(scan, tmp_path / "out", "jsonl", ExportSettings(clusters=tmp_path / "clusters"))
    rows = lines(tmp_path / "out")
    assert len({row["label"] for row in rows}) == 1
    assert [row["own_label"] for row in rows] == ["likely-ai", "no-evidence"]


def test_a_scan_without_documents_gives_files_without_rows(tmp_path: Path) -> None:
    scan = write_made(tmp_path / "labels", ())
    for format_ in ("jsonl", "weights", "dolma"):
        assert export(scan, tmp_path / format_, format_).documents == 0


@needs_surt
def test_the_annotation_is_sorted_over_files_that_fit_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs of 50 rows, samples of every fifth key, files of about fifty rows, two crawls."""
    monkeypatch.setattr(export_annotation, "ROWS_A_FILE", 50)
    monkeypatch.setattr(export_annotation, "_SAMPLES_A_FILE", 10)
    urls = [f"http://h{n * 37 % 101}.example/{n % 7}" for n in range(500)]
    made = tuple(Made("text", DOCUMENTS[2].label, url=url) for url in urls)
    scan = write_made(tmp_path / "labels", made, part=20)
    done = export(scan, tmp_path / "out", "cc-annotation")
    files = sorted((tmp_path / "out").rglob("*.parquet"))
    tables = [pl.read_parquet(file) for file in files]
    keys = [key for table in tables for key in table["url_surtkey"]]
    assert keys == sorted(keys)
    assert (len(keys), done.rows, done.files) == (500, 500, len(files))
    assert sorted(u for table in tables for u in table["url"]) == sorted(urls)
    assert len(files) > 3
    assert max(map(len, tables)) <= 150


@needs_surt
def test_the_annotation_joins_a_url_index_in_duckdb(labels: Path, tmp_path: Path) -> None:
    """By the three columns that Common Crawl names, in the types that its index has."""
    duckdb = pytest.importorskip("duckdb")
    export(labels, tmp_path / "out", "cc-annotation")
    index = tmp_path / "cc-index" / f"crawl={CRAWL}" / "subset=warc"
    index.mkdir(parents=True)
    moment = datetime(2024, 5, 18, 1, 58, 10, tzinfo=timezone.utc)
    keys = ["com,example)/a?a=1&b=2", "example,b)/x", "example,other)/"]
    urls = pl.DataFrame({"url_surtkey": keys, "fetch_time": [moment] * 3, "url": keys})
    urls.write_parquet(index / "part-0.parquet")
    page = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    query = page.split("```sql\n")[1].split("```")[0]
    for folder in ("cc-index", "annotation"):
        place = tmp_path / ("out" if folder == "annotation" else folder)
        query = query.replace(f"'{folder}/", f"'{place}/")
    found = duckdb.sql(query.rstrip("; \n")).fetchall()
    assert sorted(found) == [(key, "likely-ai") for key in keys[:2]]


@needs_surt
@pytest.mark.shared
def test_a_page_of_common_crawl_has_the_key_and_time_of_its_index(tmp_path: Path) -> None:
    """The key and time are those that Common Crawl's own tour shows for this capture."""
    archive = (
        ROOT.parent
        / "shared"
        / "web"
        / "torture"
        / "commoncrawl+whirlwind-python__whirlwind.warc.gz"
    )
    if not archive.exists():
        pytest.skip("the shared archives are not here")
    scan([str(archive)], tmp_path / "labels", settings=ScanSettings(min_words=1), workers=1)
    export(tmp_path / "labels", tmp_path / "out", "cc-annotation", ExportSettings(crawl=CRAWL))
    found = pl.read_parquet(tmp_path / "out" / "**" / "*.parquet")
    moment = datetime(2024, 5, 18, 1, 58, 10, tzinfo=timezone.utc)
    assert found.select("url_surtkey", "fetch_time").rows() == [
        ("org,wikipedia,an)/wiki/escopete", moment)
    ]


def test_the_page_names_the_columns_that_are_written(labels: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    for section, golden_file in (
        ("weights", "weights.jsonl"),
        ("cc-annotation", "annotation.jsonl"),
    ):
        text = page.split(f"\n## {section}\n")[1].split("\n## ")[0]
        cells = re.findall(r"(?m)^\| (`[^|]+`) \|", text)
        named = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
        keys = [key.replace("ours_", "detector_") for key in golden(golden_file)[0]]
        assert named == keys
    text = page.split("\n## dolma\n")[1].split("\n## ")[0]
    cells = re.findall(r"(?m)^\| (`detector__[^|]+`) \|", text)
    named = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(named) == sorted(golden("attributes.jsonl")[0]["attributes"])


def test_the_page_names_the_keys_of_the_manifest(labels: Path, tmp_path: Path) -> None:
    export(labels, tmp_path / "out", "jsonl")
    page = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    text = page.split("\n## manifest.json\n")[1].split("\n## ")[0]
    keys = re.findall(r"(?m)^\| `(\w+)` \|", text)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert keys == list(manifest)
    row = next(line for line in text.splitlines() if line.startswith("| `found`"))
    assert set(re.findall(r"`(\w+)`", row)) == {"found", *manifest["found"]}


@needs_surt
def test_each_crawl_of_a_scan_has_a_folder_of_its_own(tmp_path: Path) -> None:
    scan = write_made(tmp_path / "labels", file="x.warc.gz")
    with pytest.raises(UsageError, match="--crawl"):
        export(scan, tmp_path / "out", "cc-annotation")
    assert not (tmp_path / "out").exists()
    export(scan, tmp_path / "out", "cc-annotation", ExportSettings(crawl="NEWS-1"))
    assert set(pl.read_parquet(tmp_path / "out" / "**" / "*.parquet")["crawl"]) == {"NEWS-1"}


def test_a_crawl_whose_keys_no_sample_would_meet_keeps_its_rows(tmp_path: Path) -> None:
    """Samples are taken for each crawl of a run."""
    runs_ = export_annotation.Runs(tmp_path)
    rows = pl.DataFrame({"crawl": ["a"] * 5 + ["b"], "url_surtkey": [*"abcdef"]}).with_columns(
        fetch_time=None, warc_filename=pl.lit("x"), ordinal=0
    )
    runs_.add(rows)
    runs_.close()
    assert [(cut.crawl, len(runs_.rows(cut))) for cut in runs_.cuts()] == [("a", 5), ("b", 1)]


def test_the_annotation_says_what_to_install(
    labels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_annotation, "installed", lambda: None)
    with pytest.raises(UsageError, match=r"\[annotation\]"):
        export(labels, tmp_path / "out", "cc-annotation")


@needs_surt
@pytest.mark.parametrize(
    "url",
    ["http://[", "http://[::1]:99999/", "", "x", "http://é.example/ü", "http://a/%%%", "\x00"],
)
def test_an_address_that_is_none_has_a_key_or_no_row(tmp_path: Path, url: str) -> None:
    scan = write_made(tmp_path / "labels", (Made("text", DOCUMENTS[2].label, url=url),))
    done = export(scan, tmp_path / "out", "cc-annotation")
    assert done.rows + done.left_out == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (ExportSettings(power=2), "--power is an option of weights"),
        (ExportSettings(crawl="X"), "--crawl is an option"),
        (ExportSettings(documents="x"), "--documents is an option of dolma"),
        (ExportSettings(keep="no_such == 1"), "no_such"),
        (ExportSettings(drop=("human",)), "human"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(
    labels: Path, tmp_path: Path, settings: ExportSettings, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        export(labels, tmp_path / "out", "jsonl", settings)
    assert not (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("format_", "settings"),
    [
        ("weights", ExportSettings(power=0)),
        ("weights", ExportSettings(power=float("nan"))),
        ("weights", ExportSettings(table="csv")),
        ("dolma", ExportSettings(name="a-b")),
        ("dolma", ExportSettings(id="name")),
        ("dolma", ExportSettings(documents="x", write_documents=True)),
        ("cc-annotation", ExportSettings(crawl="../x")),
        ("csv", ExportSettings()),
    ],
)
def test_values_that_make_no_sense_are_refused(
    labels: Path, tmp_path: Path, format_: str, settings: ExportSettings
) -> None:
    with pytest.raises(UsageError):
        export(labels, tmp_path / "out", format_, settings)


def test_an_unfinished_scan_is_refused(tmp_path: Path) -> None:
    scan = write_made(tmp_path / "labels", finish=False)
    with pytest.raises(UsageError, match="unfinished"):
        export(scan, tmp_path / "out", "jsonl")


def test_labels_of_another_format_are_refused(tmp_path: Path) -> None:
    scan = write_made(tmp_path / "labels")
    path = scan / "manifest.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(OutputError, match="written in format"):
        export(scan, tmp_path / "out", "jsonl")


def test_a_folder_that_holds_something_else_is_refused(labels: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs.txt").write_text("mine")
    with pytest.raises(UsageError, match="theirs"):
        export(labels, tmp_path, "jsonl")


def test_a_full_disk_leaves_nothing_half_written(
    labels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write

    def full(handle: int, data: bytes) -> int:
        if len(data) > 400 and b"manifest" not in bytes(data[:20]) and data[:2] == b"\x1f\x8b":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, data)

    monkeypatch.setattr(disk.os, "write", full)
    with pytest.raises(OutputError, match="Free some space"):
        export(labels, tmp_path / "out", "jsonl")
    monkeypatch.undo()
    left = {path.name for path in (tmp_path / "out").iterdir()}
    assert left == {"manifest.json", "lock"}
    assert json.loads((tmp_path / "out" / "manifest.json").read_bytes())["state"] == "running"
    export(labels, tmp_path / "out", "jsonl")
    assert len(lines(tmp_path / "out")) == 6


def test_the_command_says_what_it_wrote(labels: Path, tmp_path: Path) -> None:
    done = runs.detector("export", labels, "--format", "weights", "--out", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert "6 rows in 2 files, of 6 documents" in done.stdout
    done = runs.detector(
        "export", labels, "--format", "jsonl", "--drop", "likely-ai", "--json", "--out",
        tmp_path / "json",
    )  # fmt: skip
    assert json.loads(done.stdout)["left_out"] == 2


def test_the_command_ends_a_mistake_with_one_message(labels: Path, tmp_path: Path) -> None:
    done = runs.detector(
        "export", labels, "--format", "jsonl", "--power", "2", "--out", tmp_path / "x"
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
