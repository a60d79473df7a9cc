"""Remote inputs are read as local ones are, whatever servers do on the way."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from detector.errors import InputError, UsageError
from detector.read import (
    RetryPolicy,
    expand_inputs,
    open_source,
    read_record_at,
    read_steps,
)
from detector.records import ArchiveRecord, Position, Step
from tests.fixtures.archives import gz, page, warc
from tests.fixtures.s3 import BUCKET, s3_server
from tests.read.sources import CAP, Bytes

# Large enough for many answers that break off, and not compressible to nothing.
ARCHIVE = b"".join(gz(warc(n, page(n, words=4000))) for n in range(60))


@dataclass
class Naps:
    """A retry policy's sleep that only counts."""

    seconds: list[float] = field(default_factory=list)

    def policy(self, attempts: int = 4) -> RetryPolicy:
        return RetryPolicy(
            attempts=attempts, base=1.0, timeout=5.0, sleep=self.seconds.append, draw=lambda: 0.5
        )


def walk(name: str, policy: RetryPolicy, start: Position = Position()) -> list[Step]:  # noqa: B008
    with open_source(name, retry=policy) as source:
        return list(read_steps(source, start=start, block_cap=CAP))


def local(name: str, data: bytes = ARCHIVE) -> list[Step]:
    return list(read_steps(Bytes(data, name), block_cap=CAP))


# -- a web server whose manners each test sets ---------------------------------------------------


@dataclass
class Manners:
    """How the server behaves. refuse: status codes for the first requests, one each, with their
    fields. cut: bytes after which each answer breaks off. ranges: whether it knows them.
    says: what it makes of the true length. etag: for the n-th request. framed: whether it tells a
    length at all.
    """

    data: bytes = ARCHIVE
    refuse: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    cut: int | None = None
    ranges: bool = True
    says: Callable[[int], int] = lambda length: length
    etag: Callable[[int], str] = lambda _: '"one"'
    framed: bool = True
    asked: list[str | None] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    manners: Manners

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        manners = self.manners
        asked = self.headers.get("Range")
        manners.asked.append(asked)
        if manners.refuse:
            status, fields = manners.refuse.pop(0)
            self._head(status, {"Content-Length": "0", **fields})
            return
        data = manners.data
        first = int(re.fullmatch(r"bytes=(\d+)-", asked or "bytes=0-")[1])  # type: ignore[index]
        fields = {"ETag": manners.etag(len(manners.asked))}
        if not manners.ranges:
            status, first = 200, 0
        elif first >= len(data):
            self._head(416, {"Content-Range": f"bytes */{len(data)}", "Content-Length": "0"})
            return
        else:
            status = 206
            fields["Content-Range"] = f"bytes {first}-{len(data) - 1}/{manners.says(len(data))}"
        body = data[first:]
        if manners.framed:
            fields["Content-Length"] = str(manners.says(len(data)) - first)
        self._head(status, fields)
        self.wfile.write(body[: manners.cut])
        self.close_connection = True

    def _head(self, status: int, fields: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()


@pytest.fixture
def serve() -> Iterator[Callable[[Manners], str]]:
    """Starts a server with given manners and gives the URL of its one archive."""
    servers: list[ThreadingHTTPServer] = []

    def start(manners: Manners) -> str:
        handler = type("Mannered", (Handler,), {"manners": manners})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/made.warc.gz"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


Serve = Callable[[Manners], str]


def test_a_web_file_is_read_as_a_local_one_in_one_streamed_range_request(serve: Serve) -> None:
    manners = Manners()
    name = serve(manners)
    assert walk(name, Naps().policy()) == local(name)
    assert manners.asked == ["bytes=0-"]


def test_a_connection_that_breaks_is_taken_up_at_the_missing_byte(serve: Serve) -> None:
    """However often: only failures in a row, without a byte gained, count as tries."""
    manners = Manners(cut=40_000)
    name, naps = serve(manners), Naps()
    assert walk(name, naps.policy(attempts=2)) == local(name)
    assert manners.asked == [f"bytes={at}-" for at in range(0, len(ARCHIVE), 40_000)]
    assert len(naps.seconds) == len(manners.asked) - 1


@pytest.mark.parametrize("status", [403, 429, 500, 502, 503])
def test_a_refusal_that_passes_is_waited_out(serve: Serve, status: int) -> None:
    name, naps = serve(Manners(refuse=[(status, {})] * 3)), Naps()
    assert walk(name, naps.policy()) == local(name)
    assert naps.seconds == [1.0, 2.0, 4.0]


def test_the_server_s_own_waiting_time_is_kept_and_bounded(serve: Serve) -> None:
    refuse = [(503, {"Retry-After": "7"}), (429, {"Retry-After": "99999"})]
    name, naps = serve(Manners(refuse=refuse)), Naps()
    assert walk(name, naps.policy()) == local(name)
    assert naps.seconds == [7.0, 300.0]


def test_a_server_that_stays_away_is_an_input_error_that_says_where(serve: Serve) -> None:
    name, naps = serve(Manners(refuse=[(503, {})] * 99)), Naps()
    with pytest.raises(InputError, match=r"byte 0 through 4 tries: .*503.*run again"):
        walk(name, naps.policy())
    assert len(naps.seconds) == 3


def test_a_closed_port_is_an_input_error(serve: Serve) -> None:
    with pytest.raises(InputError, match="stayed away"):
        walk("http://127.0.0.1:9/x.warc.gz", Naps().policy(attempts=2))


def test_a_missing_web_file_is_not_tried_again(serve: Serve) -> None:
    manners = Manners(refuse=[(404, {})] * 9)
    with pytest.raises(InputError, match="404"):
        walk(serve(manners), Naps().policy())
    assert len(manners.asked) == 1


def test_a_server_without_ranges_is_streamed(serve: Serve) -> None:
    manners = Manners(ranges=False)
    name = serve(manners)
    assert walk(name, Naps().policy()) == local(name)
    assert len(manners.asked) == 1


def test_reading_is_taken_up_again_from_a_server_without_ranges(serve: Serve) -> None:
    """It sends the file from its beginning, and what came before is passed over."""
    name = serve(Manners(ranges=False))
    steps = local(name)
    assert walk(name, Naps().policy(), steps[40].resume) == steps[41:]


def test_a_server_that_tells_no_length_is_read_to_its_end(serve: Serve) -> None:
    name = serve(Manners(ranges=False, framed=False))
    assert walk(name, Naps().policy()) == local(name)


def test_a_length_that_is_too_large_is_an_error_after_the_records_before(serve: Serve) -> None:
    """All that lie in whole blocks of 1 MiB: what comes after is left for another run."""
    data = ARCHIVE * 12
    name = serve(Manners(data=data, says=lambda length: length + 1000))
    seen: list[Step] = []
    with (
        open_source(name, retry=Naps().policy()) as source,
        pytest.raises(InputError, match="not the file it was"),
    ):
        seen.extend(read_steps(source, block_cap=CAP))
    whole = len(data) >> 20 << 20
    expected = [step for step in local(name, data) if step.resume.offset < whole]
    assert seen[: len(expected)] == expected
    assert len(expected) > 500


def test_an_answer_shorter_than_its_range_is_asked_for_again(serve: Serve) -> None:
    """Content-Range tells the true length, Content-Length a smaller one."""

    class Short(Handler):
        def _head(self, status: int, fields: dict[str, str]) -> None:
            length = int(fields["Content-Length"])
            super()._head(status, {**fields, "Content-Length": str(min(length, 50_000))})

    manners = Manners(cut=50_000)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("S", (Short,), {"manners": manners}))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    name = f"http://127.0.0.1:{server.server_port}/made.warc.gz"
    assert walk(name, Naps().policy(attempts=2)) == local(name)
    assert len(manners.asked) > 2
    server.shutdown()
    server.server_close()


def test_a_file_that_changes_while_it_is_read_is_an_error_not_a_mixture(serve: Serve) -> None:
    name = serve(Manners(cut=100_000, etag=lambda request: f'"{request}"'))
    with pytest.raises(InputError, match="not the file it was"):
        walk(name, Naps().policy())


def test_reading_begins_at_the_position_and_not_before(serve: Serve) -> None:
    """By the reader's blocks of 1 MiB, so that resumed readings see the very same slices."""
    data = ARCHIVE * 12
    manners = Manners(data=data)
    name = serve(manners)
    steps = local(name, data)
    late = next(step for step in steps if step.resume.offset > 3 << 20)
    assert walk(name, Naps().policy(), late.resume) == steps[late.resume.ordinal :]
    assert manners.asked == [f"bytes={3 << 20}-"]


def test_one_record_of_a_web_file_is_replayed_without_the_rest(serve: Serve) -> None:
    manners = Manners(data=ARCHIVE * 12)
    name = serve(manners)
    step = local(name, ARCHIVE * 12)[-1]
    with open_source(name, retry=Naps().policy()) as source:
        again = read_record_at(source, step.item.locator, block_cap=CAP)
    assert isinstance(again, ArchiveRecord)
    assert isinstance(step.item, ArchiveRecord)
    assert again.block == step.item.block
    assert "bytes=0-" not in manners.asked


def test_an_empty_web_file_holds_nothing(serve: Serve) -> None:
    assert walk(serve(Manners(data=b"")), Naps().policy()) == []


def test_damage_far_back_is_read_again_from_the_server(serve: Serve) -> None:
    broken = ARCHIVE[:200_000] + b"\x00" * 90 + ARCHIVE[200_090:]
    name = serve(Manners(data=broken, cut=60_000))
    assert walk(name, Naps().policy()) == local(name, broken)


# -- S3, spoken by moto's server -----------------------------------------------------------------


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """A bucket on a real S3 server on loopback; gives its log of GET requests."""
    with s3_server() as (client, _):
        for name in ("a/2.warc.gz", "a/1.warc.gz", "a/1.wat.gz", "a/list.txt", "b/x.warc.gz"):
            client.put_object(Bucket=BUCKET, Key=name, Body=ARCHIVE)
        yield client


@pytest.mark.usefixtures("bucket")
def test_an_s3_file_is_read_as_a_local_one() -> None:
    name = "s3://crawls/a/1.warc.gz"
    assert walk(name, Naps().policy()) == local(name)


@pytest.mark.usefixtures("bucket")
def test_an_s3_prefix_gives_its_archives_sorted_and_with_their_sizes() -> None:
    refs = expand_inputs(["s3://crawls/a/"])
    assert [ref.name for ref in refs] == ["s3://crawls/a/1.warc.gz", "s3://crawls/a/2.warc.gz"]
    assert {ref.size for ref in refs} == {len(ARCHIVE)}


@pytest.mark.usefixtures("bucket")
def test_an_s3_pattern_gives_what_matches() -> None:
    assert [ref.name for ref in expand_inputs(["s3://crawls/*/x.*"])] == ["s3://crawls/b/x.warc.gz"]


@pytest.mark.usefixtures("bucket")
def test_an_s3_prefix_without_archives_is_the_caller_s_mistake() -> None:
    with pytest.raises(UsageError, match="holds no archive"):
        expand_inputs(["s3://crawls/none/"])


@pytest.mark.usefixtures("bucket")
def test_a_missing_s3_file_is_an_input_error() -> None:
    with pytest.raises(InputError, match="there is no file"):
        walk("s3://crawls/a/3.warc.gz", Naps().policy())


# -- any other file system of fsspec -------------------------------------------------------------


class FlakyFileSystem(MemoryFileSystem):
    """A file system that fails every other request, and notes the ranges it is asked for."""

    protocol = "flaky"
    cachable = False
    store: dict[str, Any] = {}  # noqa: RUF012
    pseudo_dirs: list[str] = [""]  # noqa: RUF012
    asked: list[tuple[int, int]] = []  # noqa: RUF012
    down = False

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        name: str = super()._strip_protocol(path.replace("flaky://", "memory://"))
        return name

    def cat_file(self, path: str, start: Any = None, end: Any = None, **kwargs: Any) -> bytes:
        self.asked.append((start, end))
        if self.down or len(self.asked) % 2:
            raise OSError("connection reset")
        data: bytes = super().cat_file(path, start=start, end=end, **kwargs)
        return data


@pytest.fixture
def flaky() -> Iterator[type[FlakyFileSystem]]:
    fsspec.register_implementation("flaky", FlakyFileSystem, clobber=True)
    FlakyFileSystem.asked.clear()
    FlakyFileSystem.down = False
    FlakyFileSystem().pipe_file("/made.warc.gz", ARCHIVE * 20)
    yield FlakyFileSystem
    FlakyFileSystem.store.clear()


def test_a_file_system_that_fails_is_asked_again_for_the_same_range(
    flaky: type[FlakyFileSystem],
) -> None:
    name, naps = "flaky://made.warc.gz", Naps()
    assert walk(name, naps.policy(attempts=2)) == local(name, ARCHIVE * 20)
    assert flaky.asked[::2] == flaky.asked[1::2]
    assert max(end - start for start, end in flaky.asked) <= 4 << 20
    assert len(naps.seconds) == len(flaky.asked) // 2 > 1


def test_a_file_system_that_stays_down_is_an_input_error(flaky: type[FlakyFileSystem]) -> None:
    flaky.down = True
    with pytest.raises(InputError, match=r"through 4 tries: OSError: connection reset"):
        walk("flaky://made.warc.gz", Naps().policy())


def test_an_unknown_scheme_is_the_caller_s_mistake() -> None:
    with pytest.raises(UsageError, match="scheme 'nosuch' is unknown"):
        open_source("nosuch://x/y.warc.gz")


def test_a_web_folder_is_the_caller_s_mistake() -> None:
    with pytest.raises(UsageError, match="cannot be listed"):
        expand_inputs(["https://example.org/crawl/"])


def test_a_path_list_on_a_server_is_joined_to_the_base(serve: Serve) -> None:
    listed = gz(b"crawl/1.warc.gz\n\n# a note\n/crawl/2.warc.gz\n")
    name = serve(Manners(data=listed))
    refs = expand_inputs([], paths_file=name, base_url="https://example.org/data/")
    assert [ref.name for ref in refs] == [
        "https://example.org/data/crawl/1.warc.gz",
        "https://example.org/data/crawl/2.warc.gz",
    ]


def test_jitter_stays_under_the_doubled_ceiling() -> None:
    naps = Naps()
    policy = RetryPolicy(base=0.5, cap=60, sleep=naps.seconds.append, draw=lambda: 1.0)
    for failures in (1, 2, 3, 10, 10_000):
        policy.wait(failures)
    assert naps.seconds == [1.0, 2.0, 4.0, 60, 60]


def test_a_context_ends_with_its_source_closed() -> None:
    with open_source("http://127.0.0.1:9/x.warc.gz") as source:
        assert source.name.endswith("x.warc.gz")
