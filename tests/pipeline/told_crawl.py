"""A small archive of pages in two voices, and the scan of it."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scripts.crawl_texts import ASSISTANT, DIARY
from tests.pipeline.runs import scan


def write_told(path: Path, pages: int = 24) -> Path:
    """An archive of so many pages: every third by a diarist, the others by an assistant."""
    draw = Random(7)
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for number in range(pages):
            voice = ASSISTANT if number % 3 else DIARY
            text = "".join(f"<p>{' '.join(draw.sample(voice, 6))} 😀</p>" for _ in range(4))
            body = (
                "<!doctype html><html><head><meta charset=utf-8>"
                f"<title>Page {number}</title></head><body><main><article><h1>Page {number}</h1>"
                f"{text}</article></main></body></html>"
            ).encode()
            head = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
            )
            record = writer.create_warc_record(
                f"http://site{number % 5}.example/{number}",
                "response",
                payload=io.BytesIO(body),
                http_headers=head,
                warc_headers_dict={
                    "WARC-Date": "2025-01-02T03:04:05Z",
                    "WARC-Record-ID": f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>",
                },
            )
            writer.write_record(record)
    return path


def scan_told(folder: Path, *options: str) -> Path:
    """The archive `told.warc.gz` in a folder, scanned in parts of ten."""
    write_told(folder / "told.warc.gz")
    out = folder / "labels"
    scan(folder / "told.warc.gz", "--out", out, "--workers", "1", "--part-size", "10", *options)
    return out
