"""Commands, servers and files that behave are asked; what misbehaves is told and let go."""

from __future__ import annotations

import json
import os
import shlex
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from detector.bench.outside.command import Command, CommandFailed
from detector.bench.outside.http import Server, ServerFailed
from detector.bench.outside.python_file import load
from detector.errors import UsageError

HEAD = "import json, os, sys, time, subprocess\n"
LENGTHS = "for line in sys.stdin: print(len(json.loads(line)['text']), flush=True)"


def command(tmp_path: Path, code: str, timeout: float = 10) -> Command:
    path = tmp_path / "score.py"
    path.write_text(HEAD + code)
    return Command(shlex.join([sys.executable, str(path)]), timeout)


def asked(detector: Command | Server, texts: list[str]) -> list[float]:
    return detector.columns(texts)[detector.names[0]].tolist()


def test_a_command_is_started_once_and_asked_again_and_again(tmp_path: Path) -> None:
    detector = command(
        tmp_path, "for n, line in enumerate(sys.stdin): print(n + len(json.loads(line)['text']),"
        " flush=True)"
    )  # fmt: skip
    try:
        assert asked(detector, ["abc", "é\ud800\n"]) == [3, 4]
        assert asked(detector, ["a"]) == [3]
    finally:
        detector.close()


def test_a_command_may_abstain(tmp_path: Path) -> None:
    detector = command(tmp_path, "for line in sys.stdin: print('null', flush=True)")
    assert np.isnan(asked(detector, ["a"])).all()
    detector.close()


def test_a_batch_that_no_pipe_can_hold_goes_through(tmp_path: Path) -> None:
    detector = command(
        tmp_path, "for line in sys.stdin: print(len(line), ' ' * 4000, flush=True)"
    )  # fmt: skip
    texts = ["x" * 10_000] * 300
    assert asked(detector, texts) == [len('{"text": ""}\n') + 10_000] * 300
    detector.close()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("sys.exit('no model here')", r"exit status 1\) after 0 of 1 .*no model here"),
        ("input(); print(1, flush=True); os._exit(3)", "exit status 3. after 0 of 1"),
        ("for line in sys.stdin: print('high', flush=True)", "gave b'high' where a number"),
        ("for line in sys.stdin: print('1\\n2', flush=True)", "more lines than it was given texts"),
        ("for line in sys.stdin: print('1' * 100000, flush=True)", "more than 4096 bytes a text"),
        ("os.close(0); os.close(1); time.sleep(60)", "ended .* after 0 of 1"),
    ],
)
def test_a_command_that_misbehaves_says_how_and_is_gone(
    tmp_path: Path, code: str, message: str
) -> None:
    detector = command(tmp_path, code)
    with pytest.raises(CommandFailed, match=message):
        asked(detector, ["a", "b"])
    assert detector.usage() == (0.0, 0)


def test_a_command_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    code = (
        "child = subprocess.Popen(['sleep', '300'])\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid))\n"
        "sys.stdin.read()"
    )
    detector = command(tmp_path, code, timeout=2)
    with pytest.raises(CommandFailed, match=r"0 of 1 scores within 2 seconds"):
        asked(detector, ["a"])
    child = int((tmp_path / "pid").read_text())
    for _ in range(100):
        if not alive(child):
            return
        time.sleep(0.05)
    pytest.fail("the child of the command still runs")


def alive(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[:1]
    except OSError:
        return False


def test_a_command_that_failed_is_started_anew(tmp_path: Path) -> None:
    code = f"p = {str(tmp_path / 'seen')!r}\nif not os.path.exists(p): open(p, 'w'); sys.exit(1)\n"
    detector = command(tmp_path, code + LENGTHS)
    with pytest.raises(CommandFailed):
        asked(detector, ["a"])
    assert asked(detector, ["abc"]) == [3]
    detector.close()


def test_the_time_and_memory_of_a_command_and_its_children_are_counted(tmp_path: Path) -> None:
    code = (
        "data = b'x' * (40 << 20)\n"
        "for line in sys.stdin:\n"
        "    end = time.process_time() + 0.3\n"
        "    while time.process_time() < end: pass\n"
        "    print(1, flush=True)"
    )
    detector = command(tmp_path, code)
    asked(detector, ["a"])
    seconds, memory = detector.usage()
    assert seconds >= 0.25
    assert memory > 40 << 20
    detector.close()


def test_what_is_no_command_is_told() -> None:
    with pytest.raises(CommandFailed, match="cannot be started"):
        asked(Command("./no/such/program", 1), ["a"])
    for words in ("", "'never closed"):
        with pytest.raises(UsageError):
            Command(words, 1)


class Answers(BaseHTTPRequestHandler):
    """Answers with what the test put into the server, in turn."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        plan = self.server.plan  # type: ignore[attr-defined]
        self.server.asked.append(body)  # type: ignore[attr-defined]
        plan[min(len(self.server.asked), len(plan)) - 1](self, body)  # type: ignore[attr-defined]

    def say(self, body: bytes, status: int = 200, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def scores(handler: Answers, body: dict[str, list[str]]) -> None:
    handler.say(json.dumps({"scores": [len(text) for text in body["texts"]]}).encode())


def raw(body: bytes, status: int = 200, length: int | None = None):  # type: ignore[no-untyped-def]
    return lambda handler, _: handler.say(body, status, length)


def drip(handler: Answers, _: object) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def drop(handler: Answers, _: object) -> None:
    handler.connection.close()


@contextmanager
def serving(*plan: object, timeout: float = 10) -> Iterator[tuple[Server, list[object]]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    server.plan, server.asked = plan, []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    detector = Server(f"http://127.0.0.1:{server.server_port}/score", timeout)
    try:
        yield detector, server.asked  # type: ignore[attr-defined]
    finally:
        detector.close()
        server.shutdown()
        server.server_close()


def test_a_server_is_asked_for_a_batch_at_a_time() -> None:
    with serving(scores) as (detector, seen):
        assert asked(detector, ["abc", "é\ud800"]) == [3, 2]
        assert asked(detector, ["x"]) == [1]
        assert len(seen) == 2


def test_a_password_in_a_server_s_address_is_in_no_name() -> None:
    detector = Server("http://me:secret@127.0.0.1:1/score?a=b@c", 1)
    assert detector.names == ("http://127.0.0.1:1/score?a=b@c",)
    assert detector.url.startswith("http://me:secret@")
    detector.close()


def test_a_server_may_abstain() -> None:
    with serving(raw(b'{"scores": [null, 0.5]}')) as (detector, _):
        first, second = asked(detector, ["a", "b"])
        assert np.isnan(first)
        assert second == 0.5


@pytest.mark.parametrize("trouble", [raw(b"busy", 503), raw(b"slow down", 429), drop])
def test_a_server_in_passing_trouble_is_asked_again(trouble: object) -> None:
    with serving(trouble, trouble, scores) as (detector, seen):
        assert asked(detector, ["abc"]) == [3]
        assert len(seen) == 3


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (raw(b"down", 500), "answered with status 500: 'down'"),
        (raw(b"who", 404), "answered with status 404: 'who'"),
        (raw(b"", 302), "answered with status 302"),
        (raw(b"<html>"), 'is no {"scores"'),
        (raw(b'{"scores": 1}'), "gave int scores for 2 texts"),
        (raw(b'{"scores": [1]}'), "gave 1 scores for 2 texts"),
        (raw(b'{"scores": [1, "2"]}'), "gave '2' where a number"),
        (raw(b'{"scores": [1, true]}'), "gave True where a number"),
        (raw(b" " * 100_000), "too many for scores"),
        (raw(b'{"scores": [1', 200, 1000), "cannot be asked"),
        (drop, "cannot be asked"),
        (drip, "took over 1 seconds"),
    ],
)
def test_a_server_that_misbehaves_says_how(answer: object, message: str) -> None:
    limit = 1 if "took over" in message else 20
    with (
        serving(answer, timeout=limit) as (detector, _),
        pytest.raises(ServerFailed, match=message),
    ):
        asked(detector, ["a", "b"])


def test_no_server_at_all_is_told() -> None:
    with pytest.raises(ServerFailed, match="cannot be asked"):
        asked(Server("http://127.0.0.1:9/score", 20), ["a"])


def test_a_class_of_a_file_is_made_and_its_version_is_that_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("WEIGHT = 3")
    path = tmp_path / "mine.py"
    path.write_text("from beside import WEIGHT\nclass Mine:\n    weight = WEIGHT\n")
    made, version = load(path, "Mine")
    assert made.weight == 3
    path.write_text(path.read_text() + "# changed\n")
    assert load(path, "Mine")[1] != version


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1", "has no attribute 'Mine'"),
        ("1 / 0", "raised ZeroDivisionError"),
        ("class Mine:\n    def __init__(self, x): pass", "raised TypeError"),
        ("not python!", "raised SyntaxError"),
    ],
)
def test_a_file_without_a_detector_says_why(tmp_path: Path, code: str, message: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(code)
    with pytest.raises(UsageError, match=message):
        load(path, "Mine")
    assert os.fspath(tmp_path) not in sys.path
