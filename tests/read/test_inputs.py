"""What the user names becomes a list of inputs, or one clear message."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path

import fsspec.registry  # noqa: F401
import pytest

from detector.errors import InputError, UsageError
from detector.read import InputRef, expand_inputs, open_source, read_steps
from detector.read.source import HISTORY
from tests.fixtures.archives import MEMBERS, RECORDS, gz
from tests.read.sources import CAP, Bytes, pipe


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    for name in ("b.warc.gz", "a.warc", "notes.txt", "x.cdx.gz", "old.arc.gz", "t.warc.wet.gz"):
        (tmp_path / name).write_bytes(b"12345")
    (tmp_path / "t.warc.wat.gz").write_bytes(b"")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.WARC.ZST").write_bytes(b"1")
    return tmp_path


def names(*patterns: str | Path) -> list[str]:
    return [ref.name for ref in expand_inputs([str(pattern) for pattern in patterns])]


def test_a_folder_gives_its_archives_and_those_below_sorted(crawl: Path) -> None:
    found = [str(Path(name).relative_to(crawl)) for name in names(crawl)]
    assert found == ["a.warc", "b.warc.gz", "old.arc.gz", "t.warc.wet.gz", "deep/c.WARC.ZST"]


def test_a_file_that_is_named_is_taken_whatever_its_name(crawl: Path) -> None:
    assert expand_inputs([str(crawl / "notes.txt")]) == [InputRef(str(crawl / "notes.txt"), 5)]


def test_a_pattern_gives_what_matches_sorted(crawl: Path) -> None:
    assert names(crawl / "*.gz") == sorted(str(path) for path in crawl.glob("*.gz"))
    assert names(crawl / "**" / "c.*") == [str(crawl / "deep" / "c.WARC.ZST")]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    odd = tmp_path / "x[1].warc.gz"
    odd.write_bytes(b"1")
    assert names(odd) == [str(odd)]


def test_the_order_is_kept_and_every_input_comes_once(crawl: Path) -> None:
    a, b = crawl / "a.warc", crawl / "b.warc.gz"
    assert names(b, a, b, crawl / "[ab].warc*") == [str(b), str(a)]


def test_a_file_named_in_several_ways_is_one_input(crawl: Path) -> None:
    """Its records would come twice otherwise; the first name is the one that stands."""
    file = next(path for path in sorted(crawl.iterdir()) if path.is_file())
    (crawl.parent / "link").symlink_to(file)
    names = [str(file), f"{crawl}/../{crawl.name}/{file.name}", str(crawl.parent / "link")]
    assert [ref.name for ref in expand_inputs(names)] == [str(file)]


def test_a_name_that_no_file_can_have_is_no_file() -> None:
    with pytest.raises(UsageError, match="there is no file"):
        expand_inputs(["x" * 5000])


def test_standard_input_and_urls_are_taken_as_they_are() -> None:
    assert expand_inputs(["-", "https://a.example/x.warc.gz"]) == [
        InputRef("-"),
        InputRef("https://a.example/x.warc.gz"),
    ]


@pytest.mark.parametrize("packed", [False, True])
def test_a_path_list_names_local_files_or_joins_them_to_a_base(crawl: Path, packed: bool) -> None:
    listed = f"{crawl}/a.warc\n\n  {crawl}/b.warc.gz  \n# note\n".encode()
    paths = crawl / "warc.paths"
    paths.write_bytes(gz(listed) if packed else listed)
    refs = expand_inputs([], paths_file=str(paths))
    assert [ref.name for ref in refs] == [f"{crawl}/a.warc", f"{crawl}/b.warc.gz"]
    paths.write_bytes(b"x/1.warc.gz\nhttps://b.example/2.warc.gz\n")
    refs = expand_inputs([], paths_file=str(paths), base_url="https://a.example/data")
    assert [ref.name for ref in refs] == [
        "https://a.example/data/x/1.warc.gz",
        "https://b.example/2.warc.gz",
    ]


def test_mistakes_are_told_with_what_to_do(crawl: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    damaged = tmp_path / "damaged.paths.gz"
    damaged.write_bytes(gz(b"x" * 100)[:-9])
    for patterns, paths, base, message in [
        ([str(crawl / "none.warc.gz")], None, None, "there is no file or folder .*none.warc.gz"),
        ([str(empty)], None, None, "the folder .*empty.* holds no archive"),
        ([str(crawl / "*.none")], None, None, "nothing matches"),
        ([], None, None, "no input was named"),
        ([""], None, None, "there is no file or folder ''"),
        (["-"], None, "https://a.example/", "--paths-file"),
        ([], str(crawl / "none.paths"), None, "there is no file .*none.paths"),
        ([], str(crawl), None, "there is no file"),
        ([], str(damaged), None, "damaged: .*Fetch it again"),
        (["nosuch://x/"], None, None, "the scheme 'nosuch' is unknown"),
    ]:
        with pytest.raises(UsageError, match=message):
            expand_inputs(patterns, paths_file=paths, base_url=base)


def test_a_missing_package_is_told_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    # What another test has loaded, fsspec remembers.
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    with pytest.raises(UsageError, match=r"s3:// needs a package .*\[remote\]"):
        expand_inputs(["s3://bucket/"])


def test_a_file_is_read_at_any_offset_and_closed_after(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"0123456789")
    with open_source(InputRef(str(path))) as source:
        assert (source.name, source.size, source.earliest) == (str(path), 10, 0)
        assert [source.read_at(at, 4) for at in (6, 0, 8, 99)] == [b"6789", b"0123", b"89", b""]
    with pytest.raises(InputError, match="Bad file descriptor"):
        source.read_at(0, 1)


def test_a_file_without_permission_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"1")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(InputError, match="Permission denied"):
        open_source(str(path))


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"".join(MEMBERS)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    with open_source("-") as source:
        read = list(read_steps(source, block_cap=CAP))
    assert read == list(read_steps(Bytes(data, "-"), block_cap=CAP))


def test_a_named_pipe_is_read_forward(tmp_path: Path) -> None:
    path = tmp_path / "pipe.warc.gz"
    os.mkfifo(path)
    data = b"".join(RECORDS)
    writer = threading.Thread(target=path.write_bytes, args=(data,))
    writer.start()
    with open_source(str(path)) as source:
        read = list(read_steps(source, block_cap=CAP))
    writer.join()
    assert read == list(read_steps(Bytes(data, str(path)), block_cap=CAP))


def test_a_pipe_holds_its_last_bytes_and_no_more() -> None:
    data = bytes(range(256)) * (HISTORY // 64)
    source = pipe(data, 1 << 20)
    assert source.read_at(len(data) - 10, 100) == data[-10:]
    assert source.read_at(source.earliest, 10) == data[source.earliest :][:10]
    assert HISTORY <= len(data) - source.earliest <= HISTORY + (1 << 20)
    with pytest.raises(InputError, match="only the last 8 MiB are held"):
        source.read_at(source.earliest - 1, 1)


def test_a_folder_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        open_source(str(tmp_path))
