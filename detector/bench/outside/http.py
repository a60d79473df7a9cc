"""A detector behind an HTTP server: a batch of texts posted, a list of scores back."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from detector.bench.outside.languages import EVERY
from detector.bench.results import fitting, without_password

if TYPE_CHECKING:
    import requests

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
        self.names = (fitting(without_password(url)),)
        self.url = url
        self._timeout = timeout
        self._session = _session()

    def columns(self, texts: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """Ask about texts; ServerFailed says what went wrong."""
        body = json.dumps({"texts": list(texts)}).encode()
        box: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()
        # A server that sends a byte now and then beats every timeout of a socket, not this one.
        thread = threading.Thread(target=self._ask, args=(body, len(texts), box), daemon=True)
        thread.start()
        try:
            answer = box.get(timeout=self._timeout)
        except queue.Empty:
            self.close()
            self._session = _session()
            raise ServerFailed(
                f"took over {self._timeout:g} seconds for {len(texts)} texts (--timeout sets the"
                " time)"
            ) from None
        if isinstance(answer, Exception):
            raise answer
        return {self.names[0]: _scores(answer, len(texts))}

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    def _ask(self, body: bytes, count: int, box: queue.SimpleQueue[bytes | Exception]) -> None:
        import requests  # noqa: PLC0415 - slow to import

        try:
            with self._session.post(
                self.url,
                data=body,
                headers={"Content-Type": "application/json", "Accept": "application/json"},
                timeout=self._timeout,
                stream=True,
                allow_redirects=False,
            ) as answer:
                data = _body(answer, 4096 + _BYTES_A_SCORE * count)
            if answer.status_code == 200:
                box.put(data)
            else:
                shown = " ".join(data[:100].decode("utf-8", "replace").split())
                box.put(ServerFailed(f"answered with status {answer.status_code}: {shown!r}"))
        except ServerFailed as error:
            box.put(error)
        except requests.RequestException as error:
            box.put(ServerFailed(f"cannot be asked: {' '.join(str(error).split())[:200]}"))
        except Exception as error:  # or the one who waits would wait for all of the time
            box.put(ServerFailed(f"cannot be asked: {type(error).__name__}: {str(error)[:200]}"))


def _session() -> requests.Session:
    import requests  # noqa: PLC0415
    from requests.adapters import HTTPAdapter  # noqa: PLC0415
    from urllib3.util.retry import Retry  # noqa: PLC0415

    retries = Retry(
        total=_TRIES - 1,
        status_forcelist=_AGAIN,
        allowed_methods={"POST"},
        backoff_factor=0.2,
        respect_retry_after_header=False,  # a server may ask for hours
        raise_on_status=False,
    )
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retries))
    return session


def _body(answer: requests.Response, most: int) -> bytes:
    """Read an answer to its end, unless it is longer than scores can be."""
    data = bytearray()
    for part in answer.iter_content(1 << 12):
        data += part
        if len(data) > most:
            raise ServerFailed(f"answers with more than {most:,} bytes, too many for scores")
    return bytes(data)


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
    with np.errstate(over="ignore"):  # infinity, which is told
        return np.array([float("nan") if s is None else s for s in scores], np.float32)
