"""datatrove: our blocks in real local pipelines, over an archive and over a scan of it."""

from __future__ import annotations

import gzip
import json
import pickle
from pathlib import Path
from typing import Any

import polars as pl
import pytest

pytest.importorskip("datatrove", reason="the extra `datatrove` is not installed")

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers.jsonl import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter

from detector import Labeller
from detector.contrib.datatrove import DetectorFilter, LabelReader
from detector.errors import UsageError
from scripts.crawl_texts import ASSISTANT, DIARY
from tests.pipeline.made_export import write_made
from tests.pipeline.told_crawl import scan_told


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("told")
    scan_told(folder)
    return folder


def execute(steps: list[Any], logs: Path, tasks: int = 1) -> None:
    LocalPipelineExecutor(steps, tasks=tasks, workers=1, logging_dir=str(logs)).run()


def lines(folder: Path) -> list[dict[str, Any]]:
    files = sorted(folder.rglob("*.jsonl.gz"))
    return [json.loads(line) for file in files for line in gzip.open(file)]


def test_a_pipeline_over_an_archive_drops_the_machine_s_pages(told: Path, tmp_path: Path) -> None:
    """WARC, main text, our filter, and what is dropped to a place of its own."""
    pytest.importorskip("trafilatura")
    pytest.importorskip("magic")
    from datatrove.pipeline.extractors import Trafilatura
    from datatrove.pipeline.readers.warc import WarcReader

    dropped = JsonlWriter(str(tmp_path / "dropped"))
    steps = [
        WarcReader(str(told), glob_pattern="*.warc.gz"),
        Trafilatura(),
        DetectorFilter(exclusion_writer=dropped),
        JsonlWriter(str(tmp_path / "kept")),
    ]
    execute(steps, tmp_path / "logs")
    kept, gone = lines(tmp_path / "kept"), lines(tmp_path / "dropped")
    assert len(kept) + len(gone) == 24
    assert {int(row["id"].rstrip(">")[-12:]) % 3 for row in kept} == {0}
    assert {int(row["id"].rstrip(">")[-12:]) % 3 for row in gone} == {1, 2}
    assert {row["metadata"]["filter_reason"] for row in gone} == {"likely-ai"}
    assert {row["metadata"]["detector_label"] for row in kept} == {"no-evidence"}
    [again] = Labeller().label([gone[0]["text"]])
    assert gone[0]["metadata"]["detector_p_value"] == again.p_value
    assert gone[0]["metadata"]["detector_spans"] == [
        [span.start, span.end, span.score] for span in again.spans
    ]


def test_a_pipeline_over_labels_reads_every_document_with_its_columns(
    told: Path, tmp_path: Path
) -> None:
    """Two tasks share the parts; the texts are read from the archive again."""
    steps = [LabelReader(told / "labels"), JsonlWriter(str(tmp_path / "out"))]
    execute(steps, tmp_path / "logs", tasks=2)
    found = {row["id"]: row for row in lines(tmp_path / "out")}
    table = pl.read_parquet(told / "labels" / "documents" / "*.parquet")
    assert len(found) == len(table) == 24
    for row in table.iter_rows(named=True):
        one = found[f"{row['file']}@{row['offset']}+{row['length']}"]
        assert len(one["text"]) == row["chars"]
        said = one["metadata"]
        assert (said["label"], said["url"], said["ordinal"], said["spans"]) == (
            row["label"], row["url"], row["ordinal"], row["spans"],
        )  # fmt: skip
        assert said["captured"] == "2025-01-02T03:04:05Z"
    assert len(list((tmp_path / "out").glob("*.gz"))) == 2


def test_the_reader_selects_and_the_filter_agrees_with_the_scan(told: Path, tmp_path: Path) -> None:
    steps = [
        LabelReader(told / "labels", drop=("likely-ai",), keep='url != "http://site0.example/0"'),
        DetectorFilter(),
        JsonlWriter(str(tmp_path / "out")),
    ]
    execute(steps, tmp_path / "logs")
    kept = lines(tmp_path / "out")
    assert len(kept) == 7
    for row in kept:
        assert row["metadata"]["detector_label"] == row["metadata"]["label"]
        assert row["metadata"]["detector_policy"] == row["metadata"]["policy"]


def test_limit_and_skip_count_documents(told: Path) -> None:
    every = [document.id for document in LabelReader(told / "labels").run()]
    some = [document.id for document in LabelReader(told / "labels", limit=3, skip=2).run()]
    assert some == every[2:5]


def test_a_filter_that_drops_nothing_labels(tmp_path: Path) -> None:
    source = tmp_path / "in" / "x.jsonl"
    source.parent.mkdir()
    texts = [" ".join(ASSISTANT), " ".join(DIARY), "word"]
    source.write_text("".join(json.dumps({"text": text, "id": text[:4]}) + "\n" for text in texts))
    steps = [
        JsonlReader(str(tmp_path / "in")),
        DetectorFilter(()),
        JsonlWriter(str(tmp_path / "out")),
    ]
    execute(steps, tmp_path / "logs")
    labels = [row["metadata"]["detector_label"] for row in lines(tmp_path / "out")]
    assert labels == ["likely-ai", "no-evidence", "not-assessed"]


def test_blocks_are_pickled_without_their_models(told: Path) -> None:
    block = DetectorFilter(fpr=0.005)
    assert len(pickle.dumps(block)) < 2000
    assert pickle.loads(pickle.dumps(LabelReader(told / "labels"))).labels == str(told / "labels")


def test_a_label_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="human"):
        DetectorFilter(("human",))


def test_labels_whose_texts_cannot_be_had_are_refused(tmp_path: Path) -> None:
    labels = write_made(tmp_path / "labels", file="gone.warc.gz", with_text=False)
    with pytest.raises(UsageError, match=r"gone\.warc\.gz"):
        list(LabelReader(labels).run())
    unfinished = write_made(tmp_path / "half", finish=False)
    with pytest.raises(UsageError, match="unfinished"):
        list(LabelReader(unfinished).run())
