"""The report of a real scan: what it counts, where its texts are from, what marks do to it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from detector import write_report
from detector.errors import OutputError, UsageError
from detector.fit.corpora import FEWEST_WORDS, MARKED, read_corpora
from detector.pipeline.marked_texts import marked_texts
from detector.pipeline.material import gather
from detector.pipeline.serve import Review, read_mark
from detector.records import Label
from detector.write.marks import MarksFile
from tests.pipeline import runs
from tests.pipeline.reviewed import PWN, write_reviewed
from tests.report.test_page import Elements


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reviewed(tmp_path_factory.mktemp("crawl") / "a.warc.gz")


@pytest.fixture(scope="module")
def scanned(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scan") / "labels"
    runs.scan(crawl, "--out", out, "--workers", "1", "--part-size", "20")
    return out


@pytest.fixture
def labels(scanned: Path, tmp_path: Path) -> Path:
    """A copy of the scan, whose marks are its own."""
    shutil.copytree(scanned, tmp_path / "labels")
    return tmp_path / "labels"


def data_of(out: Path) -> Any:
    return json.loads(Elements((out / "index.html").read_text()).content["script"][0])


def test_the_page_counts_what_the_tables_hold(labels: Path, tmp_path: Path) -> None:
    made = write_report(labels, tmp_path / "report")
    data, table = data_of(tmp_path / "report"), runs.table(labels, "documents")
    counted = Counter(table["label"])
    assert dict(zip(data["names"], data["labels"], strict=True)) == {
        label.value: counted[label.value] for label in Label
    }
    assert made.documents == len(table) == data["books"]["documents"]
    assert data["groups"]["host"]["total"] == table["host"].fill_null("(no host)").n_unique()
    assert [row["code"] for row in data["unlabelled"]["fault"]] == ["damaged-member"]
    assert json.loads((tmp_path / "report" / "report.json").read_text())["labels"] == data["labels"]


def test_texts_are_read_again_from_the_archive(labels: Path, tmp_path: Path) -> None:
    made = write_report(labels, tmp_path / "report")
    assert (made.without_text, made.missing) == (0, ())
    for one in data_of(tmp_path / "report")["samples"]:
        text = "".join(part for part, _ in one["text"])
        assert len(text.split()) >= 40
        assert one["hidden"] == 0


def test_the_command_beside_a_fault_replays_it(labels: Path, tmp_path: Path) -> None:
    import shlex

    write_report(labels, tmp_path / "report")
    [fault] = data_of(tmp_path / "report")["unlabelled"]["fault"]
    words = shlex.split(fault["examples"][0]["command"])
    done = runs.detector(*words[1:])
    assert done.returncode == 0
    assert "damaged-member" in done.stdout


def test_texts_of_a_scan_with_texts_need_no_archive(crawl: Path, tmp_path: Path) -> None:
    copy = tmp_path / "b.warc.gz"
    shutil.copy(crawl, copy)
    runs.scan(copy, "--out", tmp_path / "labels", "--workers", "1", "--with-text")
    copy.unlink()
    assert write_report(tmp_path / "labels", tmp_path / "report").without_text == 0


def test_a_moved_archive_is_found_where_it_is_said_to_be(crawl: Path, tmp_path: Path) -> None:
    (tmp_path / "was").mkdir()
    shutil.copy(crawl, tmp_path / "was" / "x.warc.gz")
    runs.scan(tmp_path / "was", "--out", tmp_path / "labels", "--workers", "1")
    (tmp_path / "was").rename(tmp_path / "now")
    lost = write_report(tmp_path / "labels", tmp_path / "lost")
    assert lost.without_text == lost.sampled > 0
    assert "there is no file" in lost.missing[0]
    found = write_report(tmp_path / "labels", tmp_path / "found", archives=tmp_path / "now")
    assert found.without_text == 0
    done = runs.detector("report", tmp_path / "labels", "--out", tmp_path / "lost")
    assert "without their text" in done.stdout
    assert "--archives-in" in done.stdout


@pytest.mark.parametrize("change", ["size", "content"])
def test_a_changed_archive_gives_no_text(crawl: Path, tmp_path: Path, change: str) -> None:
    copy = tmp_path / "b.warc.gz"
    shutil.copy(crawl, copy)
    runs.scan(copy, "--out", tmp_path / "labels", "--workers", "1")
    write_reviewed(copy, 60 if change == "content" else 30, seed=5)
    if change == "content":
        data, size = copy.read_bytes(), crawl.stat().st_size
        copy.write_bytes(data[:size].ljust(size, b"\0"))
    made = write_report(tmp_path / "labels", tmp_path / "report")
    assert made.without_text == made.sampled
    said = "is another file now" if change == "size" else "the archive was changed"
    assert any(said in why for why in made.missing)


def test_the_same_scan_gives_the_same_page(labels: Path, tmp_path: Path) -> None:
    write_report(labels, tmp_path / "one")
    write_report(labels, tmp_path / "two")
    assert (tmp_path / "one/index.html").read_bytes() == (tmp_path / "two/index.html").read_bytes()
    write_report(labels, tmp_path / "two", seed=1)  # an earlier report is replaced
    assert (tmp_path / "one/index.html").read_bytes() != (tmp_path / "two/index.html").read_bytes()


def test_hostile_pages_become_no_element(labels: Path, tmp_path: Path) -> None:
    write_report(labels, tmp_path / "report")
    page = Elements((tmp_path / "report/index.html").read_text())
    assert PWN in page.content["script"][0]
    assert PWN not in page.content["script"][1]
    assert [tag for tag, _ in page.found].count("script") == 2
    samples = data_of(tmp_path / "report")["samples"]
    links = {one["link"] for one in samples if one["link"]}
    assert all(link.startswith("https://") and PWN not in link for link in links)
    assert any((one["url"] or "").startswith("javascript:") for one in samples)


def test_a_folder_of_something_else_is_left_alone(labels: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("x")
    for out in (tmp_path / "full", labels):
        with pytest.raises(UsageError, match="holds files that no report wrote"):
            write_report(labels, out)
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        write_report(labels, tmp_path / "file")
    assert not (labels / "index.html").exists()


def test_bad_input_is_one_clear_message(labels: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    for options, code, said in [
        (["--sample", "-1"], 2, "--sample"),
        (["--archives-in", tmp_path / "none"], 2, "--archives"),
        (["--clusters", tmp_path], 2, "clustering"),
        (["--marks", tmp_path / "none"], 2, "no such file"),
    ]:
        done = runs.detector("report", labels, "--out", out, *options)
        assert (done.returncode, said in done.stderr) == (code, True), done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    assert runs.detector("report", tmp_path / "none", "--out", out).returncode == 2
    manifest = json.loads((labels / "manifest.json").read_text())
    (labels / "manifest.json").write_text(json.dumps({**manifest, "format": 9}, indent=1))
    done = runs.detector("report", labels, "--out", out)
    assert (done.returncode, "format" in done.stderr) == (4, True)
    assert not out.exists()


def test_a_missing_part_is_told(labels: Path, tmp_path: Path) -> None:
    next((labels / "documents").iterdir()).unlink()
    with pytest.raises(OutputError, match="removed or changed; restore it"):
        write_report(labels, tmp_path / "report")


def test_an_empty_scan_has_a_report(tmp_path: Path) -> None:
    write_reviewed(tmp_path / "x.warc.gz", 1)
    runs.scan(tmp_path / "x.warc.gz", "--out", tmp_path / "labels", "--min-words", "9999")
    made = write_report(tmp_path / "labels", tmp_path / "report")
    assert (made.documents, made.sampled) == (0, 0)


def test_copies_are_told_and_clusters_of_other_scans_refused(
    labels: Path, crawl: Path, tmp_path: Path
) -> None:
    done = runs.detector("cluster", labels, "--out", tmp_path / "clusters")
    assert done.returncode == 0, done.stderr
    moved = tmp_path / "moved"
    shutil.copytree(labels, moved)
    write_report(moved, tmp_path / "report", clusters=tmp_path / "clusters")
    data = data_of(tmp_path / "report")
    assert data["clusters"]["found"]["documents"] == data["books"]["documents"]
    assert all(one["copies"]["size"] >= 1 for one in data["samples"])
    runs.scan(crawl, "--out", tmp_path / "other", "--min-words", "200")
    with pytest.raises(UsageError, match="is over other scans"):
        write_report(tmp_path / "other", tmp_path / "no", clusters=tmp_path / "clusters")


def review(labels: Path, marks: Path) -> tuple[Review, MarksFile]:
    file = MarksFile(marks)
    return Review(gather(labels), file), file


def sent(number: int, right: bool | None, reviewer: str = "ann") -> dict[str, Any]:
    return {"sample": number, "right": right, "reviewer": reviewer, "note": ""}


def test_marks_give_a_precision_that_the_report_shows(labels: Path, tmp_path: Path) -> None:
    one, file = review(labels, tmp_path / "labels.marks.jsonl")
    rows = gather(labels).rows
    likely = [at for at, row in enumerate(rows) if row["label"] == "likely-ai"]
    for at in likely:
        answer = one.mark(sent(at, at != likely[0]))
    one.mark(sent(likely[1], False, "bob"))  # they differ
    file.close()
    assert answer["measured"]["labels"][0]["marked"] == len(likely)
    made = write_report(labels, tmp_path / "report")
    assert made.measured is not None
    [precision] = [of for of in made.measured.labels if of.label == "likely-ai"]
    assert (precision.marked, precision.right) == (len(likely) - 1, len(likely) - 2)
    assert made.measured.disputed == 1
    shown = data_of(tmp_path / "report")
    assert shown["measured"]["labels"][0]["low"] == pytest.approx(precision.low)
    assert sum(len(of["marks"]) for of in shown["samples"]) == len(likely) + 1
    done = runs.detector("report", labels, "--out", tmp_path / "report")
    assert f"{precision.right} of {precision.marked} marked are right" in done.stdout


def test_a_mark_can_be_taken_back(labels: Path, tmp_path: Path) -> None:
    one, file = review(labels, tmp_path / "m.jsonl")
    assert one.mark(sent(0, True))["marks"] == [{"reviewer": "ann", "right": True, "note": ""}]
    assert one.mark(sent(0, None)) == {"marks": [], "measured": None}
    file.close()


def test_marks_of_another_scan_are_left_out(labels: Path, crawl: Path, tmp_path: Path) -> None:
    copy = tmp_path / "c.warc.gz"
    write_reviewed(copy, 40, seed=9)
    runs.scan(copy, "--out", tmp_path / "other", "--workers", "1")
    one, file = review(tmp_path / "other", tmp_path / "m.jsonl")
    one.mark(sent(0, True))
    file.close()
    made = write_report(labels, tmp_path / "report", marks=tmp_path / "m.jsonl")
    assert (made.measured, made.foreign) == (None, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"sample": -1},
        {"sample": 99},
        {"sample": True},
        {"sample": "1"},
        {"right": 1},
        {"right": "yes"},
        {"reviewer": " "},
        {"reviewer": "x" * 81},
        {"reviewer": None},
        {"reviewer": "\ud800"},
        {"note": "x" * 501},
        {"more": 1},
    ],
    ids=repr,
)
def test_what_the_page_would_not_send_is_refused(change: dict[str, Any]) -> None:
    assert read_mark(sent(1, True), 2) == (1, True, "ann", "")
    with pytest.raises((ValueError, TypeError)):
        read_mark({**sent(1, True), **change}, 2)


def test_marked_texts_can_be_trained_on(labels: Path, tmp_path: Path) -> None:
    one, file = review(labels, tmp_path / "labels.marks.jsonl")
    rows = gather(labels).rows
    for at, row in enumerate(rows):
        one.mark(sent(at, at % 2 == 0 if row["label"] == "likely-ai" else True))
    file.close()
    (tmp_path / "data").mkdir()
    made = marked_texts(labels, tmp_path / "data" / "marked.parquet")
    likely = [at for at, row in enumerate(rows) if row["label"] == "likely-ai"]
    assert made.ai == sum(at % 2 == 0 for at in likely)
    assert (made.without_text, made.disputed, made.foreign) == (0, 0, 0)
    texts = read_corpora(tmp_path / "data")
    assert {text.machine for text in texts} == {True, False}
    assert {text.source for text in texts} == {MARKED}
    table = pl.read_parquet(tmp_path / "data" / "marked.parquet")
    long = [text for text in table["text"] if len(text.split()) >= FEWEST_WORDS]
    assert len(texts) == len(long)
    done = runs.detector("marks", labels, "--out", tmp_path / "data" / "again.parquet", "--json")
    assert json.loads(done.stdout)["ai"] == made.ai


def test_without_marks_there_is_nothing_to_train_on(labels: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no marked text to write"):
        marked_texts(labels, tmp_path / "x.parquet")
    assert not (tmp_path / "x.parquet").exists()


def test_marked_human_pages_count_in_a_calibration(
    labels: Path, crawl: Path, tmp_path: Path
) -> None:
    """Pages of 2025 that reviewers call human stand beside those of 2017."""
    one, file = review(labels, tmp_path / "m.jsonl")
    judged = {"likely-ai": False, "uncertain": False, "no-evidence": True}
    for at, row in enumerate(gather(labels).rows):
        if row["label"] in judged:
            one.mark(sent(at, judged[row["label"]]))
    file.close()
    command = ("calibrate", crawl, "--fpr", "0.2", "--json", "--workers", "1", "--quiet")
    plain = runs.detector(*command, "--out", tmp_path / "plain.policy")
    assert (plain.returncode, "too few pages" in plain.stderr) == (2, True)
    marks = ("--marks", tmp_path / "m.jsonl")
    done = runs.detector(*command, "--out", tmp_path / "marked.policy", *marks)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    table = runs.table(labels, "documents").filter(pl.col("label").is_in(list(judged)))
    assert found["marked"] == table["fingerprint"].n_unique() > 0
    assert any(band["refitted"] for band in found["bands"])
