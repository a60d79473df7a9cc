"""Detectors whose code does what it should not: each is a row, and the rest of the run goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from detector.cli.main import cli
from detector.pipeline.bench import bench_run
from tests.bench.test_run import ROOT, data, detector_file, row, scores

OTHER = "    name = 'other.v1'\n"
CANNOT = """
    class Array:
        def __array__(self, *args, **more):
            raise RuntimeError("Can't call numpy() on Tensor that requires grad")
    def score(self, texts):
        return self.Array()
"""
PANICS = """
    class Panic(BaseException):
        pass
    def score(self, texts):
        raise self.Panic("called `Option::unwrap()` on a `None` value")
"""
PRINTS = """
    def score(self, texts):
        print("a word")
        os.write(1, b"bytes\\n")
        os.system("echo a child")
        return super().score(texts)
"""


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (CANNOT, "gave no numbers: Can't call numpy"),
        (PANICS, "Panic: called `Option::unwrap"),
        ("    def __init__(self): raise SystemExit(7)", "raised SystemExit: 7"),
    ],
)
def test_what_fails_in_an_unusual_way_is_a_failed_row(
    tmp_path: Path, code: str, message: str
) -> None:
    mine, other = detector_file(tmp_path, code), detector_file(tmp_path, OTHER, "other.py")
    done = bench_run(data(tmp_path), [mine, other], tmp_path / "out")
    [failed, sound] = done.runs
    assert (failed.status, sound.status) == ("failed", "ok")
    assert message in failed.message


@pytest.mark.parametrize(
    "code",
    [
        "    def close(self): raise RuntimeError",
        "    def usage(self, what): return what",
        "    def usage(self): return 'a lot'",
        "    @property\n    def tokens(self): raise RuntimeError",
        "    @property\n    def device(self): raise RuntimeError",
    ],
)
def test_what_a_detector_need_not_have_cannot_fail_it(tmp_path: Path, code: str) -> None:
    done = bench_run(data(tmp_path), detector_file(tmp_path, code), tmp_path / "out")
    assert (row(done).status, row(done).message) == ("ok", "")
    assert row(done).tokens is None


def test_an_interrupt_in_a_detector_ends_the_run(tmp_path: Path) -> None:
    mine = detector_file(tmp_path, "    def score(self, texts): raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        bench_run(data(tmp_path), mine, tmp_path / "out")


def test_a_detector_that_goes_to_another_folder_takes_no_results_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    code = f"    def __init__(self): os.chdir({str(tmp_path / 'elsewhere')!r})"
    detector_file(tmp_path, code)
    detector_file(tmp_path, OTHER, "other.py")
    done = bench_run(data(tmp_path), ["mine.py:Mine", "other.py:Mine"], "out")
    assert done.sound
    assert len(scores(tmp_path / "out", "small", "other.v1")) == 10
    assert not [*(tmp_path / "elsewhere").iterdir()]


def test_what_a_detector_prints_is_kept_out_of_the_result(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "detector", "bench", "run", "--json", "--data", data(tmp_path)]
    done = subprocess.run(
        [*run, "--detector", detector_file(tmp_path, PRINTS), "--out", str(tmp_path / "out")],
        cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert [one["status"] for one in json.loads(done.stdout)["runs"]] == ["ok"]
    assert {"a word", "bytes", "a child"} <= set(done.stderr.splitlines())


def test_one_of_a_family_that_fails_when_asked_again_says_nothing_of_the_others(
    tmp_path: Path,
) -> None:
    code = """
    names = ("one.v1", "two.v1")
    def columns(self, texts):
        whole = super().score(texts)
        return {"one.v1": whole, "two.v1": whole if len(texts) == 10 else whole[:0]}
    """
    done = bench_run(data(tmp_path), detector_file(tmp_path, code), tmp_path / "out")
    assert row(done, "one.v1").message == ""
    assert "failed when a few texts were scored again" in row(done, "two.v1").message


@pytest.mark.parametrize(
    ("code", "said", "code_of_exit"),
    [
        ("    def __init__(self): raise SystemExit(7)", "raised SystemExit: 7", 2),
        (PANICS, "never-raises: raised Panic", 3),
        ("    def close(self): raise RuntimeError", "", 0),
    ],
)
def test_the_contract_check_outlives_any_detector(
    tmp_path: Path, code: str, said: str, code_of_exit: int
) -> None:
    code += "\n    def score(self, texts): return np.zeros(len(texts), np.float32)" * (not said)
    spec = detector_file(tmp_path, code)
    found = CliRunner().invoke(cli, ["detectors", "check", spec])
    told = f"{found.output}{found.exception}"
    assert said in told
    assert getattr(found.exception, "exit_code", found.exit_code) == code_of_exit
