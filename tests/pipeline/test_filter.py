"""Filtered archives hold what was kept, byte for byte, and other readers agree."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from detector import cluster, filter_warcs
from detector.errors import UsageError
from detector.pipeline.archive_places import output_names
from detector.records import Label
from tests.fixtures.archives import COUNT, DAMAGED, RECORDS, SOUND, gz, http, page, url, warc
from tests.pipeline.made_labels import numbered, write_labels
from tests.read.sources import records

if TYPE_CHECKING or sys.version_info < (3, 14):
    from backports import zstd
else:
    from compression import zstd

LIKELY = ["likely-ai"]


def digest_of(block: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(block).digest()).decode()


def crawled(count: int, *, packed: bool = True) -> bytes:
    """Captures as crawlers write them, each with its request and metadata; digests are true."""
    parts = [
        warc(9999, b"software: made\r\n", kind="warcinfo", content_type="application/warc-fields")
    ]
    for n in range(count):
        block = http(page(n))
        extra = [
            f"WARC-Block-Digest: {digest_of(block)}",
            f"WARC-Payload-Digest: {digest_of(page(n))}",
            f"WARC-Concurrent-To: {identifier(n + 1000)}",
        ]
        asked = f"GET /page/{n} HTTP/1.1\r\nHost: example.org\r\n\r\n".encode()
        note = b"fetchTimeMs: 7\r\n"
        parts += [
            renumbered(n, n + 1000, asked, "request", "application/http; msgtype=request"),
            warc(n, block, extra=extra),
            renumbered(n, n + 2000, note, "metadata", "application/warc-fields", n + 1000),
        ]
    return b"".join(map(gz, parts) if packed else parts)


def identifier(number: int) -> str:
    return f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>"


def renumbered(
    n: int, number: int, block: bytes, kind: str, content_type: str, concurrent: int | None = None
) -> bytes:
    """A record about page n with an identifier of its own."""
    extra = [f"WARC-Block-Digest: {digest_of(block)}"]
    if concurrent is not None:
        extra.append(f"WARC-Concurrent-To: {identifier(concurrent)}")
    record = warc(n, block, kind=kind, content_type=content_type, extra=extra)
    return record.replace(identifier(n).encode(), identifier(number).encode(), 1)


def by_warcio(path: Path) -> list[tuple[str, str, bytes]]:
    """Identifier, type and block of each record as warcio reads them, its digests checked."""
    data = path.read_bytes()
    for record in WarcioIterator(io.BytesIO(data), check_digests="raise"):
        record.raw_stream.read()
    found = []
    for record in WarcioIterator(io.BytesIO(data), no_record_parse=True):
        block = record.raw_stream.read()
        head = record.rec_headers
        found.append((head.get_header("WARC-Record-ID"), record.rec_type, block))
    return found


def by_fastwarc(path: Path) -> list[tuple[str, str, bytes]]:
    """The same as FastWARC reads them."""
    found = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.any_type, parse_http=False):
            if "WARC-Block-Digest" in record.headers:
                assert record.verify_block_digest(), record.record_id
            kind = record.headers["WARC-Type"]
            found.append((record.headers["WARC-Record-ID"], kind, record.reader.read()))
    return found


def books(out: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_bytes())
    return manifest


def ledger(out: Path) -> pl.DataFrame:
    return pl.read_parquet(out / "ledger" / "*.parquet").sort("file", "ordinal")


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_a_capture_goes_whole_and_both_readers_find_the_rest_sound(
    tmp_path: Path, packed: bool
) -> None:
    name = "crawl.warc.gz" if packed else "crawl.warc"
    archive = tmp_path / name
    archive.write_bytes(crawled(12, packed=packed))
    before = by_warcio(archive)
    found = filter_warcs(
        write_labels(tmp_path / "labels", [archive]), tmp_path / "out", drop=LIKELY
    )
    made = tmp_path / "out" / name

    gone = {identifier(n + more) for n in (0, 3, 6, 9, 10) for more in (0, 1000, 2000)}
    kept = [one for one in before if one[0] not in gone]
    assert by_warcio(made) == by_fastwarc(made) == kept
    assert found.records == 37
    assert found.kept == len(kept) == 22
    assert found.dropped == {"likely-ai": 5, "with-capture": 10}

    rows = ledger(tmp_path / "out")
    assert {*rows["record_id"].drop_nulls()} == {identifier(n) for n in (0, 3, 6, 9, 10)}
    along = rows.filter(why="with-capture")
    mains = rows.filter(why="likely-ai").select("ordinal", main="url")
    joined = along.join(mains, left_on="with_ordinal", right_on="ordinal")
    assert len(joined) == 10
    assert (joined["url"] == joined["main"]).all()


@pytest.mark.parametrize("name", [*SOUND, *DAMAGED])
def test_every_kind_of_archive_is_filtered_and_accounted_for(tmp_path: Path, name: str) -> None:
    archive = tmp_path / name
    data = SOUND[name] if name in SOUND else DAMAGED[name].data
    archive.write_bytes(data)
    out = tmp_path / "out"
    found = filter_warcs(write_labels(tmp_path / "labels", [archive]), out, drop=LIKELY)

    before, after = records(data), records((out / name).read_bytes())
    pages = [one for one in before if one.type in ("response", "resource", "conversion")]
    assert found.dropped.get("likely-ai", 0) == sum(map(is_likely, pages))
    assert not [one for one in after if one.type == "response" and is_likely(one)]
    kept = Counter(one.block for one in pages if not is_likely(one))
    assert kept - Counter(one.block for one in after) == Counter()
    assert found.records == found.kept + sum(found.dropped.values())
    assert len(ledger(out)) == sum(found.dropped.values())
    [entry] = books(out)["inputs"]
    assert entry["sha256"] == hashlib.sha256((out / name).read_bytes()).hexdigest()
    assert entry["bytes_out"] == (out / name).stat().st_size == found.bytes_out


def is_likely(record: Any) -> bool:
    return numbered(record) is Label.LIKELY_AI


def sound() -> dict[str, bytes]:
    """Sound archives, and one of frames that hold two records and need a dictionary."""
    dictionary = SOUND["dictionary.warc.zst"]
    size = 8 + int.from_bytes(dictionary[4:8], "little")
    packer = zstd.ZstdCompressor(zstd_dict=zstd.ZstdDict(dictionary[8:size]))
    pairs = [
        packer.compress(RECORDS[n] + RECORDS[n + 1], packer.FLUSH_FRAME) for n in range(0, COUNT, 2)
    ]
    return {**SOUND, "pairs-with-a-dictionary.warc.zst": b"".join([dictionary[:size], *pairs])}


def test_a_reader_that_reads_an_archive_reads_what_is_left_of_it(tmp_path: Path) -> None:
    archives = sound()
    for name, data in archives.items():
        (tmp_path / name).write_bytes(data)
    out, paths = tmp_path / "out", [tmp_path / name for name in archives]
    filter_warcs(write_labels(tmp_path / "labels", paths), out, drop=LIKELY)
    read: Counter[Reader] = Counter()
    for path in paths:
        if path.name == "skippable-frames.warc.zst":
            continue  # FastWARC takes a skippable frame at the head for a dictionary
        whole = [one.record_id for one in records(path.read_bytes())]
        left = [one.record_id for one in records((out / path.name).read_bytes())]
        assert len(left) < len(whole)
        for reader in (by_warcio, by_fastwarc):
            if identifiers(reader, path) == whole:
                assert identifiers(reader, out / path.name) == left, (reader, path.name)
                read[reader] += 1
    assert read[by_warcio] >= 12
    assert read[by_fastwarc] >= 16


Reader = Callable[[Path], list[tuple[str, str, bytes]]]


def identifiers(reader: Reader, path: Path) -> list[str] | None:
    """Of the records that a reader finds; None where it fails, or finds a wrong digest."""
    try:
        return [name for name, _, _ in reader(path)]
    except Exception:
        return None


def test_skips_and_faults_stay_unless_their_code_is_dropped(tmp_path: Path) -> None:
    archive = tmp_path / "garbage-between.warc.gz"
    archive.write_bytes(DAMAGED[archive.name].data)
    labels = write_labels(tmp_path / "labels", [archive])
    rubbish = b"\x00\x01RUBBISH" * 20

    filter_warcs(labels, tmp_path / "a", drop=LIKELY)
    kept = (tmp_path / "a" / archive.name).read_bytes()
    assert rubbish in kept
    assert [one.url for one in records(kept)] == [url(n) for n in (1, 2, 4, 5)]

    found = filter_warcs(labels, tmp_path / "b", drop=["damaged-record", "too-short"])
    kept = (tmp_path / "b" / archive.name).read_bytes()
    assert rubbish not in kept
    assert [one.url for one in records(kept)] == [url(n) for n in (0, 1, 2, 3, 4)]
    assert found.dropped == {"damaged-record": 1, "too-short": 1}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_the_rest_of_a_dropped_page_whose_length_was_wrong_goes_with_it(
    tmp_path: Path, packed: bool
) -> None:
    block = http(page(3))
    parts = [warc(1, http(page(1))), warc(3, block, length=str(len(block) - 300))]
    parts.append(warc(4, http(page(4))))
    archive = tmp_path / ("x.warc.gz" if packed else "x.warc")
    archive.write_bytes(b"".join(map(gz, parts) if packed else parts))
    found = filter_warcs(
        write_labels(tmp_path / "labels", [archive]), tmp_path / "out", drop=LIKELY
    )
    assert found.dropped == {"likely-ai": 1, "with-member" if packed else "rest-of-dropped": 1}
    wanted = [parts[0], parts[2]]
    left = (tmp_path / "out" / archive.name).read_bytes()
    assert left == b"".join(map(gz, wanted) if packed else wanted)


def test_damage_inside_a_member_that_is_written_anew_is_in_the_books(tmp_path: Path) -> None:
    archive = tmp_path / "x.warc.gz"
    whole = SOUND["single-member.warc.gz"]
    archive.write_bytes(whole[: len(whole) * 3 // 4] + gz(warc(8, http(page(8)))))
    labels = write_labels(tmp_path / "labels", [archive])
    found = filter_warcs(labels, tmp_path / "out", drop=LIKELY)
    assert found.dropped["with-member"] == 1
    assert found.rewritten > 0
    left = records((tmp_path / "out" / archive.name).read_bytes())
    assert [one.url for one in left if one.type == "response"][-1] == url(8)


def test_an_expression_and_labels_together(tmp_path: Path) -> None:
    archive = tmp_path / "x.warc.gz"
    archive.write_bytes(crawled(12))
    labels = write_labels(tmp_path / "labels", [archive])
    found = filter_warcs(
        labels, tmp_path / "out", drop=LIKELY, keep='not url.endswith("/1") and language == "en"'
    )
    assert found.dropped == {"likely-ai": 5, "not-kept": 1, "with-capture": 12}


def test_a_dry_run_counts_by_the_tables_and_writes_nothing(tmp_path: Path) -> None:
    archive = tmp_path / "x.warc.gz"
    archive.write_bytes(crawled(12))
    labels = write_labels(tmp_path / "labels", [archive])
    archive.unlink()
    before = sorted(tmp_path.rglob("*"))
    found = filter_warcs(labels, tmp_path / "out", drop=LIKELY, dry_run=True)
    assert sorted(tmp_path.rglob("*")) == before
    assert (found.out, found.state, found.dropped) == (None, "dry run", {"likely-ai": 5})
    assert found.records == found.kept + 5 == 37
    assert found.bytes_out < found.bytes_in


def test_archives_of_one_name_keep_the_folders_that_tell_them_apart() -> None:
    assert output_names(["a/x.warc", "b/y.warc"]) == ["x.warc", "y.warc"]
    assert output_names(["c/a/x.warc", "c/b/x.warc"]) == ["a/x.warc", "b/x.warc"]
    assert output_names(["s3://b/1/x.warc", "s3://b/2/x.warc"]) == ["1/x.warc", "2/x.warc"]
    assert output_names(["http://h/1/x.warc?sig=/a", "http://h/2/x.warc"]) == [
        "1/x.warc",
        "2/x.warc",
    ]
    assert output_names(["c/../c/x.warc", "c/y/x.warc"]) == ["x.warc", "y/x.warc"]
    with pytest.raises(UsageError, match="would become the one file"):
        output_names(["s3://b/x.warc", "gs://b/x.warc"])
    with pytest.raises(UsageError, match="standard input"):
        output_names(["-"])


def test_archives_of_one_name_are_filtered_side_by_side(tmp_path: Path) -> None:
    paths = [tmp_path / "in" / folder / "x.warc.gz" for folder in ("a", "b")]
    for path, count in zip(paths, (4, 8), strict=True):
        path.parent.mkdir(parents=True)
        path.write_bytes(crawled(count))
    out = tmp_path / "out"
    found = filter_warcs(write_labels(tmp_path / "labels", paths), out, drop=LIKELY)
    assert found.dropped == {"likely-ai": 5, "with-capture": 10}
    assert {*responses(out / "a" / "x.warc.gz")} == {url(1), url(2)}
    assert {*responses(out / "b" / "x.warc.gz")} == {url(n) for n in (1, 2, 4, 5, 7)}


def responses(path: Path) -> Iterable[str | None]:
    return (one.url for one in records(path.read_bytes()) if one.type == "response")


def test_a_clustering_decides_for_all_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two pages of one text, one of them likely AI by itself: the label of both decides."""
    archive = tmp_path / "x.warc.gz"
    archive.write_bytes(crawled(8))
    labels = write_labels(tmp_path / "labels", [archive])
    cluster(labels, tmp_path / "clusters")
    found = filter_warcs(
        labels, tmp_path / "out", clusters=tmp_path / "clusters", keep="is_representative"
    )
    assert found.dropped == {}
    assert books(tmp_path / "out")["settings"]["clusters"] is not None


def test_a_clustering_of_other_scans_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "x.warc.gz"
    archive.write_bytes(crawled(8))
    scans = [write_labels(tmp_path / name, [archive]) for name in ("one", "two", "three")]
    cluster(scans[:2], tmp_path / "clusters")
    with pytest.raises(UsageError, match="a clustering of other scans"):
        filter_warcs(scans[2], tmp_path / "o", drop=LIKELY, clusters=tmp_path / "clusters")
