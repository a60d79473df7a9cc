"""The commands as a user meets them: explain, show, dry run, standard input, JSON, help."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import pty
import struct
import subprocess
import termios
from pathlib import Path

import polars as pl
import pytest

import detector
from detector import ScanSettings
from detector.pipeline import chunks, sample
from detector.read import InputRef
from tests.pipeline import runs
from tests.pipeline.conftest import PART
from tests.pipeline.test_watchdog import write_pages

SHORT = b"<html><body><p>" + b"Some words of a page in plain English. " * 2 + b"</p></body></html>"


def ran(*arguments: str | Path, **options: bytes) -> str:
    done = runs.detector(*arguments, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def locator(row: dict[str, object]) -> str:
    inner = "" if row["inner"] is None else f"!{row['inner']}"
    return f"{row['file']}@{row['offset']}{inner}+{row['length']}"


def test_help_names_every_command_and_exit_code() -> None:
    text = ran("--help")
    commands = (
        "scan",
        "show",
        "explain",
        "fdr",
        "calibrate",
        "cluster",
        "filter",
        "index",
        "doctor",
        "fit",
        "fit-deep",
    )
    for word in (*commands, "Exit codes", "130"):
        assert word in text
    for name in commands:
        assert "Usage" in ran(name, "--help")


def test_help_and_mistakes_answer_without_loading_models() -> None:
    """`--help` imports neither numba nor polars."""
    code = "import sys, detector.cli; print({'numba', 'polars'} & set(sys.modules))"
    done = subprocess.run([*runs.command()[:1], "-c", code], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "set()"


def test_explain_replays_what_the_row_says(labels: Path) -> None:
    """Text form and JSON agree with the documents table, for a record of each file."""
    for row in runs.table(labels, "documents").unique("file").iter_rows(named=True):
        told = json.loads(ran("explain", locator(row), "--json"))
        assert told["kind"] == "document"
        assert told["outcome"]["fingerprint"]["exact"] == row["fingerprint"]
        assert told["outcome"]["verdict"]["label"] == row["label"]
        assert told["outcome"]["verdict"]["score"] == pytest.approx(row["score"])
        assert told["policy"] == row["policy"]
        text = ran("explain", locator(row))
        for word in (row["url"], row["fingerprint"], row["label"], row["policy"], "score"):
            assert word in text


def test_explain_replays_skips_too(labels: Path) -> None:
    for row in runs.table(labels, "unlabelled").unique("code").iter_rows(named=True):
        assert row["code"] in ran("explain", locator(row))


def test_explain_says_the_rule_or_why_there_is_none(labels: Path) -> None:
    """At 0.05 % the kind needs 10,000 human texts, and fewer stand behind long ones."""
    rows = runs.table(labels, "documents")
    place = locator(rows.filter(rows["words"].is_between(320, 639)).row(0, named=True))
    told = json.loads(ran("explain", place, "--json"))
    assert told["statement"] in ran("explain", place)
    assert "en, 320-639 words: likely-ai above" in told["statement"]
    assert told["threshold"]["bound"] > 0.01
    refused = json.loads(ran("explain", place, "--fpr", "0.0005", "--json"))
    assert refused["outcome"]["verdict"]["reasons"] == ["fpr-not-supported"]
    assert refused["statement"].startswith("no contract for language en, 320-639 words")
    assert refused["threshold"]["bound"] is None


def test_show_and_the_manifest_hold_the_bound_beside_every_threshold(labels: Path) -> None:
    told = runs.manifest(labels)["contract"]
    assert told == json.loads(ran("show", labels, "--json"))["contract"]
    text = ran("show", labels)
    for rule in told["thresholds"]:
        assert rule["bound"] > told["fpr"] > rule["beyond"] / rule["n"]
        assert rule["statement"] in text


def test_a_scan_can_label_the_whole_by_a_false_discovery_rate(crawl: Path, tmp_path: Path) -> None:
    """As `detector fdr` does afterwards; scanning again only repeats that."""
    whole = ("scan", crawl, "--out", tmp_path / "out", "--fdr", "0.2")
    for _ in range(2):
        told = json.loads(ran(*whole, "--json"))["fdr"]
        assert told == json.loads(ran("fdr", tmp_path / "out", "--fdr", "0.2", "--json"))
    assert (
        pl.read_parquet(tmp_path / "out" / "fdr.parquet")["label_fdr"].is_in(["likely-ai"]).sum()
        >= told["called"]
    )
    assert "false-discovery rate of 0.2" in ran(*whole)


def test_fdr_labels_a_finished_scan_and_leaves_it_alone(labels: Path, tmp_path: Path) -> None:
    before = runs.identity(labels)
    out = tmp_path / "out.parquet"
    told = json.loads(ran("fdr", labels, "--fdr", "0.2", "--out", out, "--json"))
    rows = runs.table(labels, "documents")
    assert told["tested"] == rows["p_value"].count()
    assert told["by_fpr"] == (rows["label"] == "likely-ai").sum()
    assert pl.read_parquet(out)["ordinal"].to_list() == rows["ordinal"].to_list()
    assert runs.identity(labels) == before
    assert f"{told['called']:,} of {told['tested']:,} documents" in ran(
        "fdr", labels, "--fdr", "0.2"
    )


def test_explain_refuses_what_is_no_locator(tmp_path: Path) -> None:
    done = runs.detector("explain", "x.warc.gz")
    assert done.returncode == 2
    assert "FILE@OFFSET+LENGTH" in done.stderr
    done = runs.detector("explain", f"{tmp_path}/none.warc.gz@0+1")
    assert done.returncode == 2
    assert "none.warc.gz" in done.stderr


def test_nothing_of_a_page_reaches_the_terminal_raw(tmp_path: Path) -> None:
    """Escape sequences in URL, header, title and text are shown, not sent."""
    from tests.pipeline.test_watchdog import write_pages

    body = b"<title>a\x1b]0;owned\x07</title><p>" + b"word \x1b[31mred " * 60 + b"</p>"
    archive = write_pages(tmp_path / "a.warc.gz", {"http://x.example/\x1b[2J": body})
    runs.scan(archive, "--out", tmp_path / "out")
    row = runs.table(tmp_path / "out", "documents").row(0, named=True)
    assert "\x1b" not in ran("explain", locator(row))
    assert "\x1b" not in ran("show", tmp_path / "out")


def test_show_sums_up_a_folder(labels: Path) -> None:
    told = json.loads(ran("show", labels, "--json"))
    assert told["state"] == "complete"
    assert told["books"]["records"] == 462
    assert sum(told["labels"].values()) == told["books"]["documents"]
    text = ran("show", labels)
    assert "462" in text
    assert "warc-request" in text


def test_show_of_what_is_no_folder_of_labels(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        done = runs.detector("show", path)
        assert done.returncode == 2
        assert str(path) in done.stderr


def test_scan_prints_its_summary_as_text_or_json(crawl: Path, tmp_path: Path) -> None:
    told = json.loads(ran("scan", crawl, "--out", tmp_path / "a", "--json"))
    assert told["books"]["records"] == 462
    assert str(tmp_path / "b") in ran("scan", crawl, "--out", tmp_path / "b")


def test_standard_input_is_an_input(crawl: Path, labels: Path, tmp_path: Path) -> None:
    """The rows are those of the file, but for the file's name."""
    data = (crawl / "a.warc.gz").read_bytes()
    ran("scan", "-", "--quiet", "--out", tmp_path / "out", *PART, stdin=data)
    streamed = runs.table(tmp_path / "out", "documents").drop("file")
    filed = runs.table(labels, "documents")
    filed = filed.filter(filed["file"].str.ends_with("a.warc.gz")).drop("file")
    assert streamed.equals(filed)


def test_a_path_list_as_common_crawl_publishes_them(crawl: Path, tmp_path: Path) -> None:
    paths = tmp_path / "warc.paths.gz"
    paths.write_bytes(gzip.compress(b"a.warc.gz\nb.warc\n"))
    options = ("--paths-file", paths, "--base-url", crawl, "--out", tmp_path / "out")
    told = json.loads(ran("scan", *options, "--json"))
    assert (told["inputs"], told["books"]["records"]) == (2, 462)


def test_a_dry_run_estimates_and_writes_nothing(crawl: Path, labels: Path, tmp_path: Path) -> None:
    """On a crawl smaller than the sample the estimate is the truth."""
    told = json.loads(ran("scan", crawl, "--dry-run", "--json", "--out", tmp_path / "out"))
    assert not (tmp_path / "out").exists()
    truth = runs.table(labels, "documents")
    assert told["sampled_documents"] == told["documents"] == len(truth)
    shares = {share["label"]: share["count"] for share in told["shares"]}
    assert shares == dict(truth["label"].value_counts().iter_rows())
    assert "estimate: about" in ran("scan", crawl, "--dry-run")


def test_with_text_stores_the_text(crawl: Path, tmp_path: Path) -> None:
    runs.scan(crawl / "b.warc", "--out", tmp_path / "out", "--with-text")
    documents = runs.table(tmp_path / "out", "documents")
    assert documents["text"].str.len_chars().min() > 100
    assert "text" not in runs.table(tmp_path / "out", "documents").drop("text").columns


def test_the_other_extractor_can_be_chosen(crawl: Path, tmp_path: Path) -> None:
    runs.scan(crawl / "b.warc", "--out", tmp_path / "out", "--extractor", "trafilatura")
    assert runs.manifest(tmp_path / "out")["settings"]["extractor"] == "trafilatura"
    assert len(runs.table(tmp_path / "out", "documents")) > 20


def test_a_bar_is_shown_on_a_terminal_and_nowhere_else(crawl: Path, tmp_path: Path) -> None:
    assert runs.detector("scan", crawl, "--out", tmp_path / "a").stderr == ""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
    arguments = ("scan", crawl, "--out", tmp_path / "b")
    process = subprocess.Popen(runs.command(*arguments), stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
    assert process.wait() == 0
    os.close(ours)
    assert b"docs/s" in shown
    assert b"records" in shown


def test_the_public_names_are_these() -> None:
    """Everything in `__all__` loads; a change here is a change of the interface."""
    for name in detector.__all__:
        assert getattr(detector, name) is not None
    with pytest.raises(AttributeError):
        detector.nothing_of_the_sort  # noqa: B018


def test_a_reader_of_standard_output_that_goes_away_is_no_failure(labels: Path) -> None:
    """As in `detector show labels/ | head -0`."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        runs.command("show", labels), stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_standard_output_on_a_full_disk(labels: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            runs.command("show", labels), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 4
    assert done.stderr.startswith(b"detector: standard output: cannot write: No space left")
    assert len(done.stderr.splitlines()) == 1


def test_a_dry_run_holds_no_more_pages_at_a_time_than_a_scan(crawl: Path) -> None:
    """And every worker has its share of them."""
    tally = sample._Tally()
    ref = InputRef(str(crawl / "a.warc.gz"), 200)
    got = list(sample._spots([ref], ScanSettings(), tally))
    assert max(len(chunk.pages) for chunk in got) == chunks.CHUNK_PAGES
    assert sum(len(chunk.entries) for chunk in got) == 401
    assert tally.bytes == (crawl / "a.warc.gz").stat().st_size


def test_a_dry_run_counts_what_it_read_inside_one_large_member(crawl: Path, tmp_path: Path) -> None:
    """Where every record has the same offset in the file."""
    archive = tmp_path / "one.warc.gz"
    archive.write_bytes(gzip.compress(gzip.decompress((crawl / "a.warc.gz").read_bytes()) * 4, 0))
    tally = sample._Tally()
    entries = 0
    for chunk in sample._spots([InputRef(str(archive), 1)], ScanSettings(), tally):
        entries += len(chunk.entries)
    whole = archive.stat().st_size
    assert tally.bytes == pytest.approx(whole * entries / 1604, rel=0.5)


def test_explain_gives_json_that_every_parser_takes(tmp_path: Path) -> None:
    """A detector that abstains has no score: null, for JSON has no NaN."""
    archive = write_pages(tmp_path / "a.warc.gz", {"http://x.example/": SHORT})
    runs.scan(archive, "--out", tmp_path / "out", "--min-words", "5")
    [row] = runs.table(tmp_path / "out", "documents").iter_rows(named=True)
    told = ran("explain", locator(row), "--json", "--min-words", "5")
    assert "NaN" not in told
    assert [score["value"] for score in json.loads(told)["outcome"]["evidence"]["scores"]] == [None]
