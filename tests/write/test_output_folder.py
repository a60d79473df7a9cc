"""An output folder takes whole parts in order, knows its own run, and refuses what is not its."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from detector.errors import BooksError, OutputError, UsageError
from detector.records import Books, Position
from detector.write import InputEntry, OutputFolder, PartRows, RunSettings, open_labels
from detector.write.folder import _balance
from detector.write.journal import header_line
from tests.write.made import FILES, commit_next, made_rows, made_settings, scan_all, snapshot


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some" / "labels"


def begin(path: Path, **changes: object) -> OutputFolder:
    return OutputFolder.open(path, made_settings(**changes))


def test_parts_of_all_inputs_come_back_by_one_pattern(path: Path) -> None:
    scan_all(path)
    for table in ("documents", "signatures", "unlabelled"):
        frame = pl.scan_parquet(f"{path}/{table}/*.parquet").sort("file", "ordinal").collect()
        whole = [made_rows(FILES[0], 0, 11), made_rows(FILES[1], 0, 7)]
        assert len(frame) == sum(len(getattr(rows, table)) for rows in whole)
    names = sorted(file.name for file in (path / "documents").iterdir())
    assert names[:2] == ["part-00000-0000.parquet", "part-00000-0001.parquet"]


def test_a_finished_folder_holds_nothing_that_tells_two_equal_scans_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        scan_all(tmp_path / name)
    with OutputFolder.open(tmp_path / "three", made_settings(), workers=7) as folder:
        while commit_next(folder, 1):
            pass
        while commit_next(folder, 0):
            pass
        folder.finish()
    one, two, three = (snapshot(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two == three
    assert set(one) >= {"manifest.json"}
    assert "journal.jsonl" not in one


def test_a_complete_run_of_the_same_settings_is_found_complete_and_left_alone(path: Path) -> None:
    scan_all(path)
    before = snapshot(path), (path / "runs.jsonl").read_bytes()
    with begin(path) as folder:
        assert folder.complete
        assert folder.resume(0).done
        assert folder.books == Books(18, 10, 5, 3)
    assert (snapshot(path), (path / "runs.jsonl").read_bytes()) == before


def test_other_settings_are_refused_and_each_difference_is_named(path: Path) -> None:
    scan_all(path)
    before = snapshot(path)
    now = RunSettings(
        inputs=(InputEntry(FILES[0], 1000), InputEntry(FILES[1], 5), InputEntry("c")),
        settings={"min_words": 50, "fpr": 0.01, "with_text": False, "new": True},
        digests={"policy": "ffff"},
        versions={"polars": "2"},
    )
    with pytest.raises(UsageError) as caught:
        OutputFolder.open(path, now)
    lines = [line.strip() for line in str(caught.value).splitlines() if line.startswith("  ")]
    assert lines == [
        "setting min_words: was 40, now 50",
        "setting new: was (none), now True",
        "digest of policy: was '0123abcd', now 'ffff'",
        "number of inputs: was 2, now 3",
        "size of 'https://host/b.warc.gz': was 1001, now 5",
    ]
    assert str(path) in str(caught.value)
    assert "another output folder" in str(caught.value)
    assert snapshot(path) == before


def test_fresh_drops_a_run_of_other_settings(path: Path, tmp_path: Path) -> None:
    with begin(path, min_words=7) as folder:
        commit_next(folder, 0)
    scan_all(path, fresh=True)
    scan_all(tmp_path / "new")
    assert snapshot(path) == snapshot(tmp_path / "new")


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("name", ["notes.txt", "documents/letter.odt", "manifest.json"])
def test_a_folder_with_foreign_files_is_refused_and_untouched(
    path: Path, name: str, fresh: bool
) -> None:
    (path / name).parent.mkdir(parents=True)
    (path / name).write_text("{}")
    with pytest.raises(UsageError, match="no scan wrote"):
        OutputFolder.open(path, made_settings(), fresh=fresh)
    assert [file.name for file in path.rglob("*") if file.is_file()] == [Path(name).name]


def test_a_file_in_the_place_of_the_folder_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        begin(path)


@pytest.mark.parametrize("look", [begin, open_labels])
def test_a_folder_that_cannot_be_looked_at_is_one_clear_message(
    look: Callable[[Path], object], tmp_path: Path
) -> None:
    """A name no file system takes; a folder inside one without permission fails likewise."""
    with pytest.raises(OutputError, match="cannot read: File name too long"):
        look(tmp_path / ("x" * 300))


def test_resuming_leaves_files_alone_that_only_lie_beside_the_parts(path: Path) -> None:
    with begin(path) as folder:
        commit_next(folder, 0)
    kept = [path / "documents" / "notes.txt", path / "notes.txt"]
    gone = [path / "documents" / "part-00001-0000.parquet", path / "manifest.json.tmp"]
    for file in kept + gone:
        file.write_text("x")
    begin(path).close()
    assert [file.exists() for file in kept + gone] == [True, True, False, False]


def test_two_scans_cannot_write_to_one_folder(path: Path) -> None:
    with begin(path) as folder:
        with pytest.raises(UsageError, match="another run is writing"):
            begin(path)
        commit_next(folder, 0)
    begin(path).close()


@pytest.mark.parametrize(
    ("first", "end", "resume"),
    [(0, 4, 5), (0, 4, 3), (1, 4, 4), (0, 0, 1)],
    ids=["one missing", "one too many", "the first missing", "none came"],
)
def test_a_part_that_does_not_hold_every_record_once_is_a_bug(
    path: Path, first: int, end: int, resume: int
) -> None:
    with begin(path) as folder, pytest.raises(BooksError):
        folder.commit_part(0, 0, made_rows(FILES[0], first, end), Position(9, None, resume))
    assert not list(path.glob("documents/*"))


def test_a_record_that_is_both_labelled_and_skipped_is_a_bug(path: Path) -> None:
    rows = made_rows(FILES[0], 0, 4)
    skipped = ("skip", "x", "", FILES[0], 0, 1, None, 0, 0, None, None)
    double = PartRows(rows.documents, rows.signatures, (skipped, *rows.unlabelled))
    with begin(path) as folder, pytest.raises(BooksError, match=r"twice \[0\]"):
        folder.commit_part(0, 0, double, Position(9, None, 4))


def test_a_signature_without_its_document_is_a_bug(path: Path) -> None:
    rows, other = made_rows(FILES[0], 0, 4), made_rows(FILES[0], 0, 8)
    stray = PartRows(rows.documents, other.signatures, rows.unlabelled)
    with begin(path) as folder, pytest.raises(BooksError, match="signatures"):
        folder.commit_part(0, 0, stray, Position(9, None, 4))


def test_parts_out_of_order_and_parts_after_the_end_are_bugs(path: Path) -> None:
    with begin(path) as folder:
        with pytest.raises(BooksError, match="part 1 was given where 0 is due"):
            folder.commit_part(0, 1, made_rows(FILES[0], 0, 4), Position(9, None, 4))
        while commit_next(folder, 0):
            pass
        with pytest.raises(BooksError, match="finished already"):
            folder.commit_part(0, 3, PartRows(), Position(9, None, 11))


@pytest.mark.parametrize("books", [Books(4, 2, 1, 0), Books(5, 2, 1, 2)])
def test_an_input_whose_books_are_not_those_of_its_parts_is_a_bug(path: Path, books: Books) -> None:
    with begin(path) as folder:
        commit_next(folder, 0)
        assert folder.resume(0).books == Books(4, 3, 1, 0)
        with pytest.raises(BooksError, match="books"):
            folder.finish_input(0, books)


def test_a_run_with_an_unfinished_input_cannot_be_finished(path: Path) -> None:
    with begin(path) as folder:
        folder.finish_input(0, Books())
        with pytest.raises(BooksError, match="unfinished"):
            folder.finish()


def test_a_scan_without_a_single_record_still_leaves_readable_tables(path: Path) -> None:
    with begin(path) as folder:
        for number in range(len(FILES)):
            folder.finish_input(number, Books())
        assert folder.finish() == "complete"
    for table in ("documents", "signatures", "unlabelled"):
        assert pl.scan_parquet(f"{path}/{table}/*.parquet").collect().height == 0


def fail_second(folder: OutputFolder) -> None:
    """One whole part, then a part that the input's failure cut short, then the failure."""
    commit_next(folder, 1)
    folder.commit_part(1, 1, made_rows(FILES[1], 4, 5), Position(500, None, 5))
    folder.finish_input(1, folder.resume(1).books, error="the server went away")
    while commit_next(folder, 0):
        pass


def test_a_failed_input_leaves_the_folder_partial_and_is_tried_again(
    path: Path, tmp_path: Path
) -> None:
    with begin(path) as folder:
        fail_second(folder)
        assert folder.finish() == "partial"
        assert folder.resume(1).error == "the server went away"
        assert not folder.complete
    assert open_labels(path).inputs[1].error == "the server went away"
    with begin(path) as folder:
        point = folder.resume(1)
        assert (point.position.ordinal, point.next_part, point.done) == (4, 1, False)
        assert folder.resume(0).done
    assert scan_all(path) == "complete"
    scan_all(tmp_path / "new")
    assert snapshot(path) == snapshot(tmp_path / "new")


def test_the_right_one_of_two_equal_failed_inputs_is_tried_again(path: Path) -> None:
    """Both failed alike; the first is finished in the second run, the other in the third."""
    with begin(path) as folder:
        for number in range(len(FILES)):
            folder.finish_input(number, Books(), error="gone")
        folder.finish()
    with begin(path) as folder:
        assert [folder.resume(number).done for number in (0, 1)] == [False, False]
        while commit_next(folder, 0):
            pass
    with begin(path) as folder:
        assert [folder.resume(number).done for number in (0, 1)] == [True, False]


def lose(file: Path) -> None:
    file.unlink()


def shorten(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def alter(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "message"),
    [(lose, "is missing"), (shorten, r"has \d+ bytes"), (alter, "holds other bytes")],
)
def test_a_committed_file_that_was_changed_stops_the_resumption(
    path: Path, harm: Callable[[Path], None], message: str
) -> None:
    with begin(path) as folder:
        commit_next(folder, 0)
    harm(next(path.glob("signatures/*")))
    with pytest.raises(OutputError, match=f"signatures/part-00000-0000.parquet: {message}"):
        begin(path)


def test_an_unfinished_run_without_its_journal_is_one_clear_message(path: Path) -> None:
    with begin(path) as folder:
        commit_next(folder, 0)
    (path / "journal.jsonl").unlink()
    with pytest.raises(OutputError, match=r"journal\.jsonl: is missing"):
        begin(path)


def test_a_closed_folder_takes_nothing_more(path: Path) -> None:
    folder = begin(path)
    folder.close()
    folder.close()
    with pytest.raises(UsageError, match="closed"):
        commit_next(folder, 0)


def test_the_diary_counts_what_each_run_did(path: Path) -> None:
    with OutputFolder.open(path, made_settings(), workers=3) as folder:
        commit_next(folder, 0)
        folder.close(input_bytes=400)
    scan_all(path)
    runs = open_labels(path).runs
    assert [(run.workers, run.records, run.documents, run.input_bytes) for run in runs] == [
        (3, 4, 3, 400),
        (1, 14, 7, 0),
    ]
    assert [run.state for run in runs] == ["running", "complete"]


def test_the_text_is_written_only_where_the_settings_say_so(path: Path) -> None:
    with begin(path, with_text=True) as folder:
        rows = made_rows(FILES[0], 0, 4, with_text=True)
        folder.commit_part(0, 0, rows, Position(9, None, 4))
    assert pl.read_parquet(path / "documents" / "*.parquet")["text"][0] == "Some words."


@pytest.mark.parametrize("finished", [True, False])
def test_another_format_number_is_one_clear_message(path: Path, finished: bool) -> None:
    if finished:
        scan_all(path)
        manifest = json.loads((path / "manifest.json").read_text())
        (path / "manifest.json").write_text(json.dumps({**manifest, "format": 99}, indent=1))
    else:
        begin(path).close()
        header = header_line(dataclasses.replace(made_settings(), format=99))
        (path / "journal.jsonl").write_bytes(header)
    for call in (lambda: open_labels(path), lambda: begin(path)):
        with pytest.raises(OutputError, match="written in format '99'"):
            call()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"kind": 1}', b"\xff"])
def test_a_folder_whose_manifest_is_not_ours_is_not_opened(path: Path, data: bytes) -> None:
    path.mkdir(parents=True)
    (path / "manifest.json").write_bytes(data)
    with pytest.raises(OutputError, match="not the manifest of a scan"):
        open_labels(path)


def test_reading_a_folder_that_is_absent_or_empty_is_the_callers_mistake(path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        open_labels(path)
    path.mkdir(parents=True)
    with pytest.raises(UsageError, match="holds no labels"):
        open_labels(path)


def test_an_open_folder_lists_only_committed_parts(path: Path) -> None:
    with begin(path) as folder:
        commit_next(folder, 0)
        (path / "documents" / "part-00000-0009.parquet").write_text("not committed")
        labels = open_labels(path)
    assert labels.state == "running"
    assert [file.name for file in labels.documents] == ["part-00000-0000.parquet"]
    assert labels.books == Books(4, 3, 1, 0)


def test_the_manifest_names_no_time_machine_or_number_of_workers(path: Path) -> None:
    with OutputFolder.open(path, made_settings(), workers=13) as folder:
        for number in range(len(FILES)):
            folder.finish_input(number, Books())
        folder.finish()
    text = (path / "manifest.json").read_text()
    assert not re.search(r"worker|machine|seconds|20[0-9]{2}-[0-9]{2}", text)


def test_a_manifest_that_points_outside_the_folder_is_refused(path: Path) -> None:
    scan_all(path)
    file = path / "manifest.json"
    file.write_text(file.read_text().replace("documents/part-00000-0000", "documents/../../x", 1))
    with pytest.raises(OutputError, match="no table of ours"):
        open_labels(path)


def test_a_copy_of_a_folder_is_as_good_as_the_folder(path: Path, tmp_path: Path) -> None:
    with begin(path) as folder:
        commit_next(folder, 0)
    shutil.copytree(path, tmp_path / "copy")
    assert scan_all(tmp_path / "copy") == "complete"


def test_the_books_of_a_large_part_take_no_more_time_a_row() -> None:
    """A part may hold 100,000 documents."""

    def seconds(count: int) -> float:
        rows = made_rows(FILES[0], 0, 11)
        ordinal, signed = 4, 3
        some, signature = rows.documents[0], rows.signatures[0]
        part = PartRows(
            tuple((*some[:ordinal], n, *some[ordinal + 1 :]) for n in range(count)),
            tuple((*signature[:signed], n, *signature[signed + 1 :]) for n in range(count)),  # type: ignore[misc]
        )
        began = time.process_time()
        _balance(0, part, 0, count)
        return time.process_time() - began

    assert min(seconds(8000) for _ in range(3)) < 40 * min(seconds(800) for _ in range(5))


def test_a_complete_folder_that_lost_a_file_is_not_taken_for_complete(path: Path) -> None:
    scan_all(path)
    (path / "documents" / "part-00000-0001.parquet").unlink()
    with pytest.raises(OutputError, match=r"part-00000-0001\.parquet: is missing"):
        begin(path)
