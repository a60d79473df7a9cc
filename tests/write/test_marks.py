"""A mark that was acknowledged is on disk; of each document and reviewer the last one counts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import OutputError, UsageError
from detector.records import Locator, Mark
from detector.write.marks import MarksFile, mark_line, marks_beside, read_marks

ROOT = Path(__file__).parents[2]
MARK = Mark(
    Locator("a.warc.gz", 10, 20), 3, "f" * 32, "likely-ai", "0" * 16,
    (("likely-ai", 7), ("pre-llm", 0)), True, "ann", "a note", "2026-01-02T03:04:05+00:00",
)  # fmt: skip


def write(path: Path, *marks: Mark) -> None:
    file = MarksFile(path)
    for mark in marks:
        file.append(mark)
    file.close()


@given(st.text(max_size=30), st.text(max_size=30), st.none() | st.booleans())
def test_a_line_says_all_of_a_mark(note: str, file: str, right: bool | None) -> None:
    mark = replace(MARK, note=note, right=right, locator=Locator(file, 1, 2, 3))
    line = mark_line(mark)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    from detector.write.marks import _from_json

    assert _from_json(json.loads(line)) == mark


def test_marks_are_read_as_they_were_written(tmp_path: Path) -> None:
    other = replace(MARK, ordinal=4, right=False)
    write(tmp_path / "m.jsonl", MARK, other)
    assert read_marks(tmp_path / "m.jsonl") == (MARK, other)


def test_of_one_document_and_reviewer_the_last_mark_counts(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    bob = replace(MARK, reviewer="bob")
    write(path, MARK, bob, replace(MARK, right=False))
    assert [(mark.reviewer, mark.right) for mark in read_marks(path)] == [
        ("bob", True),
        ("ann", False),
    ]
    write(path, replace(MARK, right=None))
    assert [mark.reviewer for mark in read_marks(path)] == ["bob"]


def test_files_of_several_reviewers_can_be_joined(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", MARK)
    write(tmp_path / "b.jsonl", replace(MARK, reviewer="bob"))
    both = tmp_path / "both.jsonl"
    both.write_bytes((tmp_path / "a.jsonl").read_bytes() + (tmp_path / "b.jsonl").read_bytes())
    assert len(read_marks(both)) == 2


@pytest.mark.parametrize("kept", range(1, 40, 7))
def test_a_line_that_a_crash_cut_off_was_never_there(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "m.jsonl"
    second = replace(MARK, ordinal=5)
    path.write_bytes(mark_line(MARK) + mark_line(second)[:-kept])
    assert read_marks(path) == (MARK,)
    write(path, second)
    assert read_marks(path) == (MARK, second)


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[]",
        b"not json",
        b'{"kind": "detector mark", "format": 2}',
        mark_line(MARK).replace(b'"right": true', b'"right": 1').strip(),
        mark_line(MARK).replace(b'"right": true', b'"right": "yes"').strip(),
        mark_line(MARK).replace(b'"ordinal": 3', b'"ordinal": "x"').strip(),
        b"[" * 100_000,
    ],
)
def test_a_line_that_is_no_mark_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "m.jsonl"
    path.write_bytes(mark_line(MARK) + line + b"\n" + mark_line(MARK))
    with pytest.raises(OutputError, match=r"m\.jsonl, line 2: is no mark of format 1"):
        read_marks(path)
    with pytest.raises(OutputError):
        MarksFile(path)
    MarksFile(tmp_path / "other.jsonl").close()


def test_a_file_that_is_not_there_is_a_mistake_in_the_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_marks(tmp_path / "m.jsonl")
    with pytest.raises(UsageError, match="a folder that exists"):
        MarksFile(tmp_path / "none" / "m.jsonl")


def test_two_servers_do_not_write_to_one_file(tmp_path: Path) -> None:
    first = MarksFile(tmp_path / "m.jsonl")
    with pytest.raises(UsageError, match="another run"):
        MarksFile(tmp_path / "m.jsonl")
    first.close()
    MarksFile(tmp_path / "m.jsonl").close()


def test_a_disk_that_is_full_keeps_what_was_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    from detector.write import disk

    path = tmp_path / "m.jsonl"
    file = MarksFile(path)
    file.append(MARK)

    def full(_handle: int, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(disk, "_write_all", full)
        with pytest.raises(OutputError, match="Free some space"):
            file.append(replace(MARK, ordinal=4))
    file.append(replace(MARK, ordinal=5))
    file.close()
    assert [mark.ordinal for mark in read_marks(path)] == [3, 5]


def test_marks_lie_beside_the_folder_and_not_in_it() -> None:
    assert marks_beside(Path("x/labels/")) == Path("x/labels.marks.jsonl")
    assert marks_beside(Path()).name == Path.cwd().name + ".marks.jsonl"


def test_the_guide_has_every_member_of_a_line() -> None:
    page = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    section = page.split("\n## The file of marks, format 1\n")[1].split("\n## ")[0]
    told = [
        name
        for row in re.findall(r"(?m)^\| (`.*?) \|", section)
        for name in re.findall(r"`(\w+)`", row)
    ]
    assert sorted(told) == sorted(json.loads(mark_line(MARK)))
