"""The server answers its own page and nobody else."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from detector.errors import OutputError, UsageError
from detector.report.server import LARGEST_BODY, TOKEN_HEADER, PageServer

Answer = tuple[int, dict[str, str], bytes]


class Served:
    """A running server, what it stored, and requests to it."""

    def __init__(self) -> None:
        self.stored: list[Mapping[str, Any]] = []
        self.server = PageServer(0, lambda: (b"<p>page", "default-src 'none'"), self.mark)
        self.host = f"127.0.0.1:{self.server.server_port}"

    def mark(self, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        if sent.get("full"):
            raise OutputError("the disk is full")
        if "sample" not in sent:
            raise ValueError("no sample")
        self.stored.append(sent)
        return {"stored": len(self.stored)}

    def ask(
        self, method: str, path: str = "/", body: bytes | None = None, **headers: str | None
    ) -> Answer:
        """A request with these headers (underscores stand for hyphens); None leaves one out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=10)
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {"Host": self.host, **fields}
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        if body is not None:
            fields.setdefault("Content-Length", str(len(body)))
        for name, value in fields.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        found = answer.status, dict(answer.getheaders()), answer.read()
        connection.close()
        return found

    def post(self, value: object = None, **changes: str | None) -> Answer:
        """A mark as the page sends it, but for these headers."""
        own: dict[str, str | None] = {
            "Origin": f"http://{self.host}",
            "Content_Type": "application/json",
            TOKEN_HEADER.replace("-", "_"): self.server.token,
        }
        body = json.dumps({"sample": 1} if value is None else value).encode()
        return self.ask("POST", "/marks", body, **{**own, **changes})


@pytest.fixture
def served() -> Iterator[Served]:
    one = Served()
    thread = threading.Thread(target=one.server.serve_forever, args=(0.05,))
    thread.start()
    yield one
    one.server.shutdown()
    thread.join()
    one.server.server_close()


def test_the_page_comes_with_its_policy_and_may_not_be_framed_or_kept(served: Served) -> None:
    status, headers, body = served.ask("GET")
    assert (status, body) == (200, b"<p>page")
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in headers


def test_a_mark_of_the_page_is_stored(served: Served) -> None:
    status, _, body = served.post({"sample": 3})
    assert (status, json.loads(body), served.stored) == (200, {"stored": 1}, [{"sample": 3}])


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "", None])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_name_that_is_not_ours_is_refused(served: Served, host: str | None, method: str) -> None:
    """DNS rebinding: evil.example resolves to 127.0.0.1 and its page asks us."""
    if host is not None and host == "evil.example":
        host = f"evil.example:{served.server.server_port}"
    if method == "GET":
        status, _, body = served.ask("GET", Host=host)
    else:
        status, _, body = served.post(Host=host, Origin=f"http://{host}")
    assert status == 403
    assert b"page" not in body
    assert not served.stored


def test_localhost_is_one_of_our_names(served: Served) -> None:
    assert served.ask("GET", Host=f"LocalHost:{served.server.server_port}")[0] == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": None},
        {TOKEN_HEADER.replace("-", "_"): None},
        {TOKEN_HEADER.replace("-", "_"): "guess"},
        {TOKEN_HEADER.replace("-", "_"): "\xe9"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "none"},
    ],
    ids=repr,
)
def test_a_mark_from_elsewhere_is_refused(served: Served, changes: dict[str, str | None]) -> None:
    assert served.post(**changes)[0] == 403
    assert not served.stored


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_form_of_another_page_is_no_mark(served: Served, kind: str | None) -> None:
    assert served.post(Content_Type=kind)[0] == 415
    assert not served.stored


@pytest.mark.parametrize("length", ["-1", "x", None, str(LARGEST_BODY + 1), "9" * 400, "²"])
def test_a_body_of_no_fair_length_is_refused(served: Served, length: str | None) -> None:
    if length == "²":
        length = "\xb2"
    status, _, body = served.post(Content_Length=length)
    assert status == 400
    assert b"length" in body
    assert not served.stored


@pytest.mark.parametrize("value", [[], "x", 1, {"other": 1}])
def test_what_is_no_mark_is_said_so(served: Served, value: object) -> None:
    assert served.post(value)[0] == 400
    assert not served.stored


def test_a_full_disk_is_told_to_the_page(served: Served) -> None:
    status, _, body = served.post({"full": True})
    assert (status, json.loads(body)) == (500, {"error": "the disk is full"})


@pytest.mark.parametrize("path", ["/marks", "/../etc/passwd", "/%2e%2e/x", "//evil.example/"])
def test_there_is_one_page(served: Served, path: str) -> None:
    assert served.ask("GET", path)[0] == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"])
def test_other_methods_are_not_known(served: Served, method: str) -> None:
    assert served.ask(method)[0] == 501


def test_it_listens_on_this_machine_alone(served: Served) -> None:
    assert served.server.server_address[0] == "127.0.0.1"
    assert served.server.socket.family is socket.AF_INET


def test_a_port_that_is_taken_is_a_mistake_in_the_call(served: Served) -> None:
    with pytest.raises(UsageError, match=r"--port .* choose another"):
        PageServer(served.server.server_port, lambda: (b"", ""), served.mark)


def test_a_visitor_who_says_nothing_keeps_nobody_else_waiting(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.server.server_port)) as silent:
        silent.sendall(b"GET / HTTP/1.1\r\n")
        assert served.ask("GET")[0] == 200
