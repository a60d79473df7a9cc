"""The folder of an export: whose it is, what stays of an earlier one, what a kill leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detector.errors import OutputError, UsageError
from detector.write.exports import ExportFolder, gzipped


def written(path: Path, files: dict[str, bytes], **options: object) -> None:
    folder = ExportFolder(path, {"export": "made"}, **options)  # type: ignore[arg-type]
    try:
        folder.begin(list(files))
        for name, data in files.items():
            folder.write({name: data})
        folder.finish({"rows": len(files)})
    finally:
        folder.close()


def names(path: Path) -> list[str]:
    return sorted(p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file())


def test_a_finished_folder_lists_its_files_with_their_digests(tmp_path: Path) -> None:
    written(tmp_path / "x", {"b/two": b"22", "a": b"1"})
    manifest = json.loads((tmp_path / "x" / "manifest.json").read_bytes())
    assert (manifest["kind"], manifest["format"], manifest["state"]) == (
        "detector export", 1, "complete",
    )  # fmt: skip
    assert [(name, size) for name, size, _ in manifest["files"]] == [("a", 1), ("b/two", 2)]
    assert names(tmp_path / "x") == ["a", "b/two", "lock", "manifest.json"]


def test_a_later_export_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    written(tmp_path / "x", {"old": b"1", "both": b"1"})
    written(tmp_path / "x", {"both": b"2"})
    assert names(tmp_path / "x") == ["both", "lock", "manifest.json"]


def test_an_earlier_export_stays_until_the_new_one_begins(tmp_path: Path) -> None:
    written(tmp_path / "x", {"old": b"1"})
    ExportFolder(tmp_path / "x", {}).close()
    assert json.loads((tmp_path / "x" / "manifest.json").read_bytes())["state"] == "complete"
    assert (tmp_path / "x" / "old").read_bytes() == b"1"


def test_what_a_killed_export_left_is_taken_away_by_the_next(tmp_path: Path) -> None:
    folder = ExportFolder(tmp_path / "x", {})
    folder.begin(["one", "two"])
    folder.write({"one": b"1"})
    (tmp_path / "x" / "two.tmp").write_bytes(b"half")
    (folder.work / "between").write_bytes(b"x")
    folder._lock.release()
    assert json.loads((tmp_path / "x" / "manifest.json").read_bytes())["state"] == "running"
    written(tmp_path / "x", {"three": b"3"})
    assert names(tmp_path / "x") == ["lock", "manifest.json", "three"]


def test_a_file_of_somebody_else_is_named_and_nothing_is_touched(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt"):
        ExportFolder(tmp_path, {})
    assert names(tmp_path) == ["notes.txt"]


def test_a_file_of_somebody_else_beside_an_export_is_named(tmp_path: Path) -> None:
    written(tmp_path / "x", {"a": b"1"})
    (tmp_path / "x" / "b").write_text("mine")
    with pytest.raises(UsageError, match="'b'"):
        ExportFolder(tmp_path / "x", {})


def test_a_manifest_of_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"kind": "detector labels"}')
    with pytest.raises(UsageError, match="no export wrote"):
        ExportFolder(tmp_path, {})


@pytest.mark.parametrize("name", ["../up", "/abs", 5])
def test_a_manifest_that_names_files_elsewhere_is_damaged(tmp_path: Path, name: object) -> None:
    """It would have the next export remove them."""
    value = {"kind": "detector export", "files": [[name]]}
    (tmp_path / "manifest.json").write_text(json.dumps(value))
    with pytest.raises(OutputError, match="damaged"):
        ExportFolder(tmp_path, {})


def test_a_home_below_the_root_leaves_the_rest_of_the_root_alone(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "theirs.gz").write_bytes(b"x")
    written(tmp_path, {"attributes/ours/a": b"1"}, home="attributes/ours")
    assert (tmp_path / "attributes" / "ours" / "manifest.json").exists()
    with pytest.raises(UsageError, match="theirs"):
        written(tmp_path, {}, home="attributes/ours", trees=["documents"])


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    folder = ExportFolder(tmp_path / "x", {})
    try:
        with pytest.raises(UsageError):
            ExportFolder(tmp_path / "x", {})
    finally:
        folder.close()


def test_compressed_bytes_carry_no_time() -> None:
    assert gzipped(b"x")[4:8] == bytes(4)
