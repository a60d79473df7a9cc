"""Clusters whose texts are read from the archives again: as exact as with texts that were kept."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from detector import cluster
from detector.errors import InputError, UsageError
from detector.pipeline import archives
from detector.read import ByteSource
from tests.pipeline import runs
from tests.pipeline.crawl import WORDS, write_texts
from tests.pipeline.made_scans import edited, jaccard

COPIES = 24
MOVED = ("x/pages.warc.gz", "y/pages.warc.gz", "z.warc.gz", "plain.warc")


def made_texts() -> list[list[str]]:
    """Texts, and of each a copy with one to six words replaced."""
    rng = random.Random(3)
    texts = []
    for n in range(COPIES):
        text = rng.choices(WORDS, k=rng.randrange(120, 220))
        texts += [text, edited(text, 1 + n % 6, n)]
    return texts


TEXTS = [" ".join(text) for text in made_texts()]


@dataclass(frozen=True)
class Crawl:
    """Four archives in a folder, scanned whole with texts and without.

    plain, kept: folders in which the scan is called `labels`.
    """

    archives: Path
    plain: Path
    kept: Path


def write_archives(folder: Path, texts: list[str] = TEXTS) -> list[Path]:
    """Copies lie in other archives than their originals; two archives share a name."""
    quarter = len(texts) // 4
    parts = [texts[n::4] for n in range(4)]
    assert all(len(part) == quarter for part in parts)
    kinds = ("gzip", "gzip", "whole", "plain")
    return [
        write_texts(folder / name, part, kind=kind)
        for name, part, kind in zip(MOVED, parts, kinds, strict=True)
    ]


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    folder = tmp_path_factory.mktemp("crawl")
    written = write_archives(folder / "archives")
    runs.scan(*written, "--out", folder / "plain" / "labels", "--workers", "1")
    runs.scan(*written, "--out", folder / "kept" / "labels", "--workers", "1", "--with-text")
    return Crawl(folder / "archives", folder / "plain", folder / "kept")


@pytest.fixture(scope="module")
def exact(crawl: Crawl) -> Path:
    """The clusters by kept texts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(crawl.kept)
        assert cluster("labels", "out").exact_similarity
    return crawl.kept / "out"


@pytest.fixture
def here(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> Crawl:
    """The crawl, with the scan without texts as `labels` of the working folder."""
    monkeypatch.chdir(crawl.plain)
    return crawl


@pytest.fixture
def restored(crawl: Crawl) -> Iterator[Crawl]:
    """The crawl, whose archives a test may change: they are made anew after it."""
    yield crawl
    shutil.rmtree(crawl.archives, ignore_errors=True)
    write_archives(crawl.archives)


def parts(folder: Path) -> list[bytes]:
    return [part.read_bytes() for part in sorted(folder.glob("part-*"))]


def table(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "part-*.parquet")


def test_texts_read_again_give_the_bytes_that_kept_texts_give(
    here: Crawl, exact: Path, tmp_path: Path
) -> None:
    estimated = cluster("labels", tmp_path / "estimated")
    assert not estimated.exact_similarity
    found = cluster("labels", tmp_path / "out", from_archives=True)
    assert (found.exact_similarity, found.estimated, found.unread) == (True, 0, ())
    assert found.read_again > COPIES
    assert parts(tmp_path / "out") == parts(exact) != parts(tmp_path / "estimated")
    one, two = map(runs.manifest, (exact, tmp_path / "out"))
    assert (one["from_archives"], two["from_archives"]) == (False, True)
    assert (one["found"].pop("read_again"), two["found"].pop("read_again")) == (0, found.read_again)
    assert one["found"] == two["found"]
    assert one["parts"] == two["parts"]


def test_similarities_are_those_of_the_words_on_the_pages(here: Crawl, tmp_path: Path) -> None:
    cluster("labels", tmp_path / "out", from_archives=True)
    place = {name: n for n, name in enumerate(MOVED)}
    compared = 0
    for one in table(tmp_path / "out").filter(pl.col("similarity") < 1).iter_rows(named=True):
        both = [one, one["representative"]]
        texts = []
        for row in both:
            archive = next(n for name, n in place.items() if row["file"].endswith(name))
            number = sorted(
                table(tmp_path / "out").filter(pl.col("file") == row["file"])["ordinal"]
            ).index(row["ordinal"])
            texts.append(TEXTS[archive::4][number].split())
        assert one["similarity"] == pytest.approx(jaccard(*texts), abs=1e-6)
        compared += 1
    assert compared > 5


def test_archives_that_have_moved_are_found_in_the_folder_that_is_named(
    here: Crawl, restored: Crawl, exact: Path, tmp_path: Path
) -> None:
    """Two of them share a file name: the folders before it tell them apart."""
    shutil.move(here.archives, tmp_path / "elsewhere")
    with pytest.raises(UsageError, match=r"not found, .* other of the 4 .*--archives-in FOLDER"):
        cluster("labels", tmp_path / "out", from_archives=True)
    assert not (tmp_path / "out").exists()
    found = cluster("labels", tmp_path / "out", archives_in=tmp_path / "elsewhere")
    assert (found.from_archives, found.exact_similarity) == (True, True)
    assert parts(tmp_path / "out") == parts(exact)


@pytest.mark.parametrize(
    ("folder", "message"), [("no", "no: no such folder"), ("empty", "not found, .* in empty")]
)
def test_a_folder_without_the_archives_is_refused(
    here: Crawl,
    restored: Crawl,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
    message: str,
) -> None:
    shutil.rmtree(here.archives)
    shutil.copytree(here.plain / "labels", tmp_path / "labels")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=message):
        cluster("labels", tmp_path / "out", archives_in=folder)


def swap_two_pages(archive: Path) -> None:
    """Another text at the place of the last page, and nothing else changed."""
    data = archive.read_bytes()
    changed = data.replace(TEXTS[3].encode(), TEXTS[3].upper()[::-1].encode())
    assert changed != data
    archive.write_bytes(changed)


def cut(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:200])


def remove(archive: Path) -> None:
    archive.unlink()


def make_folder(archive: Path) -> None:
    archive.unlink()
    archive.mkdir()


@pytest.mark.parametrize(
    ("spoil", "counted"),
    [
        (swap_two_pages, "archive_changed"),
        (cut, "archive_changed"),
        (remove, "archive_missing"),
        (make_folder, "archive_missing"),
    ],
)
def test_texts_that_the_archive_lost_are_compared_by_signatures_and_counted(
    here: Crawl,
    restored: Crawl,
    exact: Path,
    tmp_path: Path,
    spoil: Callable[[Path], None],
    counted: str,
) -> None:
    cluster("labels", tmp_path / "estimated")
    spoil(here.archives / "plain.warc")
    found = cluster("labels", tmp_path / "out", from_archives=True)
    assert not found.exact_similarity
    lost = {"archive_missing": found.archive_missing, "archive_changed": found.archive_changed}
    assert found.estimated == lost.pop(counted) > 0
    assert list(lost.values()) == [0]
    assert found.read_again > 10
    manifest = runs.manifest(tmp_path / "out")
    assert manifest["found"][counted] == found.estimated
    assert manifest["found"]["exact_similarity"] is False
    if counted == "archive_changed":
        assert "plain.warc@" in found.unread[0]
        assert "does not hold the text" in found.unread[0]
    rows = table(tmp_path / "out").sort("file", "ordinal")
    by_text, by_signature = (
        table(folder).sort("file", "ordinal") for folder in (exact, tmp_path / "estimated")
    )
    assert not rows.equals(by_text)
    assert not rows.equals(by_signature)
    ours, texts, signatures = (
        {(row["file"], row["ordinal"]): row["link"] for row in frame.iter_rows(named=True)}
        for frame in (rows, by_text, by_signature)
    )
    assert all(ours[place] in (texts[place], signatures[place]) for place in ours)


class Failing(ByteSource):
    """An archive that a network gives no more of."""

    opened = 0

    def __init__(self, name: str) -> None:
        self.name = name
        type(self).opened += 1

    def read_at(self, offset: int, size: int) -> bytes:
        raise InputError(f"reading {self.name!r} failed: the network is gone.")

    def close(self) -> None:
        """Nothing is open."""


def test_an_archive_that_fails_is_left_alone_after_that(
    here: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "open_source", Failing)
    found = cluster("labels", tmp_path / "out", from_archives=True)
    assert found.archive_missing == found.estimated > COPIES
    assert (found.read_again, found.archive_changed) == (0, 0)
    assert Failing.opened == len(found.unread) == len(MOVED)
    assert "the network is gone" in found.unread[0]
    cluster("labels", tmp_path / "estimated")
    assert table(tmp_path / "out").equals(table(tmp_path / "estimated"))


def test_each_text_comes_from_where_it_can_be_had(
    crawl: Crawl, exact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One scan kept its texts, another kept none: both together are as one scan of all."""
    monkeypatch.chdir(tmp_path)
    names = [crawl.archives / name for name in MOVED]
    runs.scan(*names[:2], "--out", "kept", "--workers", "1", "--with-text")
    runs.scan(*names[2:], "--out", "plain", "--workers", "1")
    part = cluster(["kept", "plain"], "part")
    assert not part.exact_similarity
    assert part.estimated > 10
    assert (part.read_again, part.archive_missing, part.archive_changed) == (0, 0, 0)
    whole = cluster(["plain", "kept"], "whole", from_archives=True)
    assert (whole.exact_similarity, whole.estimated) == (True, 0)
    assert 10 < whole.read_again < whole.texts - 10
    hidden = ["scan", "representative", "decided_by"]
    assert (
        table(Path("whole"))
        .drop(hidden)
        .sort("file", "ordinal")
        .equals(table(exact).drop(hidden).sort("file", "ordinal"))
    )


def test_a_text_that_any_scan_kept_is_not_read_again(
    crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(crawl.plain.parent)
    found = cluster(["plain/labels", "kept/labels"], tmp_path / "out", from_archives=True)
    assert (found.exact_similarity, found.read_again) == (True, 0)


def test_a_text_is_read_from_the_first_of_its_copies_whose_archive_is_there(
    tmp_path: Path,
) -> None:
    both = [write_texts(tmp_path / name, TEXTS[:8]) for name in ("a.warc.gz", "b.warc.gz")]
    runs.scan(*both, "--out", tmp_path / "labels", "--workers", "1")
    whole = cluster(tmp_path / "labels", tmp_path / "whole", from_archives=True)
    both[0].unlink()
    found = cluster(tmp_path / "labels", tmp_path / "out", from_archives=True)
    assert (found.exact_similarity, found.archive_missing) == (True, 0)
    assert found.read_again == whole.read_again == 8
    assert parts(tmp_path / "out") == parts(tmp_path / "whole")


def test_the_command_says_what_was_read_again_and_what_could_not_be(
    here: Crawl, restored: Crawl, tmp_path: Path
) -> None:
    whole = ("cluster", here.plain / "labels", "--out", tmp_path / "out")
    assert "similarity: estimated from signatures" in runs.detector(*whole).stdout
    done = runs.detector(*whole, "--from-archives")
    assert done.returncode == 0, done.stderr
    assert "similarity: exact, by the texts; " in done.stdout
    assert "texts read again from archives\n" in done.stdout
    assert done.stderr == ""
    swap_two_pages(here.archives / "plain.warc")
    done = runs.detector(*whole, "--archives-in", here.archives)
    assert done.returncode == 0
    assert "but for 1 of the texts, compared by signature: of 0 the archive is" in done.stdout
    assert "plain.warc@" in done.stderr
    assert runs.detector(*whole, "--archives-in", here.archives, "--quiet").stdout == ""
