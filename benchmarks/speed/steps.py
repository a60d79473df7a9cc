"""Parts of a scan alone: python -m benchmarks.speed.steps (floor | text | rooms) ARCHIVE.

floor: inflate each gzip member with isal and parse each HTML body into a DOM with resiliparse, the
least that any reader of HTML does; HTTP heads are cut off, content codings left as they are.
text: read + extract. Our reader, HTTP heads and codings undone, charset, main text by resiliparse,
title; no language, no normal form, no fingerprint, no score, no output.
rooms: the rooms read and extract as the scan has them, with word count, language and normal form.

Prints as JSON how many records there were and the CPU seconds of the work, imports left out.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from isal import isal_zlib
from resiliparse.parse.html import HTMLTree

from detector.extract import extract_document, get_extractor
from detector.extract.charset import decode_body
from detector.extract.limits import limit_page
from detector.read import BODY_CAP, decode_capture, is_page, open_source, read_steps
from detector.records import ArchiveRecord, Capture

BLOCK_CAP = BODY_CAP + (64 << 10)


def members(data: bytes) -> Iterator[bytes]:
    """Inflate the gzip members of an archive, one after another."""
    view, at = memoryview(data), 0
    while at < len(view):
        stream = isal_zlib.decompressobj(wbits=31)
        parts = []
        while not stream.eof:
            parts.append(stream.decompress(view[at : at + (128 << 10)]))
            at += min(128 << 10, len(view) - at)
        at -= len(stream.unused_data)
        yield b"".join(parts)


def floor(path: Path) -> int:
    """Inflate and parse; gives the number of pages."""
    count = 0
    for record in members(path.read_bytes()):
        head, _, block = record.partition(b"\r\n\r\n")
        if b"WARC-Type: response" not in head:
            continue
        body = block.partition(b"\r\n\r\n")[2]
        HTMLTree.parse(body.decode("utf-8", "replace"))
        count += 1
    return count


def text(path: Path) -> int:
    """Read and extract; gives the number of pages."""
    extractor = get_extractor("resiliparse")
    count = 0
    with open_source(str(path)) as source:
        for step in read_steps(source, block_cap=BLOCK_CAP):
            if not isinstance(step.item, ArchiveRecord) or not is_page(step.item):
                continue
            count += 1
            capture = decode_capture(step.item)
            if not isinstance(capture, Capture):
                continue
            decoded = decode_body(capture.body, capture.charset)
            if decoded is not None:
                extractor.extract(limit_page(decoded[0])[1])
    return count


def rooms(path: Path) -> int:
    """Read and make documents; gives the number of pages."""
    extractor = get_extractor("resiliparse")
    count = 0
    with open_source(str(path)) as source:
        for step in read_steps(source, block_cap=BLOCK_CAP):
            if isinstance(step.item, ArchiveRecord) and is_page(step.item):
                count += 1
                capture = decode_capture(step.item)
                if isinstance(capture, Capture):
                    extract_document(capture, extractor=extractor)
    return count


STEPS: dict[str, Callable[[Path], int]] = {"floor": floor, "text": text, "rooms": rooms}


def main() -> None:
    """Run one step and print what it took."""
    step, path = STEPS[sys.argv[1]], Path(sys.argv[2])
    begin = time.process_time()
    count = step(path)
    print(json.dumps({"records": count, "cpu": time.process_time() - begin}))


if __name__ == "__main__":
    main()
