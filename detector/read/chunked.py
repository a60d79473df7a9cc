"""The chunked transfer coding (RFC 9112 7.1), undone in memory."""

from __future__ import annotations

import re
from typing import Final

LINE_CAP: Final = 4 << 10
# chunk-size [ chunk-ext ] CRLF; a bare LF is taken (RFC 9112 2.2), and so are servers' blanks.
_SIZE = re.compile(rb"[ \t]{0,16}([0-9A-Fa-f]{1,16})[ \t]{0,64}(?:;[^\n]*)?\r?\n")
_LINE_END = re.compile(rb"\r?\n")


def undo_chunked(body: bytes) -> tuple[bytes, bool] | None:
    """The body without its chunk framing, and whether its last chunk was there.

    None when the body does not begin with a chunk: it says chunked and is not. Framing that breaks
    later gives what came before. Trailer fields, and anything after the last chunk, are dropped.

    >>> undo_chunked(b"3\\r\\nabc\\r\\n0\\r\\n\\r\\n"), undo_chunked(b"9\\r\\nabc")
    ((b'abc', True), (b'abc', False))
    """
    parts: list[memoryview] = []
    view = memoryview(body)
    at = 0
    while found := _SIZE.match(body, at, min(len(body), at + LINE_CAP)):
        size = int(found[1], 16)
        begin = found.end()
        if size == 0:
            return b"".join(parts), True
        parts.append(view[begin : begin + size])
        at = begin + size
        if at >= len(body):
            break
        line_end = _LINE_END.match(body, at)
        if line_end is None:
            if not parts[1:]:
                return None
            break
        at = line_end.end()
    if not parts:
        return None
    return b"".join(parts), False
