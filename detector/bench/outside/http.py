"""A detector behind an HTTP server: a batch of texts posted, a list of scores back."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.bench.outside.languages import EVERY

_TRIES: Final = 4
_BYTES_A_SCORE: Final = 64
_AGAIN: Final = (429, 500, 502, 503, 504)


class ServerFailed(Exception):
    """A server that cannot be reached, takes too long, or answers something else than scores."""


class Server:
    """Posts {"texts": [...]} as JSON and reads {"scores": [...]}, null for a text it abstains on.

    timeout: seconds for one batch, tries included. What may pass (no connection, 429 and 5xx) is
    tried four times in all, with a growing pause; everything else fails at once.
    """

    languages: frozenset[str] = EVERY
    min_words = 1
    device = "remote"

    def __init__(self, url: str, timeout: float) -> None:
        import requests  # noqa: PLC0415 - slow to import
        from requests.adapters import HTTPAdapter  # noqa: PLC0415
        from urllib3.util.retry import Retry  # noqa: PLC0415

        self.names = (url,)
        self._timeout = timeout
        self._session = requests.Session()
        retries = Retry(
            total=_TRIES - 1,
            status_forcelist=_AGAIN,
            allowed_methods={"POST"},
            backoff_factor=0.2,
            respect_retry_after_header=False,  # a server may ask for hours
            raise_on_status=False,
            redirect=0,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retries))

    def columns(self, texts: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """Ask about texts; ServerFailed says what went wrong."""
        import requests  # noqa: PLC0415

        deadline = time.monotonic() + self._timeout
        body = json.dumps({"texts": list(texts)}).encode()
        try:
            with self._session.post(
                self.names[0],
                data=body,
                headers={"Content-Type": "application/json", "Accept": "application/json"},
                timeout=self._timeout,
                stream=True,
                allow_redirects=False,
            ) as answer:
                data = self._body(answer, deadline, 4096 + _BYTES_A_SCORE * len(texts))
        except requests.RequestException as error:
            raise ServerFailed(f"cannot be asked: {_short(error)}") from error
        if answer.status_code != 200:
            shown = " ".join(data[:100].decode("utf-8", "replace").split())
            raise ServerFailed(f"answered with status {answer.status_code}: {shown!r}")
        return {self.names[0]: _scores(data, len(texts))}

    def _body(self, answer: Any, deadline: float, most: int) -> bytes:
        """Read an answer to its end, within the time and the size that scores can take."""
        data = bytearray()
        for part in answer.iter_content(1 << 12):
            data += part
            if len(data) > most:
                raise ServerFailed(f"answers with more than {most:,} bytes, too many for scores")
            if time.monotonic() > deadline:
                raise ServerFailed(f"took over {self._timeout:g} seconds (--timeout sets the time)")
        return bytes(data)

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _scores(data: bytes, count: int) -> NDArray[np.float32]:
    try:
        value = json.loads(data)
        scores = value["scores"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        shown = data[:60]
        raise ServerFailed(f'answered {shown!r}, which is no {{"scores": [...]}}') from error
    if not isinstance(scores, list) or len(scores) != count:
        size = len(scores) if isinstance(scores, list) else type(scores).__name__
        raise ServerFailed(f"gave {size} scores for {count} texts")
    for score in scores:
        if score is not None and (isinstance(score, bool) or not isinstance(score, (int, float))):
            raise ServerFailed(f"gave {score!r:.60} where a number or null should be")
    return np.array([float("nan") if s is None else s for s in scores], np.float32)
