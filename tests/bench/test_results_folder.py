"""A results folder is checked before anything rests on it; each fault has one clear message."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from detector.bench.report.folder import failed_sets, read_results
from detector.errors import DetectorError, InputError, UsageError
from tests.bench.made_results import (
    OVERLAPS,
    add_failure,
    add_run,
    add_set,
    scores,
    start,
    texts,
    whole,
    write_table,
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "results"))


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def edit(path: Path, table: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    table(pl.read_parquet(path)).write_parquet(path)


def test_names_are_decoded_and_failures_kept(sound: Path) -> None:
    read = read_results(sound)
    assert [one.name for one in read.sets] == ["calibration", "essays", "only humans"]
    assert read.detectors == ("lame.v1", "shy.v2:model", "strong.v1", "weak.v1")
    run = read.by_pair["calibration", "lame.v1"]
    assert run.failed == "score() gave 3 scores for 64 texts"
    assert np.isnan(run.scores).all()
    shy = read.by_pair["essays", "shy.v2:model"]
    assert 100 < np.isnan(shy.scores).sum() < 300


WHOLE_FAULTS: list[tuple[Callable[[Path], object], type[DetectorError], str]] = [
    (shutil.rmtree, UsageError, "no manifest.json"),
    (lambda f: (f / "manifest.json").write_text("{"), InputError, "cannot be read as JSON"),
    (lambda f: (f / "manifest.json").write_text("[" * 9000), InputError, "cannot be read as JSON"),
    (lambda f: (f / "manifest.json").write_text("[1]"), InputError, "holds no JSON object"),
    (lambda f: change(f / "manifest.json", kind="a scan"), UsageError, "its kind is 'a scan'"),
    (lambda f: change(f / "manifest.json", format=2), UsageError, "results format '2'"),
    (lambda f: shutil.rmtree(f / "sets"), InputError, "no sets"),
    (lambda f: shutil.rmtree(f / "runs"), InputError, ""),
    (lambda f: (f / "overlaps.parquet").unlink(), InputError, "which texts two sets share"),
    (
        lambda f: edit(f / "overlaps.parquet", lambda t: t.drop("doc_b")),
        InputError,
        "no column 'doc_b'",
    ),
    (lambda f: (f / "sets/essays.parquet").write_bytes(b"PAR1"), InputError, "read as Parquet"),
    (
        lambda f: edit(f / "sets/essays.parquet", lambda t: t.drop("pair_id")),
        InputError,
        "no column 'pair_id'",
    ),
    (
        lambda f: edit(f / "sets/essays.parquet", lambda t: t.with_columns(label=pl.lit("robot"))),
        InputError,
        "unknown label 'robot'",
    ),
    (
        lambda f: edit(f / "sets/essays.parquet", lambda t: t.with_columns(doc_id=pl.lit("x"))),
        InputError,
        "doc_id is missing or twice",
    ),
    (
        lambda f: edit(f / "sets/essays.parquet", lambda t: t.with_columns(year=pl.lit("last"))),
        InputError,
        "a column of the wrong type",
    ),
]


@pytest.mark.parametrize(("harm", "kind", "said"), WHOLE_FAULTS)
def test_what_everything_rests_on_stops_the_report(
    folder: Path, harm: Callable[[Path], object], kind: type[DetectorError], said: str
) -> None:
    harm(folder)
    if not said:  # scores without runs: every detector failed, and says so
        assert all("missing" in run.failed for run in read_results(folder).runs)
        return
    with pytest.raises(kind) as error:
        read_results(folder)
    assert type(error.value) is kind
    assert said in str(error.value)


RUN = "runs/essays/strong.v1.json"
SCORES = "scores/essays/strong.v1.parquet"
RUN_FAULTS: list[tuple[Callable[[Path], object], str]] = [
    (lambda f: (f / RUN).write_text("{]"), "cannot be read as JSON"),
    (lambda f: (f / RUN).unlink(), "missing: run the benchmark again"),
    (lambda f: change(f / RUN, status="failed", message=""), "the run gives no reason"),
    (lambda f: (f / SCORES).unlink(), "missing, though the run says ok"),
    (lambda f: (f / SCORES).write_bytes(b""), "cannot be read as Parquet"),
    (lambda f: edit(f / SCORES, lambda t: t.drop("score")), "no column 'score'"),
    (lambda f: edit(f / SCORES, lambda t: t.with_columns(score=pl.lit("a"))), "score no number"),
    (lambda f: edit(f / SCORES, lambda t: pl.concat([t, t])), "a doc_id is twice there"),
    (
        lambda f: edit(f / SCORES, lambda t: t.with_columns(doc_id=pl.col("doc_id") + "?")),
        "640 texts that the set does not hold",
    ),
    (
        lambda f: edit(
            f / SCORES, lambda t: t.with_columns(score=pl.lit(float("inf"), pl.Float32))
        ),
        "640 scores are infinite",
    ),
]


@pytest.mark.parametrize(("harm", "said"), RUN_FAULTS)
def test_what_belongs_to_one_detector_becomes_a_failed_row(
    folder: Path, harm: Callable[[Path], object], said: str
) -> None:
    harm(folder)
    read = read_results(folder)
    assert said in read.by_pair["essays", "strong.v1"].failed
    assert str(folder) not in read.by_pair["essays", "strong.v1"].failed
    assert not read.by_pair["essays", "weak.v1"].failed


def test_scores_are_joined_by_id_and_texts_not_asked_about_are_known(folder: Path) -> None:
    before = read_results(folder).by_pair["essays", "strong.v1"].scores
    edit(folder / SCORES, lambda t: t.reverse().head(400))
    run = read_results(folder).by_pair["essays", "strong.v1"]
    assert run.asked.sum() == 400
    assert run.asked[240:].all()
    np.testing.assert_array_equal(run.scores[240:], before[240:])


def test_texts_without_a_label_are_no_fault(tmp_path: Path) -> None:
    start(tmp_path, sets=[{"name": "gone", "status": "failed", "message": "no such file"}])
    table = texts("hidden", 60, 60, label=[""] * 120)
    add_set(tmp_path, "hidden", table)
    add_run(tmp_path, "hidden", "a.v1", table, scores(table, 1.0))
    read = read_results(tmp_path)
    assert set(read.sets[0].labels) == {""}
    assert failed_sets(read.manifest) == [("gone", "no such file")]


def test_pairs_are_groups_and_lone_texts_their_own(tmp_path: Path) -> None:
    start(tmp_path)
    table = texts("s", 3, 3, pair_id=["a", "", "b", "a", "", "b"])
    add_set(tmp_path, "s", table)
    add_failure(tmp_path, "s", "a.v1", "no")
    write_table(tmp_path / "overlaps.parquet", pl.DataFrame(schema=OVERLAPS))
    groups = read_results(tmp_path).sets[0].groups
    assert groups[0] == groups[3]
    assert groups[2] == groups[5]
    assert len(set(groups.tolist())) == 4
