"""The report: what its figures rest on, what it refuses, and that it is the same each time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from detector.bench.measures.ranks import auroc, threshold
from detector.bench.report import plots
from detector.bench.report.folder import read_results
from detector.bench.report.make import Report, make_report
from detector.bench.report.published import published
from detector.bench.report.rows import SCHEMA
from detector.cli.bench import bench
from detector.errors import OutputError, UsageError
from tests.bench.made_results import (
    add_failure,
    add_run,
    add_set,
    scores,
    start,
    texts,
    whole,
    write_table,
)

FILES = ["leaderboard.html", "leaderboard.md", "results.json", "results.parquet"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small sets, one detector, and one that failed."""
    folder = start(tmp_path_factory.mktemp("small"))
    for name in ("essays", "news"):
        rows = texts(name, 100, 60)
        add_set(folder, name, rows)
        add_run(folder, name, "a.v1", rows, scores(rows, 1.5))
    add_failure(folder, "news", "lame.v1", "score() gave 3 scores for 64 texts")
    return folder


@pytest.fixture(scope="module")
def made(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return make_report(results, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def table(made: Report) -> pl.DataFrame:
    return pl.read_parquet(made.out / "results.parquet")


class Elements(HTMLParser):
    """The elements and attributes of a page, as a browser finds them."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] += 1
        self.attributes |= {name for name, _ in attrs}


def only(table: pl.DataFrame, **wanted: object) -> dict[str, object]:
    """The one row that has these values, "" and None where nothing else is asked for."""
    base = {"dimension": "", "slice": "", "level": None, "share": None, "calibration": ""}
    for column, value in {**base, **wanted}.items():
        same = pl.col(column).is_null() if value is None else pl.col(column) == value
        table = table.filter(same)
    assert table.height == 1
    return table.row(0, named=True)


def test_the_four_files_are_there_and_say_the_same(made: Report, table: pl.DataFrame) -> None:
    assert sorted(path.name for path in made.out.iterdir()) == FILES
    assert dict(table.schema) == SCHEMA
    said = json.loads((made.out / "results.json").read_bytes())
    assert said["kind"] == "detector bench report"
    assert said["columns"] == list(SCHEMA)
    assert len(said["rows"]) == table.height == made.figures
    place = said["columns"].index("value")
    for row, value in zip(said["rows"], table["value"], strict=True):
        assert row[place] == (None if value is None else pytest.approx(value, abs=1e-6))


def test_a_figure_has_a_value_within_its_interval_or_a_reason(table: pl.DataFrame) -> None:
    given = table.filter(pl.col("value").is_not_null())
    assert (given["refused"] == "").all()
    bounded = given.filter(pl.col("low").is_not_null())
    assert (
        (bounded["low"] <= bounded["value"] + 1e-9) & (bounded["value"] - 1e-9 <= bounded["high"])
    ).all()
    refused = table.filter(pl.col("value").is_null())
    assert (refused["refused"] != "").all()
    assert refused["low"].is_null().all()


def test_own_figures_rest_on_the_own_texts_and_common_ones_on_those_all_answered(
    results: Path, table: pl.DataFrame
) -> None:
    read = read_results(results)
    runs = {name: read.by_pair["essays", name] for name in read.detectors}
    labels = read.sets[1].labels
    everyone = np.all([~np.isnan(run.scores) for run in runs.values()], axis=0)
    for scope, texts_in in (("common", everyone), ("own", ~np.isnan(runs["strong.v1"].scores))):
        own = runs["strong.v1"].scores
        humans, machines = own[texts_in & (labels == "human")], own[texts_in & (labels == "ai")]
        row = only(table, set="essays", detector="strong.v1", measure="auroc", scope=scope)
        assert row["value"] == pytest.approx(auroc(humans, machines), abs=1e-12)
        assert row["n"] == len(humans) + len(machines)
    assert everyone.sum() < 500


def test_a_frozen_threshold_is_the_calibration_sets_and_shared_texts_are_left_out(
    results: Path, table: pl.DataFrame
) -> None:
    read = read_results(results)
    calibration, test = (
        read.by_pair[name, "strong.v1"].scores for name in ("calibration", "essays")
    )
    cut = threshold(calibration[read.sets[0].labels == "human"], 0.01)
    humans = np.flatnonzero(read.sets[1].labels == "human")
    kept = humans[9:]  # the first nine have a near-duplicate there
    row = only(
        table,
        set="essays",
        detector="strong.v1",
        measure="fpr_frozen",
        scope="own",
        level=0.01,
        calibration="calibration",
    )
    assert row["value"] == pytest.approx((test[kept] > cut).mean(), abs=1e-12)
    assert (row["n"], row["left_out"]) == (291, 9)


def test_mixed_texts_are_a_slice_and_in_no_other_figure(table: pl.DataFrame) -> None:
    essays = table.filter((pl.col("set") == "essays") & (pl.col("scope") == "own"))
    strong = essays.filter(pl.col("detector") == "strong.v1")
    assert only(strong, measure="auroc")["n"] == 560
    mixed = only(strong, measure="auroc", dimension="label", slice="mixed")
    assert mixed["n"] == 380
    generators = strong.filter(
        (pl.col("dimension") == "generator") & (pl.col("measure") == "tpr_frozen")
    )
    assert generators.filter(pl.col("level") == 0.05)["n"].sum() == 260


def test_slices_by_native_writers_show_false_positives(table: pl.DataFrame) -> None:
    found = only(
        table,
        set="essays",
        detector="weak.v1",
        measure="fpr_frozen",
        scope="own",
        level=0.05,
        calibration="calibration",
        dimension="native",
        slice="non-native",
    )
    assert found["value"] is not None
    assert found["n"] == 97  # of 100, three have a near-duplicate in the calibration set


def test_too_few_human_texts_refuse_a_low_rate(table: pl.DataFrame) -> None:
    found = only(
        table, set="essays", detector="strong.v1", measure="tpr_own", scope="own", level=0.001
    )
    assert found["refused"] == "300 human texts, and a false-positive rate of 0.1 % takes 5,000"


def test_a_set_of_one_class_has_rates_but_no_auroc(table: pl.DataFrame) -> None:
    row = only(table, set="only humans", detector="strong.v1", measure="auroc", scope="own")
    assert row["refused"] == "0 AI texts, and it takes 50"
    rate = only(
        table,
        set="only humans",
        detector="strong.v1",
        measure="fpr_frozen",
        scope="own",
        level=0.01,
        calibration="calibration",
    )
    assert rate["value"] is not None


def test_a_mean_is_over_the_sets_that_all_compared_detectors_share(table: pl.DataFrame) -> None:
    means = table.filter((pl.col("set") == "*") & (pl.col("measure") == "auroc"))
    by_name = {row["detector"]: row for row in means.iter_rows(named=True)}
    single = table.filter(
        (pl.col("measure") == "auroc")
        & (pl.col("scope") == "common")
        & (pl.col("dimension") == "")
        & (pl.col("detector") == "weak.v1")
        & pl.col("set").is_in(["calibration", "essays"])
    )
    assert by_name["weak.v1"]["value"] == pytest.approx(single["value"].mean())
    assert "half of the sets or fewer" in by_name["lame.v1"]["refused"]


def test_a_detector_that_hardly_answers_is_not_compared_and_spoils_nothing(tmp_path: Path) -> None:
    start(tmp_path)
    rows = texts("one", 120, 120)
    add_set(tmp_path, "one", rows)
    add_run(tmp_path, "one", "sound.v1", rows, scores(rows, 1.5))
    add_run(tmp_path, "one", "mute.v1", rows, scores(rows, 1.5, silent=0.9))
    made = make_report(tmp_path, tmp_path / "report")
    found = pl.read_parquet(made.out / "results.parquet")
    assert only(found, set="one", detector="sound.v1", measure="auroc", scope="common")["n"] == 240
    assert found.filter(
        (pl.col("detector") == "mute.v1") & (pl.col("scope") == "common") & (pl.col("set") == "one")
    ).is_empty()
    assert "not compared: it answered" in (made.out / "leaderboard.md").read_text()


def test_the_cost_is_of_texts_answered_in_cpu_time_and_on_a_gpu_in_wall_time(
    tmp_path: Path,
) -> None:
    start(tmp_path)
    rows = texts("one", 100, 100, words=[100] * 200)
    add_set(tmp_path, "one", rows)
    half = scores(rows, 1.0).to_list()[:150] + [None] * 50
    add_run(tmp_path, "one", "cpu.v1", rows, pl.Series("score", half), cpu_seconds=3.0, tokens=600)
    add_run(tmp_path, "one", "gpu.v1", rows, scores(rows, 1.0), wall_seconds=4.0, device="cuda:0")
    add_run(tmp_path, "one", "none.v1", rows, scores(rows, 1.0), cpu_seconds=None)
    found = pl.read_parquet(make_report(tmp_path, tmp_path / "r").out / "results.parquet")
    values = {
        (row["detector"], row["measure"]): row["value"]
        for row in found.filter(pl.col("set") == "*").iter_rows(named=True)
    }
    assert values["cpu.v1", "texts_per_second"] == 50
    assert values["cpu.v1", "words_per_second"] == 5000
    assert values["cpu.v1", "tokens_per_second"] == 200
    assert values["cpu.v1", "hours_per_million"] == pytest.approx(20_000 / 3600)
    assert values["gpu.v1", "texts_per_second"] == 50
    assert ("none.v1", "texts_per_second") not in values


def test_the_same_results_give_the_same_files_byte_for_byte(
    results: Path, made: Report, tmp_path: Path
) -> None:
    make_report(results, tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (made.out / name).read_bytes(), name


def test_a_named_calibration_set_is_the_only_one(small: Path, tmp_path: Path) -> None:
    made = make_report(small, tmp_path, ["essays"])
    found = pl.read_parquet(tmp_path / "results.parquet")
    assert made.calibration == "essays"
    assert set(found["calibration"]) == {"", "essays"}
    with pytest.raises(
        UsageError, match="no set 'nowhere' in the results: choose among essays, news"
    ):
        make_report(small, tmp_path, ["nowhere"])


def test_foreign_names_stay_text(tmp_path: Path) -> None:
    start(tmp_path / "r", machine={"cpu": "<script>alert(1)</script>", "odd": "\ud800\u202e"})
    name, detector = "</td><script>x</script>", 'a"onload=x|`<b>.v1'
    rows = texts("one", 120, 120, generator=["<img src=x onerror=alert(1)>"] * 240, mixed=0)
    add_set(tmp_path / "r", name, rows)
    add_run(tmp_path / "r", name, detector, rows, scores(rows, 1.5), message="<i>odd</i>\x00")
    make_report(tmp_path / "r", tmp_path / "out")
    page = (tmp_path / "out" / "leaderboard.html").read_text("utf-8")
    found = Elements()
    found.feed(page)
    assert found.counts["script"] == 1
    assert not {"img", "b", "i"} & set(found.counts)
    assert not [name for name in found.attributes if name.startswith("on")]
    for odd in ("\x00", "\u202e"):
        assert odd not in page
    text = (tmp_path / "out" / "leaderboard.md").read_text("utf-8")
    assert "<script" not in text
    rows_of = [line for line in text.splitlines() if line.startswith('| a"')]
    assert rows_of
    assert all(line.replace("\\|", "").count("|") > 5 for line in rows_of)


def test_the_page_may_fetch_nothing_and_run_only_its_own(made: Report) -> None:
    page = (made.out / "leaderboard.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert "unsafe-inline" not in page
    assert " style=" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_published_figures_stand_beside_ours_and_are_labelled(tmp_path: Path) -> None:
    start(tmp_path)
    names = ["gpt-3.5-turbo", "gpt-4"] * 60
    rows = texts("fast_detect_gpt", 120, 120, generator=[""] * 120 + names)
    add_set(tmp_path, "fast_detect_gpt", rows)
    add_run(tmp_path, "fast_detect_gpt", "fast_detectgpt.v1:smollm2", rows, scores(rows, 1.5))
    made = make_report(tmp_path, tmp_path / "report")
    [beside] = json.loads((made.out / "results.json").read_bytes())["published"]
    assert beside["published"] == 0.9338
    found = pl.read_parquet(made.out / "results.parquet")
    ours = [
        only(
            found,
            measure="auroc",
            scope="own",
            set="fast_detect_gpt",
            dimension="generator",
            slice=name,
        )["value"]
        for name in ("gpt-3.5-turbo", "gpt-4")
    ]
    assert beside["ours"]["fast_detectgpt.v1:smollm2"] == pytest.approx(np.mean(ours))
    assert "0.934 (published)" in (made.out / "leaderboard.md").read_text()
    assert all(one.source and 0 < one.value < 1 for one in published())


def test_without_matplotlib_the_page_has_no_plots_and_says_why(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    made = make_report(small, tmp_path)
    assert not made.plots
    page = (tmp_path / "leaderboard.html").read_text("utf-8")
    assert "contamination-detector[bench]" in page
    assert "<svg" not in page


def test_neither_matplotlib_nor_scikit_learn_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, detector.bench.report.make, detector.cli.bench;"
        "print([n for n in ('matplotlib', 'sklearn', 'scipy', 'torch') if n in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_folder_that_cannot_be_written_is_an_output_error(small: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        make_report(small, tmp_path / "file" / "report")


def test_the_command_prints_what_it_wrote(small: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(bench, ["report", str(small), "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "2 detectors on 2 sets" in done.output
    assert "lame.v1 on news: FAILED: score() gave 3 scores" in done.output


def test_a_thinned_roc_keeps_its_steps() -> None:
    fpr, tpr = np.array([0, 0, 0.01, 0.01, 0.5, 1]), np.array([0, 0.2, 0.2, 0.6, 0.9, 1])
    x, y = plots.thinned(fpr, tpr)
    assert x[0] == 0.01
    assert y[0] == 0.6
    assert (x[-1], y[-1]) == (1, 1)
    assert set(y) <= {0.6, 0.9, 1.0}


def test_overlaps_of_sets_that_are_not_there_are_ignored(tmp_path: Path) -> None:
    whole(tmp_path / "r")
    shared = pl.read_parquet(tmp_path / "r" / "overlaps.parquet")
    gone = shared.with_columns(set_a=pl.lit("gone"))
    write_table(tmp_path / "r" / "overlaps.parquet", pl.concat([shared, gone]))
    said = json.loads(
        (make_report(tmp_path / "r", tmp_path / "o").out / "results.json").read_bytes()
    )
    pairs = {(one["calibration"], one["test"]): one["texts"] for one in said["shared"]}
    assert pairs["calibration", "essays"] == pairs["essays", "calibration"] == 9
