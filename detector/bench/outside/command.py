"""A detector behind a command: texts as JSON lines in, one number a line out."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from detector.bench.measure import session_usage
from detector.bench.outside.languages import EVERY
from detector.bench.results import fitting
from detector.errors import UsageError

_LONGEST_ANSWER: Final = 4096  # bytes of a line
_SHOWN: Final = 300
_PAUSE: Final = 0.1
_GRACE: Final = 2.0  # seconds that a command may take to end once its input has ended


class CommandFailed(Exception):
    """A command that ended, took too long, or said something that is no answer."""


class Command:
    """Asks a command, which is started once and kept running, batch by batch.

    It gets one JSON object a line, {"text": ...}, and answers each with one line: a number, higher
    for more machine-like, or null to abstain; it must not wait for the end of its input. timeout:
    seconds for one batch. A command that misbehaves is killed with all it has started, and started
    anew when it is asked again.
    """

    languages: frozenset[str] = EVERY
    min_words = 1
    device = "own"

    def __init__(self, command: str, timeout: float) -> None:
        self.names = (fitting(f"cmd:{command}"),)
        self._words = _split(command)
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None

    def columns(self, texts: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """Ask about texts; CommandFailed says what went wrong, and the command is gone then."""
        if not texts:
            return {self.names[0]: np.empty(0, np.float32)}
        try:
            lines: list[bytes] = []
            if self._process is None:
                # One that answers a text with two lines would go on answering the batch before.
                lines = self._exchange(self._started(), texts[:1], pause=_PAUSE)
            lines += self._exchange(self._started(), texts[len(lines) :])
            with np.errstate(over="ignore"):  # infinity, which is told
                scores = np.array([_number(line) for line in lines], np.float32)
        except BaseException:
            self.close(kill=True)
            raise
        return {self.names[0]: scores}

    def usage(self) -> tuple[float, int]:
        """CPU seconds so far, and the most memory in bytes, of the command and its children."""
        return (0.0, 0) if self._process is None else session_usage(self._process.pid)

    def close(self, *, kill: bool = False) -> None:
        """End the command: by the end of its input, or at once."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin:
                process.stdin.close()
        if not kill:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it started is in its group
        process.wait()
        if process.stdout:
            process.stdout.close()
        if self._errors:
            self._errors.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
            try:
                self._process = subprocess.Popen(  # noqa: S603 - the caller names it
                    self._words,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=self._errors,
                    start_new_session=True,
                )
            except OSError as error:
                raise CommandFailed(f"cannot be started: {error.strerror or error}") from error
            for pipe in (self._process.stdin, self._process.stdout):
                os.set_blocking(pipe.fileno(), False)  # type: ignore[union-attr]
        return self._process

    def _exchange(
        self, process: subprocess.Popen[bytes], texts: Sequence[str], pause: float = 0.0
    ) -> list[bytes]:
        """Write and read at once: a command may answer before it has read everything.

        pause: seconds to wait for a line too much.
        """
        count = len(texts)
        data = b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:  # never: both are pipes
            raise CommandFailed("has no pipes")
        deadline = time.monotonic() + self._timeout
        answer, left = bytearray(), memoryview(data)
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            selector.register(stdin, selectors.EVENT_WRITE)
            while answer.count(b"\n") < count:
                ready = selector.select(deadline - time.monotonic())
                if not ready:
                    raise CommandFailed(self._late(count, answer))
                for key, _ in ready:
                    if key.fileobj is stdin:
                        left = self._write(stdin, left)
                        if not left:
                            selector.unregister(stdin)
                    else:
                        self._read(process, stdout, answer, count)
            if pause:
                with contextlib.suppress(KeyError):
                    selector.unregister(stdin)
                if selector.select(pause):
                    answer += os.read(stdout.fileno(), _LONGEST_ANSWER)
        lines = bytes(answer).split(b"\n")
        if lines[count] or len(lines) > count + 1:
            raise CommandFailed("gave more lines than it was given texts")
        return lines[:count]

    def _write(self, stdin: IO[bytes], left: memoryview) -> memoryview:
        try:
            return left[os.write(stdin.fileno(), left[: 1 << 16]) :]
        except BlockingIOError:
            return left
        except OSError:
            return left[:0]  # it has gone, or reads no more: its output says which

    def _read(
        self, process: subprocess.Popen[bytes], stdout: IO[bytes], answer: bytearray, count: int
    ) -> None:
        part = os.read(stdout.fileno(), 1 << 16)
        if not part:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
            got = answer.count(b"\n")
            raise CommandFailed(
                f"ended (exit status {process.poll()}) after {got} of {count} scores of a batch:"
                f" {self._complaint()}"
            )
        answer += part
        if len(answer) > _LONGEST_ANSWER * (count + 1):
            raise CommandFailed(f"answers with more than {_LONGEST_ANSWER} bytes a text")

    def _late(self, count: int, answer: bytearray) -> str:
        got = answer.count(b"\n")
        return (
            f"gave {got} of {count} scores within {self._timeout:g} seconds (it must answer line by"
            f" line, flushing each; --timeout sets the time): {self._complaint()}"
        )

    def _complaint(self) -> str:
        """The end of what it wrote on standard error."""
        if self._errors is None:
            return ""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _SHOWN))
        said = " ".join(self._errors.read().decode("utf-8", "replace").split())
        return f"it said {said[-_SHOWN:]!r}" if said else "it said nothing on standard error"


def _split(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"cmd:{command!r:.60}: is no command: {error}") from error
    if not words:
        raise UsageError('cmd: has no command: write cmd:"./score --stdin"')
    return words


def _number(line: bytes) -> float:
    text = line.strip()
    if text in (b"null", b"NaN", b"nan"):
        return float("nan")
    try:
        return float(text)
    except ValueError:
        raise CommandFailed(f"gave {text[:60]!r} where a number or null should be") from None
