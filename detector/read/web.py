"""Files on web servers: one streamed range request, made anew where a connection broke."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Final, NoReturn

import requests
import urllib3

from detector.errors import InputError
from detector.read.remote import RemoteSource, Trouble
from detector.read.retry import RetryPolicy

PART: Final = 1 << 17

# RFC 9110 14.4: Content-Range = "bytes" SP ( first "-" last "/" ( length / "*" ) / "*/" length )
_CONTENT_RANGE = re.compile(r"bytes\s+(?:([0-9]{1,18})-[0-9]{1,18}|\*)/([0-9]{1,18}|\*)")
_PASSING: Final = frozenset({403, 408, 425, 429})
"""Refusals that mean "later", beside all 5xx: Common Crawl's servers say 403 to the impatient."""

_FINAL_ERRORS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.TooManyRedirects,
)


class HttpSource(RemoteSource):
    """A file on a web server (RFC 9110): GET with a Range from the first missing byte on.

    A server that ignores Range is read from the beginning again, up to that byte. A file that is
    another one after a new connection (its length or strong ETag differs) is an InputError.
    """

    def __init__(self, name: str, retry: RetryPolicy) -> None:
        super().__init__(name, retry)
        self._session = requests.Session()
        self._session.headers.update(
            {"User-Agent": "contamination-detector", "Accept-Encoding": "identity"}
        )
        self._response: requests.Response | None = None
        self._etag: str | None = None

    def _next(self, at: int) -> bytes:
        if self.size is not None and at >= self.size:
            return b""
        try:
            response = self._response
            if response is None:
                response = self._open(at)
            part: bytes = response.raw.read(PART, decode_content=False) if response else b""
        except _FINAL_ERRORS as error:
            raise InputError(f"cannot open {self.name!r}: {error}. Check the address.") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise Trouble(f"{type(error).__name__}: {error}") from error
        if part:
            return part
        if self.size is not None and at < self.size:
            raise Trouble(f"the connection ended at byte {at:,} of {self.size:,}")
        self.size = at
        return b""

    def close(self) -> None:
        super().close()
        self._session.close()

    def _leave(self) -> None:
        if self._response is not None:
            self._response.close()
            self._response = None

    def _open(self, at: int) -> requests.Response | None:
        """Ask for everything from `at` on; None when the file ends there."""
        timeout = self.retry.timeout
        response = self._response = self._session.get(
            self.name, headers={"Range": f"bytes={at}-"}, stream=True, timeout=timeout
        )
        status = response.status_code
        first, length = _content_range(response)
        if status == 206 and first == at:
            self._note(response, length)
        elif status == 200:
            self._note(response, _content_length(response))
            self._pass_over(response, at)
        elif status == 416 and (length is None or length <= at):
            self._note(response, at if length is None else length)
            return None
        else:
            self._refused(response)
        return response

    def _note(self, response: requests.Response, length: int | None) -> None:
        """Keep what the server says of the file, or find that it is no longer the same file."""
        etag = response.headers.get("ETag", "")
        etag = "" if etag.startswith("W/") or response.status_code == 416 else etag
        if self.size is not None and length is not None and self.size != length:
            self._changed(f"{self.size:,} bytes long at first, {length:,} now")
        if self._etag and etag and etag != self._etag:
            self._changed(f"ETag {self._etag[:60]!r} at first, {etag[:60]!r} now")
        self.size = length if self.size is None else self.size
        self._etag = etag or self._etag

    def _changed(self, what: str) -> NoReturn:
        raise InputError(
            f"{self.name!r} is not the file it was when reading began: {what}."
            " Scan it into a new folder."
        )

    def _pass_over(self, response: requests.Response, count: int) -> None:
        while count > 0:
            part = response.raw.read(min(count, PART), decode_content=False)
            if not part:
                raise Trouble(f"the server knows no ranges, and broke off {count:,} bytes before"
                              " the place where reading had come to")  # fmt: skip
            count -= len(part)

    def _refused(self, response: requests.Response) -> NoReturn:
        status = response.status_code
        said = f"the server answered {status} {response.reason or ''}".rstrip()
        if status in _PASSING or status >= 500 or status in (206, 416):
            raise Trouble(said, _retry_after(response))
        raise InputError(f"cannot open {self.name!r}: {said}. Check the address.")


def _content_range(response: requests.Response) -> tuple[int | None, int | None]:
    found = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
    if found is None:
        return None, None
    first, length = found.groups()
    return None if first is None else int(first), None if length == "*" else int(length)


def _content_length(response: requests.Response) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def _retry_after(response: requests.Response) -> float | None:
    """Seconds of a Retry-After field (RFC 9110 10.2.3), which is a number or a date."""
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch("[0-9]{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
