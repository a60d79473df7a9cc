"""Filterings that are refused, killed, starved of disk, and taken up again."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from detector import filter_warcs
from detector.errors import InputError, OutputError, UsageError
from detector.pipeline import cut_archive
from detector.records import Label
from detector.write import disk
from tests.fixtures.archives import gz, http, page, warc
from tests.pipeline import runs
from tests.pipeline.made_labels import write_labels
from tests.pipeline.test_filter import crawled
from tests.write.test_full_disk import mount

LIKELY = ["likely-ai"]
ARCHIVES = 12
KILLS = 10


def identity(folder: Path) -> dict[str, str]:
    """Digest of every file of an output but its lock."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scan, `labels`, of a dozen archives, in `in`."""
    folder = tmp_path_factory.mktemp("scanned")
    (folder / "in").mkdir()
    paths = [folder / "in" / f"{n:02}.warc.gz" for n in range(ARCHIVES)]
    for n, path in enumerate(paths):
        path.write_bytes(crawled(10 + n))
    write_labels(folder / "labels", paths)
    return folder


@pytest.fixture(scope="module")
def whole(scanned: Path) -> dict[str, str]:
    """What an uninterrupted filtering writes."""
    filter_warcs(scanned / "labels", scanned / "whole", drop=LIKELY)
    return identity(scanned / "whole")


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """An archive of ten captures, with its scan beside it in `labels`."""
    path = tmp_path / "x.warc.gz"
    path.write_bytes(crawled(10))
    write_labels(tmp_path / "labels", [path])
    return path


def refused(
    tmp_path: Path, match: str, error: type[Exception] = UsageError, **options: object
) -> None:
    """The filtering is refused with one message, and nothing is written."""
    settings = {"drop": LIKELY, **options}
    with pytest.raises(error, match=match):
        filter_warcs(tmp_path / "labels", tmp_path / "out", **settings)  # type: ignore[arg-type]
    assert not list((tmp_path / "out").rglob("*.warc*"))
    assert not list((tmp_path / "out").rglob("*.parquet"))


# -- what is refused ------------------------------------------------------------------------------


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"drop": []}, "nothing to filter by"),
        ({"drop": ["likely"]}, r"'likely' is no label \(likely-ai, .*no code"),
        ({"drop": ["warc-warcinfo"]}, "cannot do without it"),
        ({"keep": 'langauge == "en"'}, "langauge is no column: did you mean language"),
        ({"keep": "label =="}, "not an expression"),
        ({"clusters": "nowhere"}, "holds no finished clustering"),
    ],
)
def test_a_mistake_in_the_call_is_one_message(
    tmp_path: Path, options: dict[str, object], match: str
) -> None:
    refused(tmp_path, match, **options)
    assert not (tmp_path / "out").exists()


def test_a_moved_archive_is_named_and_found_where_it_is_said_to_be(
    one: Path, tmp_path: Path
) -> None:
    filter_warcs(tmp_path / "labels", tmp_path / "before", drop=LIKELY)
    (tmp_path / "new" / tmp_path.name).mkdir(parents=True)
    one.rename(tmp_path / "new" / tmp_path.name / one.name)
    refused(tmp_path, r"x\.warc\.gz: there is no such file(.|\n)*--archives-in FOLDER")
    refused(tmp_path, "nowhere/x.warc.gz: there is no such file", archives_in="nowhere")
    for folder in (tmp_path / "new", tmp_path / "new" / tmp_path.name):
        out = tmp_path / f"out-{folder.name}"
        filter_warcs(tmp_path / "labels", out, drop=LIKELY, archives_in=folder)
        assert identity(out) == identity(tmp_path / "before")


def test_an_archive_of_another_size_is_refused_before_anything_is_written(
    one: Path, tmp_path: Path
) -> None:
    one.write_bytes(one.read_bytes() + gz(warc(77, http(page(7)))))
    refused(tmp_path, r"has [\d,]+ bytes, and had [\d,]+(.|\n)*scan them again")
    assert not (tmp_path / "out").exists()


def test_an_archive_of_the_same_size_with_other_records_fails_and_leaves_no_file(
    tmp_path: Path,
) -> None:
    """Each record that is to go is compared with what the scan says of it."""
    one = tmp_path / "x.warc"
    one.write_bytes(b"".join(warc(n, http(page(0))) for n in range(10)))
    write_labels(tmp_path / "labels", [one])
    one.write_bytes(b"".join(warc(n, http(page(0))) for n in (1, 0, *range(2, 10))))
    found = filter_warcs(tmp_path / "labels", tmp_path / "out", drop=LIKELY)
    [(name, why)] = found.failures
    assert name == str(one)
    assert "lies not the record that was scanned" in why
    assert (found.state, found.records) == ("partial", 0)
    left = {path.name for path in (tmp_path / "out").rglob("*")}
    assert left <= {"manifest.json", "lock", "ledger"}


def test_a_stream_that_cannot_be_read_again_is_refused(one: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "labels" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(json.dumps(str(one)), '"-"'))
    refused(tmp_path, "standard input, which cannot be read again")


def test_labels_of_another_format_are_refused(one: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "labels" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 2'))
    refused(tmp_path, "written in format '2', and this version reads format 1", OutputError)


def test_an_unfinished_scan_is_refused(one: Path, tmp_path: Path) -> None:
    from detector.write import InputEntry, OutputFolder, RunSettings

    OutputFolder.open(tmp_path / "l2", RunSettings((InputEntry(str(one)),), {}, {}, {})).close()
    with pytest.raises(UsageError, match="unfinished, and records that were not scanned"):
        filter_warcs(tmp_path / "l2", tmp_path / "out", drop=LIKELY)


def test_a_table_that_was_removed_is_one_message(one: Path, tmp_path: Path) -> None:
    next((tmp_path / "labels" / "unlabelled").iterdir()).unlink()
    refused(tmp_path, "cannot be used", OutputError)


def test_a_folder_with_other_things_is_refused_and_left_alone(one: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "note.txt").write_text("mine")
    refused(tmp_path, "holds files that no filtering wrote ..note.txt")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["note.txt"]
    with pytest.raises(UsageError, match="not of a filtering"):
        filter_warcs(tmp_path / "labels", tmp_path / "labels", drop=LIKELY)
    with pytest.raises(UsageError, match="is a file"):
        filter_warcs(tmp_path / "labels", one, drop=LIKELY)
    with pytest.raises(UsageError, match="a web server takes no files"):
        filter_warcs(tmp_path / "labels", "https://example.org/x", drop=LIKELY)


def test_an_archive_is_never_overwritten(one: Path, tmp_path: Path) -> None:
    """Not even through a link."""
    before = one.read_bytes()
    with pytest.raises(UsageError, match="would be overwritten"):
        filter_warcs(tmp_path / "labels", tmp_path, drop=LIKELY)
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="would be overwritten"):
        filter_warcs(tmp_path / "labels", tmp_path / "link", drop=LIKELY)
    assert one.read_bytes() == before


def test_an_archive_with_the_name_of_our_own_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(crawled(3))
    write_labels(tmp_path / "labels", [path])
    with pytest.raises(UsageError, match="an archive of this name cannot lie in"):
        filter_warcs(tmp_path / "labels", tmp_path / "out", drop=LIKELY)


def test_other_settings_are_refused_with_their_difference(one: Path, tmp_path: Path) -> None:
    filter_warcs(tmp_path / "labels", tmp_path / "out", drop=LIKELY)
    before = identity(tmp_path / "out")
    with pytest.raises(UsageError, match=r"drop: was \['likely-ai'\], now \['uncertain'\]"):
        filter_warcs(tmp_path / "labels", tmp_path / "out", drop=["uncertain"])
    write_labels(tmp_path / "other", [one], lambda _: Label.LIKELY_AI)
    with pytest.raises(UsageError, match="was filtered by other labels"):
        filter_warcs(tmp_path / "other", tmp_path / "out", drop=LIKELY)
    assert identity(tmp_path / "out") == before


def test_an_archive_whose_scan_broke_off_is_left_out_and_said_so(tmp_path: Path) -> None:
    paths = [tmp_path / "a.warc.gz", tmp_path / "b.warc.gz"]
    for path in paths:
        path.write_bytes(crawled(10))
    write_labels(tmp_path / "labels", paths, failed=[str(paths[0])])
    found = filter_warcs(tmp_path / "labels", tmp_path / "out", drop=LIKELY)
    assert found.failures == ((str(paths[0]), "its scan ended early: it broke off"),)
    assert (found.state, found.records) == ("partial", 31)
    assert {path.name for path in (tmp_path / "out").glob("*.gz")} == {"b.warc.gz"}


def test_a_file_that_is_gone_from_the_output_is_noticed(one: Path, tmp_path: Path) -> None:
    filter_warcs(tmp_path / "labels", tmp_path / "out", drop=LIKELY)
    (tmp_path / "out" / one.name).unlink()
    with pytest.raises(OutputError, match="is missing, but was finished with"):
        filter_warcs(tmp_path / "labels", tmp_path / "out", drop=LIKELY)


# -- what is taken up again -----------------------------------------------------------------------


def test_a_second_run_changes_nothing_and_says_the_same(
    scanned: Path, whole: dict[str, str]
) -> None:
    times = {path: path.stat().st_mtime_ns for path in (scanned / "whole").rglob("*")}
    first = filter_warcs(scanned / "labels", scanned / "again", drop=LIKELY)
    second = filter_warcs(scanned / "labels", scanned / "whole", drop=LIKELY)
    assert (first.records, first.dropped) == (second.records, second.dropped)
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert identity(scanned / "again") == whole


def test_an_archive_that_fails_stops_no_other_and_is_done_by_the_next_run(
    scanned: Path, whole: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = cut_archive.check_size, []

    def fails_twice(*args: object) -> None:
        calls.append(args)
        if len(calls) in (1, 7):
            raise InputError("it stayed away")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(cut_archive, "check_size", fails_twice)
    out = tmp_path / "out"
    found = filter_warcs(scanned / "labels", out, drop=LIKELY)
    assert [Path(name).name for name, _ in found.failures] == ["00.warc.gz", "06.warc.gz"]
    assert len(list(out.glob("*.gz"))) == ARCHIVES - 2
    made = {path: path.stat().st_ino for path in out.glob("*.gz")}
    found = filter_warcs(scanned / "labels", out, drop=LIKELY)
    assert found.failures == ()
    assert {path: path.stat().st_ino for path in made} == made  # none was made again
    assert identity(out) == whole


SLOW = """
import sys, time
from detector.read import Cutter
from detector import filter_warcs
pieces = Cutter.pieces
def slowly(self, records):
    for piece in pieces(self, records):
        time.sleep(0.002)
        yield piece
Cutter.pieces = slowly
filter_warcs(sys.argv[1], sys.argv[2], drop=["likely-ai"])
"""


@pytest.mark.timeout(200)
def test_kills_at_random_moments_change_nothing(
    scanned: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    """kill -9 in start-up, in the midst of archives, and at their ends."""
    draw, out, kills = random.Random(7), tmp_path / "out", 0
    while kills < KILLS:
        done = len(list(out.glob("*.gz")))
        process = subprocess.Popen([sys.executable, "-c", SLOW, scanned / "labels", out])
        if kills % 3:
            while process.poll() is None and len(list(out.glob("*.gz"))) == done < ARCHIVES:
                time.sleep(0.002)
        time.sleep(draw.uniform(0, 0.05) if kills % 3 else draw.uniform(0, 1.0))
        process.kill()
        if process.wait() == -signal.SIGKILL:
            kills += 1
        for path in out.glob("*.gz"):  # whatever has its name is whole
            assert hashlib.sha256(path.read_bytes()).hexdigest() == whole[path.name]
        if process.returncode == 0:
            break
    assert kills >= 5
    filter_warcs(scanned / "labels", out, drop=LIKELY)
    assert identity(out) == whole


def test_ctrl_c_ends_with_130_and_leaves_nothing_half_written(
    scanned: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    program = SLOW.replace(
        'filter_warcs(sys.argv[1], sys.argv[2], drop=["likely-ai"])',
        "from detector.cli.main import main\n"
        'sys.argv[1:] = ["filter", *sys.argv[1:2], "--drop", "likely-ai", "--out", sys.argv[2]]\n'
        "main()",
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, scanned / "labels", out], stderr=subprocess.PIPE
    )
    while process.poll() is None and len(list(out.glob("*.gz"))) < 2:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, message = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "run the same command again" in message.decode()
    assert not list(out.glob("*.gz.tmp"))


def test_only_one_run_writes_to_a_folder(one: Path, tmp_path: Path) -> None:
    from detector.write.lock import FolderLock

    (tmp_path / "out").mkdir()
    lock = FolderLock(tmp_path / "out" / "lock")
    with pytest.raises(UsageError, match="another run is writing to this folder"):
        filter_warcs(tmp_path / "labels", tmp_path / "out", drop=LIKELY)
    lock.release()


# -- a disk that fills ----------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    point = tmp_path / "small"
    point.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=64k", "none", str(point)):
        pytest.skip("mounting a small file system is not permitted here")
    yield point
    subprocess.run(["umount", str(point)], check=True)


def test_a_full_disk_is_one_message_and_space_lets_it_go_on(
    small: Path, scanned: Path, whole: dict[str, str]
) -> None:
    out = small / "out"
    for _ in range(2):
        with pytest.raises(
            OutputError, match=r"No space left.*Free some space.*same command again"
        ):
            filter_warcs(scanned / "labels", out, drop=LIKELY)
        assert not list(out.rglob("*.tmp"))
    made = list(out.glob("*.gz"))
    assert made
    for path in made:
        assert identity(out)[path.name] == whole[path.name]
    assert mount("-o", "remount,size=4m", str(small))
    filter_warcs(scanned / "labels", out, drop=LIKELY)
    assert identity(out) == whole


@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
def test_a_failing_system_call_leaves_nothing_under_a_final_name(
    one: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    out = tmp_path / "out"
    real: Callable[..., object] = getattr(os, call)
    made: list[int] = []

    def fails(*args: object) -> object:
        made.append(1)
        if (out / "manifest.json").exists():
            raise OSError(5, "Input/output error")
        return real(*args)

    monkeypatch.setattr(disk.os, call, fails)
    with pytest.raises(OutputError, match="Input/output error"):
        filter_warcs(tmp_path / "labels", out, drop=LIKELY)
    assert made
    assert not list(out.glob("*.gz"))
    monkeypatch.undo()
    assert filter_warcs(tmp_path / "labels", out, drop=LIKELY).state == "complete"


# -- the command ----------------------------------------------------------------------------------


def test_the_command_says_what_was_done(one: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ("filter", tmp_path / "labels", "--drop", "likely-ai")
    dry = runs.detector(*arguments, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "31 records: 27 kept, 4 dropped" in dry.stdout
    assert "dry run: about" in dry.stdout
    done = runs.detector(*arguments, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "31 records: 19 kept, 12 dropped" in done.stdout
    assert "with-capture         8" in done.stdout
    told = json.loads(runs.detector(*arguments, "--out", out, "--json").stdout)
    assert told["dropped"] == {"likely-ai": 4, "with-capture": 8}
    assert told["bytes_out"] == (out / one.name).stat().st_size


def test_the_command_s_failures_have_their_exit_codes(one: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels"
    assert runs.detector("filter", labels, "--drop", "likely-ai").returncode == 2
    assert runs.detector("filter", labels, "--out", tmp_path / "o").returncode == 2
    done = runs.detector("filter", labels, "--keep", "x == 1", "--out", tmp_path / "o")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("detector: the expression 'x == 1': x is no column")
    assert "Traceback" not in done.stderr
    write_labels(tmp_path / "failed", [one], failed=[str(one)])
    done = runs.detector(
        "filter", tmp_path / "failed", "--drop", "likely-ai", "--out", tmp_path / "o"
    )
    assert done.returncode == 3
    assert "its scan ended early" in done.stderr
