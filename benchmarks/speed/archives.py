"""Archives made for measuring: large ones, one with a giant record, one of hostile pages."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path

from detector.read import BODY_CAP, open_source, read_steps
from detector.records import ArchiveRecord
from tests.extract.hostile import CAP, HOSTILE

_PROSE = b"<p>The quick brown fox jumps over the lazy dog and runs on through the long grass.</p>\n"
_HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


def repeated(archive: Path, size: int, made: Path) -> int:
    """Repeat an archive's members until there are `size` bytes; gives the number of copies."""
    data = archive.read_bytes()
    copies = -(-size // len(data))
    with made.open("wb") as out:
        for _ in range(copies):
            out.write(data)
    return copies


def sampled(archive: Path, one_in: int, made: Path) -> int:
    """Copy the member of every n-th record; gives the number of records."""
    count = 0
    with open_source(str(archive)) as source, archive.open("rb") as data, made.open("wb") as out:
        for step in read_steps(source, block_cap=BODY_CAP):
            record = step.item
            if not isinstance(record, ArchiveRecord) or record.type != "response":
                continue
            if record.ordinal % one_in == 0:
                data.seek(record.locator.offset)
                out.write(data.read(record.locator.length))
                count += 1
    return count


def giant(size: int, made: Path) -> None:
    """One response record with a body of `size` bytes, in one gzip member."""
    piece = _PROSE * 10_000
    times = size // len(piece)
    made.unlink(missing_ok=True)
    body = (piece for _ in range(times))
    _write_record(made, "https://example.org/giant", body, times * len(piece))


def empty(made: Path) -> None:
    """One response record with a body of no words."""
    _write_record(made, "https://example.org/empty", [b"<p>"], 3)


def hostile(made: Path) -> int:
    """Every hostile page of the tests at the body's cap; gives their number."""
    made.write_bytes(b"")
    for number, make in enumerate(HOSTILE.values()):
        body = make(CAP).encode()[:CAP]
        _write_record(made, f"https://example.org/{number}", [body], len(body))
    return len(HOSTILE)


def _write_record(made: Path, url: str, body: Iterable[bytes], length: int) -> None:
    stream = zlib.compressobj(1, wbits=31)
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\n"
        f"WARC-Target-URI: {url}\r\nWARC-Date: 2024-05-01T00:00:00Z\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(_HTTP) + length}\r\n\r\n"
    )
    with made.open("ab") as out:
        out.write(stream.compress(head.encode() + _HTTP))
        for piece in body:
            out.write(stream.compress(piece))
        out.write(stream.compress(b"\r\n\r\n") + stream.flush())
