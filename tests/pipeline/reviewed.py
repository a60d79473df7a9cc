"""A small crawl for reports: old and new pages, traces, damage, and pages that mean harm."""

from __future__ import annotations

import random
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.pipeline.crawl import WORDS

PWN = "window.pwned = true"
# Titles, paragraphs and addresses that would run if any of them were taken for markup.
TITLES = [
    f"</title></script><script>{PWN}</script>",
    f'"><img src=x onerror="{PWN}">',
    f"<svg onload={PWN}>",
    "right-to-left \u202etxt.exe",
]
PARAGRAPHS = [
    f"<script>{PWN}</script>",
    "<iframe srcdoc='<script>parent.pwned = true</script>'>",
    "${data} $data {{7*7}} <!-- <script> -->",
    f"javascript:{PWN}",
]
ADDRESSES = [
    f"javascript:{PWN}",
    f'https://site.example/"onmouseover="{PWN}',
    f"data:text/html,<script>{PWN}</script>",
    f"https://site.example/<script>{PWN}</script>",
    "https://site.example/2024/03/fine",
]
TRACE = "As an AI language model, I cannot have opinions about orchards. "
NEW, OLD = "2025-05-06T07:08:09Z", "2017-05-06T07:08:09Z"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _page(rng: random.Random, title: str, extra: str) -> bytes:
    paragraphs = [
        " ".join(rng.choices(WORDS, k=60)).capitalize() + "." for _ in range(rng.randrange(2, 8))
    ]
    body = "".join(f"<p>{_escaped(text)}</p>" for text in [*paragraphs, extra, paragraphs[0]])
    return (
        f"<!doctype html><meta charset=utf-8><title>{_escaped(title)}</title>"
        f"<main><article><h1>{_escaped(title)}</h1>{body}</article></main>"
    ).encode()


def write_reviewed(path: Path, pages: int = 60, *, seed: int = 4) -> Path:
    """An archive of so many pages and one damaged record."""
    rng = random.Random(seed)
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for at in range(pages):
            extra = TRACE if at % 5 == 1 else rng.choice(PARAGRAPHS)
            url = ADDRESSES[at % 5] if at % 3 == 0 else f"https://w{at % 9}.example.com/{at}"
            title = TITLES[at % len(TITLES)] if at % 2 else f"Page {at}"
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            date = OLD if at % 4 == 0 else NEW
            writer.write_record(
                writer.create_warc_record(
                    url,
                    "response",
                    payload=_io(_page(rng, title, extra)),
                    http_headers=head,
                    warc_headers_dict={"WARC-Date": date},
                )
            )
        end = out.tell()
    data = bytearray(path.read_bytes())
    cut = end - 700
    data[cut : cut + 40] = b"\xff" * 40
    path.write_bytes(data)
    return path


def _io(data: bytes) -> object:
    import io

    return io.BytesIO(data)
