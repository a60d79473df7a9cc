"""A folder of results that was cut short or damaged is mended by the next run, or told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.bench.report.make import make_report
from detector.bench.results import Layout
from detector.errors import InputError, OutputError, UsageError
from detector.pipeline.bench import bench_run
from detector.pipeline.raid_predictions import write_predictions
from tests.bench.made_results import add_run, add_set, scores, start, texts
from tests.bench.test_run import data, detector_file, row


def run_json(out: Path) -> Path:
    return Layout(out).run("small", "mine.v1")


def test_a_first_run_that_ended_before_it_had_sets_can_be_given_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OutputError("no space")

    spec, mine, out = data(tmp_path), detector_file(tmp_path, ""), tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr("detector.pipeline.bench_sets._of_others", full)
        with pytest.raises(OutputError):
            bench_run(spec, mine, out)
    assert (out / "sets" / "small.parquet").exists()
    assert bench_run(spec, mine, out).sound


def test_a_folder_with_sets_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out" / "sets").mkdir(parents=True)
    (tmp_path / "out" / "sets" / "small.parquet").write_text("mine")
    with pytest.raises(UsageError, match="holds something else"):
        bench_run(data(tmp_path), detector_file(tmp_path, ""), tmp_path / "out")
    assert (tmp_path / "out" / "sets" / "small.parquet").read_text() == "mine"


@pytest.mark.parametrize(
    "harm",
    [
        lambda out: run_json(out).write_text("{"),
        lambda out: run_json(out).write_text(run_json(out).read_text().replace('"batch"', '"b"')),
        lambda out: Layout(out).scores("small", "mine.v1").write_bytes(b"PAR1"),
        lambda out: Layout(out).scores("small", "mine.v1").unlink(),
    ],
    ids=["run", "other version", "scores", "no scores"],
)
def test_a_damaged_part_of_one_detector_is_made_again(
    tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    spec, mine, out = data(tmp_path), detector_file(tmp_path, ""), tmp_path / "out"
    bench_run(spec, mine, out)
    before = Layout(out).scores("small", "mine.v1").read_bytes()
    harm(out)
    done = bench_run(spec, mine, out)
    assert (row(done).status, done.resumed) == ("ok", 0)
    assert Layout(out).scores("small", "mine.v1").read_bytes() == before
    assert bench_run(spec, mine, out).resumed == 1


def test_damaged_overlaps_and_sets_are_told(tmp_path: Path) -> None:
    spec, mine, out = data(tmp_path), detector_file(tmp_path, ""), tmp_path / "out"
    bench_run(spec, mine, out)
    Layout(out).overlaps.write_text("no Parquet")
    with pytest.raises(InputError, match=r"overlaps.parquet: cannot be read as Parquet.*remove it"):
        bench_run(spec, mine, out)
    manifest = json.loads(Layout(out).manifest.read_text())
    Layout(out).manifest.write_text(json.dumps({**manifest, "sets": [5]}))
    with pytest.raises(InputError, match="its sets are damaged"):
        bench_run(spec, mine, out)


def test_damaged_scores_are_no_predictions(tmp_path: Path) -> None:
    spec, mine, out = data(tmp_path), detector_file(tmp_path, ""), tmp_path / "out"
    bench_run(spec, mine, out)
    Layout(out).scores("small", "mine.v1").write_text("no Parquet")
    with pytest.raises(InputError, match="run the benchmark again"):
        write_predictions(out, "small", "mine.v1", tmp_path / "p.json")


def test_a_folder_with_a_pattern_in_its_name_is_a_folder(tmp_path: Path) -> None:
    out = tmp_path / "results [v1]*"
    spec, mine = data(tmp_path), detector_file(tmp_path, "")
    bench_run(spec, mine, out)
    assert bench_run(spec, mine, out).resumed == 1
    assert write_predictions(out, "small", "mine.v1", tmp_path / "p.json") == (10, 0)
    assert make_report(out, tmp_path / "report").sets == 1


@pytest.mark.parametrize("number", ["Infinity", "NaN", "1e999", "-1", "1" + "0" * 400, "true"])
def test_absurd_costs_are_as_if_the_run_had_not_said(tmp_path: Path, number: str) -> None:
    spec, mine, out = data(tmp_path), detector_file(tmp_path, ""), tmp_path / "out"
    bench_run(spec, mine, out)
    notes = json.loads(run_json(out).read_text())
    absurd = {**notes, "peak_rss_bytes": "?", "cpu_seconds": "?", "tokens": "?"}
    run_json(out).write_text(json.dumps(absurd).replace('"?"', number))
    made = make_report(out, tmp_path / "report")
    assert made.failed == ()
    text = (tmp_path / "report" / "results.json").read_text()
    assert "hours_per_million" not in json.dumps(json.loads(text, parse_constant=pytest.fail))


def test_the_reference_has_human_texts_even_if_no_set_has_both(tmp_path: Path) -> None:
    folder = start(tmp_path / "results")
    for name, humans, machines in (("machines", 0, 60), ("people", 60, 0), ("some", 20, 0)):
        table = texts(name, humans, machines)
        add_set(folder, name, table)
        add_run(folder, name, "a.v1", table, scores(table, 1.0))
    assert make_report(folder, tmp_path / "report").calibration == "people"


def test_a_report_that_cannot_be_written_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    bench_run(data(tmp_path), detector_file(tmp_path, ""), out)

    def full(path: Path, *_: object) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="No space left"):
        make_report(out, tmp_path / "report")
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["results.parquet"]
