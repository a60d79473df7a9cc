"""A run fills its folder as docs/bench.md says, goes on where it was, and names what failed."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from detector.bench.records import BenchText
from detector.bench.registry import Options
from detector.bench.results import OVERLAPS_SCHEMA, SCORES_SCHEMA, SET_SCHEMA, Layout
from detector.cli.main import cli
from detector.errors import UsageError
from detector.pipeline.bench import BenchRun, bench_run
from tests.bench.made import prose, texts, write_csv, write_jsonl, write_ours

ROOT = Path(__file__).parents[2]
HEAD = """
import os, time
import numpy as np
class Base:
    languages = frozenset({"en"})
    min_words = 5
    def score(self, texts):
        return np.array([len(text) for text in texts], np.float32)
"""


def detector_file(tmp_path: Path, code: str, name: str = "mine.py") -> str:
    """A file with the class `Mine`, of the name mine.v1 unless it says otherwise."""
    path = tmp_path / name
    path.write_text(f"{HEAD}\nclass Mine(Base):\n    name = 'mine.v1'\n{code}\n")
    return f"{path}:Mine"


def data(tmp_path: Path, name: str = "small", count: int = 10, **fields: Any) -> str:
    return str(write_ours(tmp_path / f"{name}.parquet", texts(count, **fields)))


def scores(out: Path, name: str, detector: str) -> list[float | None]:
    return pl.read_parquet(Layout(out).scores(name, detector))["score"].to_list()


def row(done: BenchRun, detector: str = "mine.v1", name: str = "small") -> Any:
    [info] = [one for one in done.runs if (one.detector, one.set) == (detector, name)]
    return info


def test_the_folder_holds_what_the_page_says(tmp_path: Path) -> None:
    out = tmp_path / "results"
    rows = [*texts(10, domain="news"), BenchText("short", "Too short.", "human")]
    spec = str(write_ours(tmp_path / "small.parquet", rows))
    done = bench_run(spec, detector_file(tmp_path, ""), out)
    assert done.sound
    layout = Layout(out)
    table = pl.read_parquet(layout.table("small"))
    assert dict(table.schema) == dict(SET_SCHEMA)
    assert table["doc_id"].to_list() == [text.doc_id for text in rows]
    found = pl.read_parquet(layout.scores("small", "mine.v1"))
    assert dict(found.schema) == dict(SCORES_SCHEMA)
    assert found["doc_id"].to_list() == table["doc_id"].to_list()
    assert found["score"].to_list() == [*(len(text.text) for text in rows[:-1]), None]
    assert dict(pl.read_parquet(layout.overlaps).schema) == dict(OVERLAPS_SCHEMA)
    info = json.loads(layout.run("small", "mine.v1").read_text())
    assert (info["status"], info["texts"], info["asked"], info["abstained"]) == ("ok", 11, 10, 0)
    assert info["words"] == 602
    assert info["asked_words"] == 600
    assert info["tokens"] is None
    assert info["wall_seconds"] > 0
    assert info["peak_rss_bytes"] > 1 << 20
    assert info["shared_pass"] == []
    manifest = json.loads(layout.manifest.read_text())
    assert (manifest["kind"], manifest["format"], manifest["normalised"]) == (
        "detector bench", 1, True,
    )  # fmt: skip
    assert [(one["name"], one["texts"], one["format"]) for one in manifest["sets"]] == [
        ("small", 11, "detector")
    ]


def test_no_text_is_left_anywhere_in_the_folder(tmp_path: Path) -> None:
    out = tmp_path / "results"
    secret = "unmistakable" * 5
    rows = [*texts(6), BenchText("x", f"{secret} {prose(9)}", "ai")]
    bench_run(str(write_ours(tmp_path / "s.parquet", rows)), detector_file(tmp_path, ""), out)
    files = [path for path in out.rglob("*") if path.is_file()]
    assert len(files) >= 5
    assert not [path for path in files if b"unmistakable" in path.read_bytes()]


def test_normalised_and_raw_texts_are_told_apart(tmp_path: Path) -> None:
    rows = [
        BenchText(f"t{n}", f"{prose(n)}\n\n\n“x”", "ai" if n % 2 else "human") for n in range(6)
    ]
    spec = str(write_ours(tmp_path / "small.parquet", rows))
    mine = detector_file(tmp_path, "")
    bench_run(spec, mine, tmp_path / "a")
    bench_run(spec, mine, tmp_path / "b", raw=True)
    normal, raw = (scores(tmp_path / out, "small", "mine.v1") for out in "ab")
    assert np.subtract(raw, normal).tolist() == [2.0] * 6
    assert json.loads((tmp_path / "b" / "manifest.json").read_text())["normalised"] is False
    with pytest.raises(UsageError, match="results of raw texts"):
        bench_run(spec, mine, tmp_path / "b")


def test_a_family_shares_its_pass_and_its_time(tmp_path: Path) -> None:
    code = """
    names = ("one.v1:lm", "two.v1:lm")
    tokens = 0
    device = "cuda:0"
    def columns(self, texts):
        self.tokens += sum(len(text.split()) for text in texts)
        return {name: self.score(texts) * (n + 1) for n, name in enumerate(self.names)}
"""
    out = tmp_path / "out"
    done = bench_run(data(tmp_path), detector_file(tmp_path, code), out)
    first, second = (row(done, f"{name}.v1:lm") for name in ("one", "two"))
    assert first.shared_pass == second.shared_pass == ["one.v1:lm", "two.v1:lm"]
    assert first.wall_seconds == second.wall_seconds
    assert first.tokens == first.asked_words == 600
    assert first.device == "cuda:0"
    assert (out / "scores" / "small" / "one.v1%3Alm.parquet").exists()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("    def score(self, texts): return super().score(texts)[1:]", "shape"),
        ("    def score(self, texts): return super().score(texts) / 0", "infinite"),
        ("    def score(self, texts): raise OSError('no weights')", "OSError: no weights"),
        ("    def __init__(self): raise ImportError('no torch')", "ImportError: no torch"),
        ("    languages = None", "a set of ISO 639 codes"),
    ],
)
def test_a_detector_that_fails_is_a_row_and_the_rest_goes_on(
    tmp_path: Path, code: str, message: str
) -> None:
    bad = detector_file(tmp_path, code)
    good = detector_file(tmp_path, "    name = 'good.v1'", "good.py")
    out = tmp_path / "out"
    done = bench_run([data(tmp_path), data(tmp_path, "more")], [bad, good], out)
    assert not done.sound
    failed = [one for one in done.runs if one.status == "failed"]
    assert {one.set for one in failed} == {"small", "more"}
    assert all(message in one.message for one in failed)
    assert (
        json.loads(Layout(out).run("small", failed[0].detector).read_text())["status"] == "failed"
    )
    assert not Layout(out).scores("small", failed[0].detector).exists()
    assert row(done, "good.v1").status == row(done, "good.v1", "more").status == "ok"


def test_a_detector_that_looks_at_its_neighbours_is_told(tmp_path: Path) -> None:
    code = "    def score(self, texts): x = super().score(texts); return x - x.mean()"
    done = bench_run(data(tmp_path), detector_file(tmp_path, code), tmp_path / "out")
    info = row(done)
    assert info.status == "ok"
    assert "depend on the other texts" in info.message
    assert info.neighbours["differ"] > 0


def test_a_detector_that_abstains_on_everything_is_told(tmp_path: Path) -> None:
    code = "    def score(self, texts): return super().score(texts) * np.nan"
    info = row(bench_run(data(tmp_path), detector_file(tmp_path, code), tmp_path / "out"))
    assert (info.abstained, info.message) == (10, "it abstained on every text it was asked about")


def test_a_detector_for_other_languages_is_told(tmp_path: Path) -> None:
    done = bench_run(data(tmp_path, language="ko"), detector_file(tmp_path, ""), tmp_path / "out")
    assert "asked about no text: it is for the languages en and at least 5 words" in (
        row(done).message
    )


def test_a_set_that_cannot_be_read_is_a_row_and_the_rest_goes_on(tmp_path: Path) -> None:
    no_column = write_csv(tmp_path / "a.csv", [{"body": "x", "label": "ai"}])
    broken = tmp_path / "b.parquet"
    broken.write_bytes(b"PAR1")
    one_class = write_jsonl(tmp_path / "c.jsonl", [{"text": prose(1), "label": "ai"}] * 3)
    odd = write_jsonl(
        tmp_path / "d.jsonl",
        [{"text": prose(n), "label": label} for n, label in enumerate(["ai", "human", "dunno"])],
    )
    done = bench_run(
        [str(no_column), str(broken), str(one_class), str(odd), data(tmp_path)],
        detector_file(tmp_path, ""),
        tmp_path / "out",
    )
    a, b, c, d, small = done.sets
    assert (a.status, b.status) == ("failed", "failed")
    assert "has no column 'text'" in a.message
    assert "cannot be read as Parquet" in b.message
    assert c.note.startswith("no human texts")
    assert d.left_out == {"unknown label": 1}
    assert "'dunno'" in d.first_left_out["unknown label"]
    assert small.note == ""
    assert [one.set for one in done.runs] == ["c", "d", "small"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [one["status"] for one in manifest["sets"]] == ["failed", "failed", "ok", "ok", "ok"]


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = f"""
    def score(self, texts):
        open({str(log)!r}, 'a').write('x')
        return super().score(texts)
"""
    mine, out = detector_file(tmp_path, code), tmp_path / "out"
    first = bench_run(data(tmp_path), mine, out)
    calls = log.read_text()
    again = bench_run([data(tmp_path), data(tmp_path, "more")], mine, out)
    assert again.resumed == 1
    assert row(again) == row(first)
    only_more = len(log.read_text()) - len(calls)
    assert 0 < only_more <= len(calls)
    names = [one["name"] for one in json.loads((out / "manifest.json").read_text())["sets"]]
    assert names == ["small", "more"]


def test_a_set_of_an_earlier_run_stays_in_the_manifest(tmp_path: Path) -> None:
    out, mine = tmp_path / "out", detector_file(tmp_path, "")
    bench_run(data(tmp_path), mine, out)
    bench_run(data(tmp_path, "more"), mine, out)
    names = [one["name"] for one in json.loads((out / "manifest.json").read_text())["sets"]]
    assert names == ["small", "more"]


def test_a_changed_detector_is_asked_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    bench_run(data(tmp_path), detector_file(tmp_path, ""), out)
    code = "    def score(self, texts): return super().score(texts) + 1"
    assert bench_run(data(tmp_path), detector_file(tmp_path, code), out).resumed == 0
    assert scores(out, "small", "mine.v1") == [len(text.text) + 1 for text in texts(10)]


def test_a_failed_detector_is_tried_again(tmp_path: Path) -> None:
    out, flag = tmp_path / "out", tmp_path / "weights"
    code = f"    def score(self, texts): open({str(flag)!r}); return super().score(texts)"
    mine = detector_file(tmp_path, code)
    assert row(bench_run(data(tmp_path), mine, out)).status == "failed"
    flag.touch()
    assert row(bench_run(data(tmp_path), mine, out)).status == "ok"


def test_scores_of_other_texts_are_never_mixed_with_these(tmp_path: Path) -> None:
    out, mine = tmp_path / "out", detector_file(tmp_path, "")
    bench_run(data(tmp_path), mine, out)
    before = Layout(out).table("small").read_bytes()
    done = bench_run(data(tmp_path, count=12), mine, out)
    assert done.sets[0].status == "failed"
    assert "scores of other texts of the set 'small'" in done.sets[0].message
    assert Layout(out).table("small").read_bytes() == before
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["sets"][0]["status"] == "ok"


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").touch()
    with pytest.raises(UsageError, match="something else"):
        bench_run(data(tmp_path), detector_file(tmp_path, ""), out)


def test_two_detectors_of_one_name_are_not_confused(tmp_path: Path) -> None:
    specs = [detector_file(tmp_path, ""), detector_file(tmp_path, "", "other.py")]
    done = bench_run(data(tmp_path), specs, tmp_path / "out")
    assert row(done).status == "ok"
    assert "has the name 'mine.v1' too" in row(done, specs[1]).message


@pytest.mark.parametrize(
    "spec", ["nothing.v1", "missing.py:Mine", "cmd:", "cmd:'open", "hashed_ngram.v1"]
)
def test_a_name_for_no_detector_stops_before_anything_is_written(tmp_path: Path, spec: str) -> None:
    with pytest.raises(UsageError):
        bench_run(data(tmp_path), spec, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_our_own_detector_is_asked_by_its_name(tmp_path: Path) -> None:
    done = bench_run(data(tmp_path), "hashed_ngram.v2", tmp_path / "out")
    info = row(done, "hashed_ngram.v2")
    assert (info.status, info.asked, info.abstained) == ("ok", 10, 0)
    assert info.neighbours["differ"] == 0


def test_texts_in_two_sets_are_found_exact_and_near(tmp_path: Path) -> None:
    def write(name: str, rows: list[BenchText]) -> str:
        return str(write_ours(tmp_path / f"{name}.parquet", rows))

    long = prose(1, 200)
    edited = long.replace("garden", "orchard", 2)
    a = [*texts(6), BenchText("long", long, "human"), BenchText("copy", prose(2), "ai")]
    b = [
        BenchText("edited", edited, "human"),
        BenchText("same", f"{prose(0)}\n", "human"),
        BenchText("again", prose(0).upper(), "human"),
        BenchText("else", prose(77), "ai"),
    ]
    out = tmp_path / "out"
    done = bench_run([write("a", a), write("b", b)], detector_file(tmp_path, ""), out)
    frame = pl.read_parquet(Layout(out).overlaps)
    found = {(r["doc_a"], r["doc_b"]): r["exact"] for r in frame.iter_rows(named=True)}
    assert found == {("t0", "same"): True, ("t0", "again"): True, ("long", "edited"): False}
    assert set(frame["set_a"]) == {"a"}
    near = frame.filter(~pl.col("exact"))["similarity"].item()
    assert 0.5 <= near < 1
    assert done.overlaps["sets"] == [
        {"set_a": "a", "set_b": "b", "pairs": 3, "texts_a": 2, "texts_b": 3, "exact_a": 1,
         "exact_b": 2}
    ]  # fmt: skip
    assert done.overlaps["exact"] == 2


def test_a_killed_run_goes_on_with_the_batch_it_was_at(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = f"""
    def score(self, texts):
        with open({str(log)!r}, 'a') as file:
            file.write(f'{{len(texts)}}\\n')
        if len(open({str(log)!r}).readlines()) == 4:
            time.sleep(60)
        return super().score(texts)
"""
    mine, out = detector_file(tmp_path, code), tmp_path / "out"
    command = [sys.executable, "-m", "detector", "bench", "run", "--data", data(tmp_path, count=40),
               "--detector", mine, "--out", str(out), "--batch", "8"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        for _ in range(600):
            if log.exists() and len(log.read_text().split()) == 4:
                break
            time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert log.read_text().split() == ["8"] * 4
    done = bench_run(data(tmp_path, count=40), mine, out, options=Options(batch=8))
    assert row(done).status == "ok"
    assert log.read_text().split()[4:6] == ["8", "8"]  # the fourth again, and the fifth
    assert scores(out, "small", "mine.v1") == [len(text.text) for text in texts(40)]


def test_the_command_line_tells_what_failed_and_exits_with_three(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [{"body": "x", "label": "ai"}])
    arguments = ["bench", "run", "--data", data(tmp_path), str(path), "--detector"]
    arguments += [detector_file(tmp_path, ""), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 3
    assert "a: FAILED" in result.stdout
    assert "small: 10 texts (5 ai, 5 human)" in result.stdout
    assert "small x mine.v1: 10 of 10 scored" in result.stdout


def test_the_command_line_gives_json(tmp_path: Path) -> None:
    code = (
        "import json,sys\nfor line in sys.stdin: print(len(json.loads(line)['text']), flush=True)"
    )
    (tmp_path / "score.py").write_text(code)
    spec = "cmd:" + shlex.join([sys.executable, str(tmp_path / "score.py")])
    arguments = ["bench", "run", "--data", data(tmp_path), "--detector", spec, "--out",
                 str(tmp_path / "out"), "--json"]  # fmt: skip
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    [info] = json.loads(result.stdout)["runs"]
    assert (info["detector"], info["status"], info["version"]) == (spec, "ok", None)
    assert info["cpu_seconds"] > 0


def test_the_list_names_detectors_and_formats() -> None:
    listed = json.loads(CliRunner().invoke(cli, ["bench", "list", "--json"]).stdout)
    assert {"hashed_ngram.v2", "minilm.v1"} <= {one["name"] for one in listed["detectors"]}
    assert "raid" in {one["name"] for one in listed["formats"]}
    assert "hashed_ngram.v2" in CliRunner().invoke(cli, ["bench", "list"]).stdout


def test_scores_go_to_the_leaderboard_of_raid(tmp_path: Path) -> None:
    rows = [{"id": f"id{n}", "generation": prose(n)} for n in range(3)]
    rows.append({"id": "short", "generation": "Short."})
    spec = str(write_csv(tmp_path / "test.csv", rows))
    out = tmp_path / "out"
    done = bench_run(f"raid:{spec}", detector_file(tmp_path, ""), out)
    assert done.sets[0].note.startswith("no labels")
    written = tmp_path / "predictions.json"
    arguments = ["bench", "raid-predictions", str(out), "--set", "raid-test", "--detector",
                 "mine.v1", "--out", str(written)]  # fmt: skip
    result = CliRunner().invoke(cli, arguments)
    assert "scores of 4 texts; 1 of them null" in result.stdout
    expected = [{"id": f"id{n}", "score": float(len(prose(n)))} for n in range(3)]
    assert json.loads(written.read_text()) == [*expected, {"id": "short", "score": None}]


def test_the_contract_is_tried_on_any_detector(tmp_path: Path) -> None:
    sound = CliRunner().invoke(cli, ["detectors", "check", detector_file(tmp_path, "")])
    assert (sound.exit_code, sound.stdout) == (0, "mine.v1: keeps the contract\n")
    code = "    def score(self, texts): x = super().score(texts); return x - x.mean()"
    broken = CliRunner().invoke(cli, ["detectors", "check", detector_file(tmp_path, code)])
    assert broken.exit_code == 3
    assert "mine.v1: BREAKS it" in broken.stdout
    assert "batch-independent" in broken.stdout


def test_the_contract_sees_which_way_scores_point(tmp_path: Path) -> None:
    rows = [
        BenchText(f"t{n}", prose(n, 60 if n % 2 else 20), "ai" if n % 2 else "human")
        for n in range(20)
    ]
    spec = str(write_ours(tmp_path / "s.parquet", rows))
    mine = detector_file(tmp_path, "    def score(self, texts): return -super().score(texts)")
    result = CliRunner().invoke(cli, ["detectors", "check", mine, "--data", spec])
    assert "orientation" in result.stdout
