"""Bytes of remote inputs, streamed from any offset and taken up again where a connection broke."""

from __future__ import annotations

from typing import Final, NoReturn

from detector.errors import InputError
from detector.read.inputs import remote_filesystem
from detector.read.retry import RetryPolicy
from detector.read.source import ByteSource, Held

PART: Final = 4 << 20
"""Bytes of one request to a file system of fsspec."""


class Trouble(Exception):
    """What may pass: a cut connection, a busy server. retry_after: seconds that it asked for."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RemoteSource(ByteSource):
    """A remote input, read forward; the last 8 MiB are held for stepping back.

    Whatever breaks off is tried again from the first byte that is missing. A failure counts only
    while nothing new arrives: a long file may break off any number of times.
    """

    def __init__(self, name: str, retry: RetryPolicy) -> None:
        self.name = name
        self.retry = retry
        self._held = Held()

    def read_at(self, offset: int, size: int) -> bytes:
        if not self._held.begin <= offset <= self._held.end:
            self._leave()
            self._held = Held(offset)
        failures = 0
        while self._held.end < offset + size:
            try:
                part = self._next(self._held.end)
            except Trouble as trouble:
                self._leave()
                failures += 1
                if failures >= self.retry.attempts:
                    self._give_up(trouble, failures)
                self.retry.wait(failures, trouble.retry_after)
                continue
            if not part:
                break
            failures = 0
            self._held.append(part)
        return self._held.cut(offset, size)

    def close(self) -> None:
        self._leave()
        self._held = Held(self._held.end)

    def _next(self, at: int) -> bytes:
        """Some bytes from `at` on, where the last call ended or anew; none at the end.

        Raises Trouble, and InputError where trying again is of no use.
        """
        raise NotImplementedError

    def _leave(self) -> None:
        """Close the connection, if there is one."""

    def _give_up(self, trouble: Trouble, failures: int) -> NoReturn:
        raise InputError(
            f"{self.name!r} stayed away at byte {self._held.end:,} through {failures} tries:"
            f" {str(trouble)[:200]}. Check the network and the address, then run again: the scan"
            " goes on where it stopped."
        ) from trouble


class FsspecSource(RemoteSource):
    """A file on anything that fsspec opens (s3://, gs://, ...), fetched range by range."""

    def __init__(self, name: str, retry: RetryPolicy) -> None:
        super().__init__(name, retry)
        self._filesystem, self._path = remote_filesystem(name)
        self._asked = False

    def _next(self, at: int) -> bytes:
        try:
            if not self._asked:
                self.size = self._filesystem.info(self._path).get("size")
                self._asked = True
            if self.size is not None and at >= self.size:
                return b""
            part = bytes(self._filesystem.cat_file(self._path, start=at, end=at + PART))
        except (FileNotFoundError, IsADirectoryError) as error:
            raise InputError(f"there is no file {self.name!r}. Check the address.") from error
        except Exception as error:
            # Each file system has errors of its own; all but the sure ones are worth a new try.
            if type(error).__name__ in ("NoCredentialsError", "PartialCredentialsError"):
                raise InputError(
                    f"{self.name!r} needs credentials and has none: {str(error)[:200]}. Set them"
                    ' (AWS_*), or FSSPEC_S3_ANON="true" for a public bucket.'
                ) from error
            raise Trouble(f"{type(error).__name__}: {error}") from error
        if not part and self.size is not None:
            raise Trouble(f"nothing was sent, of {self.size:,} bytes")
        return part
