"""The page over HTTP, for this machine alone: it is shown, and marks come back.

Two kinds of visitors are not meant: other machines, for which there is 127.0.0.1, and other pages
in the reviewer's own browser. Against these: the Host header must name this very server (a foreign
name that resolves here is DNS rebinding), what changes anything must come from this origin and
carry the token that only this page knows, and no other page may frame or read this one.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from detector.errors import DetectorError, UsageError

ADDRESS: Final = "127.0.0.1"
TOKEN_HEADER: Final = "X-Detector-Token"  # noqa: S105 - the name of a header
LARGEST_BODY: Final = 16 << 10
PATIENCE: Final = 20  # seconds for one request to arrive

Marker = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class PageServer(ThreadingHTTPServer):
    """Serves one page on 127.0.0.1 and takes marks.

    page: gives the page's bytes and its Content-Security-Policy; it is asked for each visit. mark:
    stores what was sent and gives the answer; it raises ValueError for what makes no sense. port: 0
    for any free one. UsageError when the port cannot be had.
    """

    daemon_threads = True

    def __init__(self, port: int, page: Callable[[], tuple[bytes, str]], mark: Marker) -> None:
        self.page, self.mark = page, mark
        self.token = secrets.token_urlsafe(32)
        try:
            super().__init__((ADDRESS, port), _Handler)
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or error
            raise UsageError(
                f"--port {port}: cannot be listened on ({why}): choose another, or 0 for any free"
            ) from error

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{ADDRESS}:{self.server_port}/"

    @property
    def hosts(self) -> frozenset[str]:
        """The Host headers of those who mean this server."""
        return frozenset(f"{name}:{self.server_port}" for name in (ADDRESS, "localhost"))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of visitors that went away; anything else is a bug of ours and is shown."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def _members(sent: object) -> Mapping[str, Any]:
    if not isinstance(sent, dict):
        raise TypeError("not an object")
    return sent


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    protocol_version = "HTTP/1.1"
    server_version = "detector"
    sys_version = ""
    timeout = PATIENCE

    def do_GET(self) -> None:
        if not self._meant():
            return
        if self.path.partition("?")[0] not in ("/", "/index.html"):
            self._answer(HTTPStatus.NOT_FOUND, {"error": "there is one page here: /"})
            return
        try:
            body, policy = self.server.page()
        except DetectorError as error:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": str(error)})
            return
        self._send(HTTPStatus.OK, "text/html; charset=utf-8", body, policy)

    def do_POST(self) -> None:
        # What is left of a refused body must not be read as a next request.
        self.close_connection = True
        if not self._meant() or not self._ours():
            return
        if self.path != "/marks":
            self._answer(HTTPStatus.NOT_FOUND, {"error": "marks go to /marks"})
            return
        try:
            answer = self.server.mark(_members(json.loads(self._body())))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": f"no mark: {str(error)[:200]}"})
        except DetectorError as error:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": str(error)})
        else:
            self._answer(HTTPStatus.OK, answer)

    def _meant(self) -> bool:
        """Whether the request names this server, and does so once."""
        hosts = self.headers.get_all("Host", [])
        if len(hosts) == 1 and hosts[0].lower() in self.server.hosts:
            return True
        self._refuse("this server answers to its own address alone")
        return False

    def _ours(self) -> bool:
        """Whether a request that changes something comes from the page itself."""
        origin = self.headers.get("Origin")
        site = self.headers.get("Sec-Fetch-Site", "same-origin")
        same = origin in {f"http://{host}" for host in self.server.hosts} and site == "same-origin"
        token = self.headers.get(TOKEN_HEADER, "").encode("utf-8", "replace")
        if not same or not hmac.compare_digest(token, self.server.token.encode()):
            self._refuse("this did not come from the page: open it anew and mark again")
            return False
        if self.headers.get_content_type() != "application/json":
            self._answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, {"error": "marks are JSON"})
            return False
        return True

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > LARGEST_BODY:
            raise ValueError(f"a length of {length[:20]!r}")
        return self.rfile.read(int(length))

    def _refuse(self, why: str) -> None:
        self.close_connection = True
        self._answer(HTTPStatus.FORBIDDEN, {"error": why})

    def _answer(self, status: HTTPStatus, value: Mapping[str, Any]) -> None:
        body = json.dumps(value).encode()
        self._send(status, "application/json", body, "default-src 'none'")

    def _send(self, status: HTTPStatus, media_type: str, body: bytes, policy: str) -> None:
        self.send_response(status)
        fields = {
            "Content-Type": media_type,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": f"{policy}; frame-ancestors 'none'",
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        if self.close_connection:
            fields["Connection"] = "close"
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what a visitor sends does not reach the terminal."""
