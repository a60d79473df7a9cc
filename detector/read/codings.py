"""Content codings (RFC 9110 8.4.1): gzip, deflate, br, zstd, undone under a cap on the result."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import brotli
from isal import isal_zlib

from detector.read.members import InflateError

if TYPE_CHECKING or sys.version_info < (3, 14):
    from backports import zstd
else:
    from compression import zstd

CODINGS_CAP: Final = 5
"""More codings than this on one body are refused."""

_CRUMB: Final = 16
_ERRORS = (InflateError, brotli.error, zstd.ZstdError, EOFError)
# WHATWG MIME Sniffing 3: binary data bytes.
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")

Step = Callable[[bytes, int], bytes]


class Undecodable(ValueError):
    """A body whose coding cannot be undone, not even in part."""


def undo_codings(body: bytes, codings: list[str], cap: int) -> tuple[bytes, bool]:
    """The body with its codings undone, last applied first, and whether it is all there.

    The result, and every stage on the way, has at most `cap` bytes; what would be over is never
    inflated. A body that breaks off, or is damaged, gives what came before (False). A body that
    says it is coded and is plain text is given as it is. Raises Undecodable.
    """
    if len(codings) > CODINGS_CAP:
        raise Undecodable(f"{len(codings)} content codings on one body")
    whole = True
    for coding in reversed(codings):
        body, complete = _undo(body, coding, cap)
        whole = whole and complete
    if len(body) > cap:
        return body[:cap], False
    return body, whole


def _undo(body: bytes, coding: str, cap: int) -> tuple[bytes, bool]:
    makers = _DECODERS.get(coding)
    if not body or makers is None:
        if makers is None and coding not in _IDENTITY and _BINARY.search(body, 0, 512):
            raise Undecodable(f"unknown content coding {coding!r:.60}")
        return body, True
    for maker in makers:
        output, complete = _inflate(body, maker, cap)
        if output or complete:
            return output, complete
    if _BINARY.search(body, 0, 512):
        raise Undecodable(f"says {coding!r} but begins with {body[:20]!r:.60}")
    return body, True


def _inflate(body: bytes, maker: Callable[[], _Decoder], cap: int) -> tuple[bytes, bool]:
    """At most `cap` bytes, and whether that was all. On damage, what came before it."""
    try:
        return _run(maker(), [body], cap)
    except _ERRORS:
        crumbs = [body[at : at + _CRUMB] for at in range(0, len(body), _CRUMB)]
        return _run(maker(), crumbs, cap, tolerant=True)


def _run(
    decoder: _Decoder, parts: list[bytes], cap: int, *, tolerant: bool = False
) -> tuple[bytes, bool]:
    output: list[bytes] = []
    size = 0
    for part in parts:
        data = part
        while True:
            try:
                piece, data, more = decoder.take(data, cap + 1 - size)
            except _ERRORS:
                if tolerant:
                    return b"".join(output), False
                raise
            output.append(piece)
            size += len(piece)
            if size > cap:
                return b"".join(output)[:cap], False
            if not more:
                break
        if decoder.finished:
            break
    return b"".join(output), decoder.finished


class _Decoder:
    """One decompressor behind one call; bodies of several members (or frames) are joined."""

    finished = False

    def take(self, data: bytes, limit: int) -> tuple[bytes, bytes, bool]:
        """Output (about `limit` bytes at most), input left over, and whether to call again."""
        raise NotImplementedError


class _Deflate(_Decoder):
    def __init__(self, wbits: int) -> None:
        self.wbits = wbits
        self.stream: Any = isal_zlib.decompressobj(wbits=wbits)

    def take(self, data: bytes, limit: int) -> tuple[bytes, bytes, bool]:
        self.finished = False
        output: bytes = self.stream.decompress(data, limit)
        if not self.stream.eof:
            tail: bytes = self.stream.unconsumed_tail
            return output, tail, bool(tail) or len(output) >= limit
        self.finished = True
        rest: bytes = self.stream.unused_data
        if self.wbits == 31 and rest.startswith(b"\x1f\x8b\x08"):
            self.stream = isal_zlib.decompressobj(wbits=31)
            return output, rest, True
        return output, b"", False


class _Zstd(_Decoder):
    def __init__(self) -> None:
        self.stream = zstd.ZstdDecompressor()

    def take(self, data: bytes, limit: int) -> tuple[bytes, bytes, bool]:
        self.finished = False
        output = self.stream.decompress(data, limit)
        if not self.stream.eof:
            return output, b"", not self.stream.needs_input
        self.finished = True
        rest = self.stream.unused_data
        if rest.startswith(b"\x28\xb5\x2f\xfd"):
            self.stream = zstd.ZstdDecompressor()
            return output, rest, True
        return output, b"", False


class _Brotli(_Decoder):
    def __init__(self) -> None:
        self.stream: Any = brotli.Decompressor()

    def take(self, data: bytes, limit: int) -> tuple[bytes, bytes, bool]:
        # Without the limit (brotli 1.2 and later) one call would inflate a bomb to its end.
        output: bytes = self.stream.process(data, output_buffer_limit=limit)
        self.finished = self.stream.is_finished()
        return output, b"", not self.finished and not self.stream.can_accept_more_data()


def _gzip() -> _Decoder:
    return _Deflate(31)


_DECODERS: Final[dict[str, tuple[Callable[[], _Decoder], ...]]] = {
    "gzip": (_gzip,),
    "x-gzip": (_gzip,),
    # RFC 9110 8.4.1.2: zlib format is meant; "some non-conformant implementations" send it raw.
    "deflate": (lambda: _Deflate(15), lambda: _Deflate(-15)),
    "br": (_Brotli,),
    "zstd": (_Zstd,),
}
_IDENTITY: Final = frozenset({"", "identity", "none", "utf-8", "utf8", "chunked", "text/html"})
