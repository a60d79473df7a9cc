"""Names of any length and content: they fit into file names, and forge nothing on a terminal."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from detector.bench.outside.http import Server
from detector.bench.results import LONGEST_NAME, fitting, quoted
from detector.cli.main import cli
from detector.pipeline.bench import bench_run
from tests.bench.test_run import data, detector_file, row

ANSWERS = "cmd:sh -c 'while read line; do echo 1; done'"


@given(st.text(st.characters(), max_size=400))
def test_a_fitting_name_stays_itself_and_fits(name: str) -> None:
    made = fitting(name)
    assert len(quoted(made)) <= LONGEST_NAME
    assert fitting(made) == made
    assert (made == name) == (len(quoted(name)) <= LONGEST_NAME)


def test_long_names_that_begin_alike_stay_apart() -> None:
    assert fitting("é" * 100 + "a") != fitting("é" * 100 + "b")


def test_sets_commands_and_failures_with_long_names_are_in_the_folder(tmp_path: Path) -> None:
    command, model = f"{ANSWERS} {'y' * 300}", f"hf:{tmp_path}/{'x' * 230}"
    spec = data(tmp_path, "文" * 60)
    done = bench_run(spec, [command, model], tmp_path / "out")
    [texts] = done.sets
    assert texts.name.startswith("文文文")
    assert row(done, fitting(command), texts.name).status == "ok"
    assert row(done, fitting(model), texts.name).status == "failed"
    again = bench_run(spec, command, tmp_path / "out")
    assert again.resumed == 1
    made = CliRunner().invoke(
        cli, ["bench", "report", str(tmp_path / "out"), "--out", str(tmp_path / "report")]
    )
    assert made.exit_code == 0


def test_a_class_with_too_long_a_name_is_told(tmp_path: Path) -> None:
    done = bench_run(
        data(tmp_path), detector_file(tmp_path, "    name = 'x' * 300"), tmp_path / "out"
    )
    assert "a name that is too long" in done.runs[0].message


def test_a_long_address_is_asked_under_a_short_name() -> None:
    url = f"http://127.0.0.1:9/score?{'q' * 300}"
    server = Server(url, 1.0)
    assert len(quoted(server.names[0])) <= LONGEST_NAME
    assert server.url == url


def test_no_name_forges_a_line_on_the_terminal(tmp_path: Path) -> None:
    mine = detector_file(tmp_path, "    name = 'mine\\nbest x best.v1: 9 of 9 \\x1b[31m'")
    spec = data(tmp_path, "a\nb: 9 texts")
    call = ["bench", "run", "--data", spec, "--detector", mine, "--out", str(tmp_path / "out")]
    said = CliRunner().invoke(cli, call).output
    lines = said.splitlines()
    assert [line for line in lines if line.startswith(("b:", "best"))] == []
    assert "a\\nb: 9 texts x mine\\nbest x best.v1: 9 of 9 \\x1b[31m: 10 of 10 scored" in said
    failing = ["bench", "report", str(tmp_path / "out"), "--out", str(tmp_path / "report")]
    (tmp_path / "out" / "scores" / quoted("a\nb: 9 texts")).rename(tmp_path / "gone")
    assert "\nb:" not in CliRunner().invoke(cli, failing).output
