"""Bad input and bad places: one message that says what was found, where, and what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from detector.errors import OutputError, UsageError
from detector.pipeline.chunks import read_inputs
from detector.pipeline.scan import require_run
from detector.read import InputRef
from detector.records import Position
from tests.pipeline import runs
from tests.pipeline.conftest import PART
from tests.pipeline.crawl import write_crawl

MODEL = Path(__file__).parents[2] / "detector/score/models/hashed_ngram.v2.model"


def refused(code: int, *arguments: str | Path, **options: str) -> str:
    """The one message of a scan that ends with `code`."""
    done = runs.detector("scan", *arguments, env=options)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.stderr


def test_a_missing_file(tmp_path: Path) -> None:
    message = refused(2, tmp_path / "none.warc.gz", "--out", tmp_path / "out")
    assert "no file" in message
    assert "none.warc.gz" in message
    assert not (tmp_path / "out").exists()


def test_a_folder_without_archives(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("x")
    message = refused(2, tmp_path / "in", "--out", tmp_path / "out")
    assert "holds no archive" in message
    assert str(tmp_path / "in") in message


def test_no_input_and_no_output(tmp_path: Path) -> None:
    assert "no inputs" in refused(2, "--out", tmp_path / "out")
    assert "--out is missing" in refused(2, tmp_path)


def test_an_output_folder_that_is_a_file(crawl: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("precious")
    assert "is a file" in refused(2, crawl, "--out", tmp_path / "out")
    assert (tmp_path / "out").read_text() == "precious"


def test_an_output_folder_with_foreign_files_is_left_alone(crawl: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("precious")
    message = refused(2, crawl, "--out", tmp_path)
    assert "thesis.doc" in message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["thesis.doc"]


def test_a_model_file_with_a_wrong_digest(crawl: Path, tmp_path: Path) -> None:
    changed = bytearray(MODEL.read_bytes())
    changed[-1000] ^= 1
    (tmp_path / "bad.model").write_bytes(changed)
    message = refused(5, crawl, "--out", tmp_path / "out", "--model", tmp_path / "bad.model")
    assert "digest" in message
    assert "bad.model" in message


def test_settings_that_differ_from_those_of_the_run_being_resumed(
    crawl: Path, labels: Path, tmp_path: Path
) -> None:
    out = tmp_path / "labels"
    shutil.copytree(labels, out)
    before = runs.identity(out)
    message = refused(2, crawl, "--out", out, *PART, "--fpr", "0.02", "--min-words", "50")
    assert "other settings" in message
    assert "fpr" in message
    assert "0.02" in message
    assert "min_words" in message
    assert runs.identity(out) == before


def test_resume_without_a_run(crawl: Path, tmp_path: Path) -> None:
    assert "no scan was begun here" in refused(2, crawl, "--out", tmp_path / "new", "--resume")


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--fpr", "2", "between 0 and 1"),
        ("--fpr", "0.000001", "human texts"),
        ("--min-words", "0", "from 1 to"),
        ("--body-cap", "12 parsecs", "is not a size"),
        ("--time-limit", "0", "from 1 to"),
        ("--workers", "0", "workers"),
        ("--extractor", "magic", "magic"),
        ("--model", "/nowhere/x.model", "x.model"),
    ],
)
def test_an_option_out_of_bounds(
    crawl: Path, tmp_path: Path, option: str, value: str, says: str
) -> None:
    assert says in refused(2, crawl, "--out", tmp_path / "out", option, value)


def test_an_input_that_is_no_archive_does_not_stop_the_others(crawl: Path, tmp_path: Path) -> None:
    """It is one fault, with a code, in a table of 62 records; the exit code is 0."""
    (tmp_path / "page.warc").write_text("<html><p>Not an archive</p></html>")
    runs.scan(tmp_path / "page.warc", crawl / "b.warc", "--out", tmp_path / "out")
    faults = runs.table(tmp_path / "out", "unlabelled").filter(kind="fault")
    assert faults["code"].to_list() == ["not-an-archive"]
    assert "<html>" in faults["message"][0]
    assert (
        sum(entry["books"]["records"] for entry in runs.manifest(tmp_path / "out")["inputs"]) == 62
    )


def test_two_scans_into_one_folder_at_a_time(crawl: Path, tmp_path: Path) -> None:
    """The second is told so and leaves the first alone."""
    out = tmp_path / "out"
    arguments = ("scan", "--quiet", "-", "--out", out)
    first = subprocess.Popen(runs.command(*arguments), stdin=subprocess.PIPE)
    try:
        assert first.stdin is not None
        first.stdin.write(b"WARC/1.0\r\n")
        first.stdin.flush()
        while not (out / "lock").exists():
            assert first.poll() is None
        message = refused(2, crawl, "--out", out)
        assert str(out) in message
    finally:
        first.kill()
        first.wait()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A filesystem too small for the labels of a crawl."""
    point = tmp_path / "small"
    point.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(point)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("mounting a small filesystem is not permitted here")
    try:
        yield point
    finally:
        subprocess.run(["umount", str(point)], check=True)


def test_a_full_disk_keeps_what_is_written_and_space_lets_it_go_on(
    small: Path, crawl: Path, labels: Path
) -> None:
    """Exit code 4 and a message; after more room, the same command ends with the same bytes."""
    arguments = (crawl, "--out", small / "labels", *PART)
    message = refused(4, *arguments)
    assert "No space left" in message
    assert "same command again" in message
    shown = runs.detector("show", small / "labels")
    assert shown.returncode == 0
    assert "unfinished" in shown.stdout
    subprocess.run(["mount", "-o", "remount,size=8m", str(small)], check=True)
    runs.scan(*arguments)
    assert runs.identity(small / "labels") == runs.identity(labels)


def test_an_output_folder_that_cannot_be_written(small: Path, crawl: Path) -> None:
    """Read-only, for permissions do not bind the superuser."""
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    message = refused(4, crawl, "--out", small / "labels")
    assert "Read-only" in message
    assert str(small) in message


def test_a_resumed_folder_that_cannot_be_looked_at(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="too long"):
        require_run(tmp_path / ("x" * 300))


def test_an_input_that_is_gone_when_its_turn_comes_does_not_stop_the_others(tmp_path: Path) -> None:
    """It was there when the scan began, which may be days ago."""
    chunks = read_inputs(
        [
            (0, InputRef(str(tmp_path / "gone.warc.gz"), 5), Position()),
            (1, InputRef(str(write_crawl(tmp_path / "b.warc.gz", 3)), None), Position()),
        ],
        1 << 20,
    )
    first, second = chunks
    assert "gone.warc.gz" in (first.failure or "")
    assert (second.failure, len(second.entries)) == (None, 7)


def test_an_input_that_needs_a_missing_package_stops_the_scan() -> None:
    with pytest.raises(UsageError):
        list(read_inputs([(0, InputRef("nothing-opens-this://x.warc"), Position())], 1 << 20))


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_an_input_without_permission(tmp_path: Path) -> None:
    archive = write_crawl(tmp_path / "a.warc.gz", 3)
    archive.chmod(0)
    message = refused(3, archive, "--out", tmp_path / "out")
    assert "Permission denied" in message
