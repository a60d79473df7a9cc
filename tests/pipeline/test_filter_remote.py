"""Archives on servers, and outputs on an S3 server, are filtered as local ones are."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from detector import filter_warcs
from detector.errors import OutputError, UsageError
from detector.write import places
from tests.fixtures.archives import RECORDS, gz
from tests.fixtures.s3 import BUCKET, s3_server
from tests.pipeline.made_labels import write_labels
from tests.pipeline.test_filter import crawled
from tests.pipeline.test_filter_runs import SLOW
from tests.pipeline.test_remote import Hangs

LIKELY = ["likely-ai"]
SIZES = {"a.warc.gz": 30, "b.warc.gz": 50}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two archives in `in`, and what a filtering of them gives in `out`."""
    folder = tmp_path_factory.mktemp("local")
    (folder / "in").mkdir()
    for name, size in SIZES.items():
        (folder / "in" / name).write_bytes(crawled(size))
    write_labels(folder / "labels", [folder / "in" / name for name in SIZES])
    filter_warcs(folder / "labels", folder / "out", drop=LIKELY)
    return folder


@pytest.fixture
def web(local: Path) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """A web server before the archives, which hangs up and refuses; and the requests it saw."""
    handler = type("Serving", (Hangs,), {"folder": local / "in", "requests": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler.requests
    server.shutdown()
    server.server_close()


def same(local: Path, read: dict[str, bytes]) -> None:
    assert read == {name: (local / "out" / name).read_bytes() for name in SIZES}


def test_archives_on_a_web_server_are_streamed(
    local: Path, web: tuple[str, list[tuple[str, str | None]]], tmp_path: Path
) -> None:
    address, requests = web
    labels = write_labels(tmp_path / "labels", [f"{address}/{name}" for name in SIZES])
    requests.clear()
    found = filter_warcs(labels, tmp_path / "out", drop=LIKELY)
    assert found.state == "complete"
    same(local, {name: (tmp_path / "out" / name).read_bytes() for name in SIZES})


def test_a_web_archive_that_has_grown_fails(
    web: tuple[str, list[tuple[str, str | None]]], local: Path, tmp_path: Path
) -> None:
    """Its size was not known before; what follows the last record was never scanned."""
    address, _ = web
    path = local / "in" / "grown.warc.gz"
    path.write_bytes(crawled(5))
    labels = write_labels(tmp_path / "labels", [f"{address}/grown.warc.gz"])
    path.write_bytes(crawled(5) + gz(RECORDS[0]))
    found = filter_warcs(labels, tmp_path / "out", drop=LIKELY)
    assert "holds more records than were scanned" in found.failures[0][1]
    assert not list((tmp_path / "out").glob("*.gz"))


def test_local_labels_are_filtered_from_where_the_archives_were_uploaded(
    local: Path, web: tuple[str, list[tuple[str, str | None]]], tmp_path: Path
) -> None:
    found = filter_warcs(local / "labels", tmp_path / "out", drop=LIKELY, archives_in=web[0])
    assert found.state == "complete"
    same(local, {name: (tmp_path / "out" / name).read_bytes() for name in SIZES})


# -- S3, spoken by moto's server ------------------------------------------------------------------


@pytest.fixture(scope="module")
def bucket(local: Path) -> Iterator[Any]:
    """A bucket `crawls` on a real S3 server on loopback, with the archives under `in/`."""
    with s3_server() as (client, _):
        for name in SIZES:
            data = (local / "in" / name).read_bytes()
            client.put_object(Bucket=BUCKET, Key=f"in/{name}", Body=data)
        yield client


def stored(bucket: Any, prefix: str) -> dict[str, bytes]:
    """The archives under a prefix."""
    listed = bucket.list_objects_v2(Bucket="crawls", Prefix=prefix + "/").get("Contents", [])
    names = [one["Key"][len(prefix) + 1 :] for one in listed]
    return {
        name: bucket.get_object(Bucket="crawls", Key=f"{prefix}/{name}")["Body"].read()
        for name in names
        if name.endswith(".gz")
    }


def test_archives_on_s3_are_filtered_to_s3(bucket: Any, local: Path, tmp_path: Path) -> None:
    labels = write_labels(tmp_path / "labels", [f"s3://crawls/in/{name}" for name in SIZES])
    found = filter_warcs(labels, "s3://crawls/clean/", drop=LIKELY)
    assert (found.state, found.out) == ("complete", "s3://crawls/clean/")
    same(local, stored(bucket, "clean"))
    listed = bucket.list_objects_v2(Bucket="crawls", Prefix="clean/")["Contents"]
    assert {one["Key"] for one in listed} == {
        *(f"clean/{name}" for name in SIZES),
        "clean/manifest.json",
        "clean/ledger/part-00000-0000.parquet",
        "clean/ledger/part-00001-0000.parquet",
    }
    before = {one["Key"]: one["LastModified"] for one in listed}
    again = filter_warcs(labels, "s3://crawls/clean", drop=LIKELY)
    assert (again.kept, again.dropped) == (found.kept, found.dropped)
    listed = bucket.list_objects_v2(Bucket="crawls", Prefix="clean/")["Contents"]
    assert {one["Key"]: one["LastModified"] for one in listed} == before


def test_a_prefix_with_other_things_and_the_archives_own_are_refused(
    bucket: Any, tmp_path: Path
) -> None:
    labels = write_labels(tmp_path / "labels", [f"s3://crawls/in/{name}" for name in SIZES])
    with pytest.raises(UsageError, match="would be overwritten"):
        filter_warcs(labels, "s3://crawls/in", drop=LIKELY)
    bucket.put_object(Bucket="crawls", Key="other/note.txt", Body=b"mine")
    with pytest.raises(UsageError, match="no filtering wrote"):
        filter_warcs(labels, "s3://crawls/other", drop=LIKELY)


def test_a_large_file_goes_up_in_parts(
    bucket: Any, local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 takes parts of 5 MiB and more, except for the last."""
    monkeypatch.setattr(places, "BLOCK", 5 << 20)
    filesystem = fsspec.filesystem("s3")
    place = places.RemotePlace(filesystem, "crawls/parts", "s3://crawls/parts")
    data = os.urandom(12 << 20)
    draft = place.draft("x")
    for at in range(0, len(data), 1 << 20):
        draft.write(memoryview(data)[at : at + (1 << 20)])
    assert place.size("x") is None
    draft.commit()
    draft.discard()
    assert place.read("x") == data

    given_up = place.draft("y")
    given_up.write(data)
    given_up.discard()
    del given_up
    assert place.size("y") is None
    assert "Uploads" not in bucket.list_multipart_uploads(Bucket="crawls")


def test_a_killed_run_to_s3_is_taken_up(bucket: Any, local: Path) -> None:
    """An upload that was killed leaves no object; a finished one is not made again."""
    arguments = [sys.executable, "-c", SLOW, str(local / "labels"), "s3://crawls/killed"]
    process = subprocess.Popen(arguments)
    note = "ledger/input-00000.json"
    while process.poll() is None:
        listed = bucket.list_objects_v2(Bucket="crawls", Prefix="killed/").get("Contents", [])
        if any(one["Key"].endswith(note) for one in listed):
            break
        time.sleep(0.01)
    process.kill()
    process.wait()
    before = bucket.head_object(Bucket="crawls", Key="killed/a.warc.gz")["LastModified"]
    assert filter_warcs(local / "labels", "s3://crawls/killed", drop=LIKELY).state == "complete"
    same(local, stored(bucket, "killed"))
    assert bucket.head_object(Bucket="crawls", Key="killed/a.warc.gz")["LastModified"] == before


def test_a_bucket_that_is_not_there_is_an_output_error(bucket: Any, local: Path) -> None:
    with pytest.raises(OutputError, match=r"s3://nowhere/x/.*same command again"):
        filter_warcs(local / "labels", "s3://nowhere/x", drop=LIKELY)


# -- any other file system of fsspec --------------------------------------------------------------


class Filling(MemoryFileSystem):
    """A file system that takes so many files, and then says that it is full."""

    protocol = "filling"
    cachable = False
    store: dict[str, Any] = {}  # noqa: RUF012
    pseudo_dirs: list[str] = [""]  # noqa: RUF012
    room = 100

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        name: str = super()._strip_protocol(path.replace("filling://", "memory://"))
        return name

    def mv(self, path1: str, path2: str, **kwargs: Any) -> None:
        if path2.endswith(".gz"):
            if Filling.room == 0:
                raise OSError(28, "No space left on device")
            Filling.room -= 1
        super().mv(path1, path2, **kwargs)


def test_elsewhere_files_get_their_names_when_they_are_whole(local: Path) -> None:
    fsspec.register_implementation("filling", Filling, clobber=True)
    Filling.store.clear()
    Filling.room = 1
    with pytest.raises(OutputError, match="No space left on device"):
        filter_warcs(local / "labels", "filling://clean", drop=LIKELY)
    assert sorted(name for name in Filling.store if ".gz" in name) == ["/clean/a.warc.gz"]
    Filling.room = 1
    assert filter_warcs(local / "labels", "filling://clean", drop=LIKELY).state == "complete"
    same(local, {name: Filling.store[f"/clean/{name}"].getvalue() for name in SIZES})
    assert not [name for name in Filling.store if name.endswith(".tmp")]
    Filling.store.clear()
