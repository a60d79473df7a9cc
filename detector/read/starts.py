"""What the beginning of a record looks like, where one is expected and where one is searched."""

from __future__ import annotations

import re
from typing import Final

LINE_CAP: Final = 16 << 10
"""An ARC URL record line is read up to this many bytes."""

SIGHT: Final = 128
"""Bytes after which a WARC record's beginning can be told."""

# ISO 28500:2017 clause 4: a version line, then named fields. Lines may end in LF alone, and in
# CR CR LF, which files get that were written in text mode.
_WARC_EXPECTED = re.compile(rb"WARC/[^\r\n]{0,32}\r{0,2}\n", re.IGNORECASE)
_WARC = (
    rb"WARC/[0-9]{1,3}(?:\.[0-9]{1,3}){0,4}[ \t]{0,8}\r?\n[A-Za-z][A-Za-z0-9_-]{0,63}[ \t]{0,8}:"
)
_WARC_SOUGHT = re.compile(_WARC)
# ARC file format 1.0: URL IP-address Archive-date Content-type Archive-length, and five more
# fields before the length in version 2.
_SCHEME = rb"[A-Za-z][A-Za-z0-9+.\-]{0,31}:"
_ARC_EXPECTED = re.compile(_SCHEME + rb"[^\r\n ]")
_ARC_LINE = rb"\n(?=" + _SCHEME + rb"[^\r\n ])"
_SOUGHT = re.compile(_WARC + rb"|" + _ARC_LINE)
_ADDRESS_DATE = re.compile(rb" (?:[0-9]{1,3}\.){3}[0-9]{1,3} [0-9]{8,18} ")
_FILE_HEAD = re.compile(rb"filedesc:[!-~][ -~]*\r?$")
_INTEGER = re.compile(rb"-?[0-9]{1,18}")


def kind_expected(buffer: bytes, at: int) -> str | None:
    """The format of the record that begins at `at`, where one is expected: "WARC", "ARC" or None.

    Lenient: any version, any date. `buffer` holds `LINE_CAP` bytes from there, or all there are.
    """
    if _WARC_EXPECTED.match(buffer, at):
        return "WARC"
    if _ARC_EXPECTED.match(buffer, at) is None:
        return None
    end = buffer.find(b"\n", at, at + LINE_CAP)
    if end < 0:
        return None
    line = buffer[at:end]
    return "ARC" if _is_arc_line(line) or _has_no_length(line) else None


def find_start(buffer: bytes, at: int, stop: int | None = None) -> int:
    """The first place from `at` on, below `stop`, where a record surely begins, or -1.

    Strict, since it looks into damage and into pages: a WARC version line and a named field after
    it, or a whole ARC line with an address and a date at the beginning of a line.
    """
    stop = len(buffer) if stop is None else stop
    if at < stop and _sure_arc_line(buffer, at):
        return at
    while found := _SOUGHT.search(buffer, at):
        if found.start() >= stop:
            return -1
        if found[0] != b"\n":
            return found.start()
        at = found.end()
        if at < stop and _sure_arc_line(buffer, at):
            return at
    return -1


def _sure_arc_line(buffer: bytes, at: int) -> bool:
    if _ARC_EXPECTED.match(buffer, at) is None:
        return False
    end = buffer.find(b"\n", at, at + LINE_CAP)
    if end < 0:
        return False
    line = buffer[at:end]
    return _ADDRESS_DATE.search(line) is not None and _is_arc_line(line)


def _is_arc_line(line: bytes) -> bool:
    fields = line.rstrip(b"\r").rsplit(b" ", 4)
    return len(fields) == 5 and _INTEGER.fullmatch(fields[4]) is not None


def _has_no_length(line: bytes) -> bool:
    """Whether this is a file's head, or a line with an address and a date, but without a length."""
    return _FILE_HEAD.match(line) is not None or _ADDRESS_DATE.search(line) is not None


def begins_record(buffer: bytes) -> bool:
    """Whether what a compressed member inflates to begins with a record (blank lines aside)."""
    at = len(buffer) - len(buffer.lstrip(b"\r\n"))
    return _WARC_SOUGHT.match(buffer, at) is not None or _sure_arc_line(buffer, at)
