"""What stops a run, with its exit code, and the codes of what does not.

Trouble in the crawl is data: it becomes a `Skip` or a `Fault` with one of the codes below.
Trouble with the caller's wishes or with our output stops the run with one of the exceptions.
A message has three parts: what was found, where, and what to do.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final


class DetectorError(Exception):
    """A failure that stops the run; its text is the one message the user sees."""

    exit_code: int = 1


class UsageError(DetectorError):
    """The caller asked for something that cannot be done: a missing input, clashing settings."""

    exit_code = 2


class InputError(DetectorError):
    """An input could not be opened, or broke off and stayed away through all retries.

    One failed input does not stop the others: the run ends with this exit code after them.
    """

    exit_code = 3


class OutputError(DetectorError):
    """Our own output cannot be written: a full disk, a folder without permission."""

    exit_code = 4


class ModelError(DetectorError):
    """A model, policy or index file is missing, damaged, or not what its digest says."""

    exit_code = 5


class BooksError(DetectorError):
    """The books do not balance: a bug of ours. The run stops instead of losing records."""

    exit_code = 6


EXIT_INTERRUPTED: Final = 130

SKIPS: Final = MappingProxyType(
    {
        "warc-request": "a request record",
        "warc-metadata": "a metadata record",
        "warc-warcinfo": "a warcinfo record",
        "warc-revisit": "a revisit record: its content is stored elsewhere",
        "warc-continuation": "a continuation record: a later segment of a record",
        "warc-other": "a record type that holds no page",
        "arc-filedesc": "the head of an ARC file",
        "http-redirect": "an HTTP redirect (3xx)",
        "http-error": "an HTTP status other than success or redirect",
        "not-http": "a response that is not HTTP (DNS, FTP and others)",
        "not-html": "a media type that holds no page of text",
        "empty-body": "no body",
        "no-text": "a page without main text",
        "too-short": "fewer words than the scan's minimum",
    }
)

FAULTS: Final = MappingProxyType(
    {
        "not-an-archive": "the input is not a WARC, ARC or WET file",
        "damaged-member": "a compressed member that cannot be inflated to its end",
        "damaged-record": "bytes where a record should begin, or a record head that makes no sense",
        "truncated-record": "the archive ends inside a record",
        "header-too-large": "a record head or HTTP head over the cap",
        "http-malformed": "a response whose HTTP head makes no sense",
        "body-undecodable": "a body whose content coding cannot be undone",
        "charset-undecodable": "a body that is text in no character set we know",
        "extract-error": "extraction of the text raised an error",
        "extract-timeout": "the record took longer than the time limit",
        "worker-crash": "the record killed a worker process twice",
        "input-failed": "the input broke off and stayed away through all retries",
    }
)
