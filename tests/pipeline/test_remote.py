"""Whole scans over the network, from servers that misbehave and from a real S3 server."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import polars as pl
import pytest

from tests.fixtures.s3 import BUCKET, s3_server
from tests.pipeline import runs
from tests.pipeline.conftest import PART

ANSWER = 100_000  # bytes after which the web server hangs up, in the midst of an answer


class Hangs(BaseHTTPRequestHandler):
    """Serves a folder; refuses every third request with 503 and breaks off the others."""

    folder: ClassVar[Path]
    requests: ClassVar[list[tuple[str, str | None]]]

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.requests.append((self.path, asked))
        file = self.folder / self.path.strip("/")
        if len(self.requests) % 3 == 0 or not file.is_file():
            self.send_response(503 if file.is_file() else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data = file.read_bytes()
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if first >= len(data):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(data)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if asked else 200)
        self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - first))
        self.end_headers()
        self.wfile.write(data[first : first + ANSWER])
        self.close_connection = True


@pytest.fixture
def web(crawl: Path) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """The address of a web server in front of the crawl, and the requests it saw."""
    handler = type("Serving", (Hangs,), {"folder": crawl, "requests": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler.requests
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def bucket(crawl: Path) -> Iterator[dict[str, str]]:
    """A real S3 server on loopback that holds the crawl; the environment to reach it with."""
    with s3_server() as (client, env):
        for path in crawl.iterdir():
            client.put_object(Bucket=BUCKET, Key=f"2026/{path.name}", Body=path.read_bytes())
        yield env


def same_but_for_names(out: Path, labels: Path) -> None:
    """The rows of every table agree once folders are cut off the names of the inputs."""
    for name in ("documents", "signatures", "unlabelled"):
        ours, theirs = (
            runs.table(folder, name).with_columns(pl.col("file").str.split("/").list.last())
            for folder in (out, labels)
        )
        assert ours.equals(theirs), name


def test_a_web_server_that_hangs_up_and_refuses(
    web: tuple[str, list[tuple[str, str | None]]], labels: Path, tmp_path: Path
) -> None:
    """Every byte is asked for from where the last answer ended."""
    address, requests = web
    names = (f"{address}/a.warc.gz", f"{address}/b.warc")
    runs.scan(*names, "--out", tmp_path / "out", *PART)
    same_but_for_names(tmp_path / "out", labels)
    assert len(requests) > 4
    starts = [int(asked[6:-1]) for path, asked in requests if asked and path == "/a.warc.gz"]
    assert starts == sorted(starts)


def test_a_path_list_with_a_base_url(
    web: tuple[str, list[tuple[str, str | None]]], labels: Path, tmp_path: Path
) -> None:
    (tmp_path / "warc.paths").write_text("a.warc.gz\nb.warc\n")
    options = ("--paths-file", tmp_path / "warc.paths", "--base-url", web[0])
    runs.scan(*options, "--out", tmp_path / "out", *PART)
    same_but_for_names(tmp_path / "out", labels)


def test_a_killed_scan_of_web_files_is_taken_up(
    web: tuple[str, list[tuple[str, str | None]]], labels: Path, tmp_path: Path
) -> None:
    address, _ = web
    out = tmp_path / "out"
    arguments = (f"{address}/a.warc.gz", f"{address}/b.warc", "--out", out, *PART)
    process = subprocess.Popen(runs.command("scan", "--quiet", *arguments), start_new_session=True)
    while process.poll() is None and len(list(out.rglob("documents/*.parquet"))) < 2:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    runs.scan(*arguments)
    same_but_for_names(out, labels)


def test_a_web_file_that_is_not_there_fails_alone(
    web: tuple[str, list[tuple[str, str | None]]], crawl: Path, tmp_path: Path
) -> None:
    """Exit code 3; the others are done, and the same command again tries it once more."""
    arguments = (f"{web[0]}/none.warc.gz", crawl / "b.warc", "--out", tmp_path / "out")
    for _ in range(2):
        done = runs.detector("scan", *arguments)
        assert done.returncode == 3
        assert "none.warc.gz" in done.stderr
        assert "Traceback" not in done.stderr
        assert runs.manifest(tmp_path / "out")["state"] == "partial"
        assert len(runs.table(tmp_path / "out", "documents")) > 20


def test_a_bucket_is_listed_and_scanned(
    bucket: dict[str, str], labels: Path, tmp_path: Path
) -> None:
    runs.scan("s3://crawls/2026/", "--out", tmp_path / "out", *PART, env=bucket)
    same_but_for_names(tmp_path / "out", labels)


def test_a_record_in_a_bucket_is_explained(bucket: dict[str, str], labels: Path) -> None:
    row = runs.table(labels, "documents").row(3, named=True)
    place = f"s3://crawls/2026/a.warc.gz@{row['offset']}+{row['length']}"
    done = runs.detector("explain", place, env=bucket)
    assert done.returncode == 0, done.stderr
    assert row["fingerprint"] in done.stdout


def test_an_empty_prefix_and_a_missing_bucket(bucket: dict[str, str], tmp_path: Path) -> None:
    done = runs.detector("scan", "s3://crawls/1999/", "--out", tmp_path / "out", env=bucket)
    assert done.returncode == 2
    assert "s3://crawls/1999/" in done.stderr
    done = runs.detector("scan", "s3://nowhere/x/", "--out", tmp_path / "out", env=bucket)
    assert done.returncode in (2, 3)
    assert "s3://nowhere/x/" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dry_run_says_what_it_could_not_read(
    web: tuple[str, list[tuple[str, str | None]]],
) -> None:
    """An address that answers 404 is no sample without pages."""
    done = runs.detector("scan", "--dry-run", f"{web[0]}/no.warc.gz")
    assert done.returncode == 0, done.stderr
    assert "fault input-failed" in done.stdout
    assert "no estimate" in done.stdout


def test_a_name_from_a_list_cannot_steer_the_terminal(
    web: tuple[str, list[tuple[str, str | None]]], tmp_path: Path
) -> None:
    """Neither the line that names a failed input, nor the message of one that is not there."""
    paths = tmp_path / "paths"
    for line, code in ((f"{web[0]}/\x07.warc.gz", 3), ("\x07.warc.gz", 2)):
        paths.write_text(line + "\n")
        done = runs.detector("scan", "--paths-file", paths, "--out", tmp_path / "out")
        assert done.returncode == code, done.stderr
        assert "x07" in done.stderr
        assert "\x07" not in done.stderr + done.stdout
