"""The head of an HTTP response as crawlers stored it: lenient, linear, capped. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass

from detector.read.heads import HEAD_CAP, HEAD_END, parse_fields

# RFC 9112 4: status-line. HTTP/2 has none, crawlers write "HTTP/2 200"; ICY is SHOUTcast's.
_STATUS = re.compile(rb"[\r\n]{0,64}(?:HTTP(?:/[0-9.]{1,8})?|ICY)[ \t]{1,64}([0-9]{3})(?![0-9])")
_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9_-]{0,63}[ \t]{0,8}:[^\n]{0,4096}\n")
# WHATWG MIME Sniffing 7.1, the patterns that mean text/html; they end in a space or ">".
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?[\t\n\f\r ]{0,1024}(?:<\?xml[^>]{0,256}>[\t\n\f\r ]{0,1024})?"
    rb"<(?:!DOCTYPE[ ]HTML|HTML|HEAD|SCRIPT|IFRAME|H1|DIV|FONT|TABLE|A|STYLE|TITLE|B|BODY|BR|P|META"
    rb"|!--)[\t\n\f\r />-]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HttpHead:
    """status: None where the status line is missing. body_at: where the body begins."""

    status: int | None
    headers: tuple[tuple[str, str], ...]
    body_at: int

    def values(self, name: str) -> list[str]:
        """The values of all fields of a (lower-case) name, in order."""
        return [value for field, value in self.headers if field.lower() == name]


class HeadError(ValueError):
    """An HTTP head that makes no sense, or is over the cap. code: one of `errors.FAULTS`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def looks_like_html(body: bytes) -> bool:
    """Whether a body begins as HTML pages do (WHATWG MIME Sniffing 7.1)."""
    return _HTML.match(body) is not None


def parse_http_head(block: bytes) -> HttpHead:
    """The final response head in a block; interim 1xx responses before it are passed over.

    Without a status line the block is taken as a body if it looks like HTML, or as fields and a
    body if the body does. Raises HeadError ("http-malformed", "header-too-large").

    >>> parse_http_head(b"HTTP/1.1 200 OK\\nA: b\\n\\n<p>")
    HttpHead(status=200, headers=(('A', 'b'),), body_at=22)
    """
    at = 0
    for _ in range(8):
        found = _STATUS.match(block, at)
        if found is None:
            break
        status = int(found[1])
        head = _fields(block, at, found.end(), status)
        if not 100 <= status < 200 or head.body_at >= len(block):
            return head
        at = head.body_at
    return _without_status(block, at)


def _fields(block: bytes, start: int, at: int, status: int | None) -> HttpHead:
    line_end = block.find(b"\n", at, start + HEAD_CAP)
    # From the line end itself: a head without fields is a status line and an empty line.
    found = HEAD_END.search(block, line_end, start + HEAD_CAP) if line_end >= 0 else None
    if found is not None:
        return HttpHead(status, parse_fields(block[line_end + 1 : found.start() + 1]), found.end())
    if len(block) - start >= HEAD_CAP:
        raise HeadError("header-too-large", f"an HTTP head of more than {HEAD_CAP >> 10} KiB")
    fields = parse_fields(block[line_end + 1 :]) if line_end >= 0 else ()
    return HttpHead(status, fields, len(block))


def _without_status(block: bytes, at: int) -> HttpHead:
    if looks_like_html(block[at : at + 4096]):
        return HttpHead(None, (), at)
    if _FIELD.match(block, at):
        found = HEAD_END.search(block, at, at + HEAD_CAP)
        if found is not None and looks_like_html(block[found.end() : found.end() + 4096]):
            return HttpHead(None, parse_fields(block[at : found.start() + 1]), found.end())
    raise HeadError("http-malformed", f"no HTTP head but {block[at : at + 40]!r:.60}")
