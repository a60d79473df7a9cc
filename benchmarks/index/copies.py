"""Copies of pages as they go around the web: new chrome, cut, reordered, edited, quoted."""

from __future__ import annotations

import html
import random
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

_HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
EDITED = 0.1


def same(text: str, _: random.Random, __: str) -> str:
    """The text, in another page."""
    return text


def cut(text: str, rng: random.Random, _: str) -> str:
    """Half of the text, from its beginning, its middle or its end."""
    words = text.split(" ")
    start = rng.choice((0, len(words) // 4, len(words) // 2))
    return " ".join(words[start : start + len(words) // 2])


def reordered(text: str, rng: random.Random, _: str) -> str:
    """The paragraphs in another order; of a text without any, stretches of 60 words."""
    parts = [part for part in text.split("\n") if part.strip()]
    if len(parts) < 4:
        words = text.split()
        parts = [" ".join(words[at : at + 60]) for at in range(0, len(words), 60)]
    rng.shuffle(parts)
    return "\n".join(parts)


def edited(text: str, rng: random.Random, other: str) -> str:
    """One word in ten replaced by a word of another text."""
    strange = other.split()
    return "\n".join(
        " ".join(rng.choice(strange) if rng.random() < EDITED else w for w in line.split())
        for line in text.split("\n")
    )


def quoted(text: str, _: random.Random, other: str) -> str:
    """The text within another text of about the same length."""
    around = other.split()[: len(text.split())]
    half = len(around) // 2
    return f"{' '.join(around[:half])}\n{text}\n{' '.join(around[half:])}"


COPIES: dict[str, Callable[[str, random.Random, str], str]] = {
    "new chrome": same,
    "cut to half": cut,
    "reordered": reordered,
    "one word in ten replaced": edited,
    "quoted in a page twice as long": quoted,
}


def page(text: str, rng: random.Random) -> bytes:
    """Put a text into a page with navigation, a side bar and a footer that the original lacks."""
    site = f"Gazette {rng.randrange(1000)}"
    links = "".join(f'<li><a href="/{n}">Section {rng.randrange(99)}</a></li>' for n in range(12))
    body = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n") if part.strip())
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>{site}</title></head><body>"
        f"<header><nav><ul>{links}</ul></nav></header><main><article><h1>{site}</h1>{body}"
        f"</article></main><aside><h3>Read next</h3><ul>{links}</ul></aside>"
        f"<footer>(c) {site}, all rights reserved</footer></body></html>"
    ).encode()


def write_archive(path: Path, records: Sequence[tuple[str, str, bytes]]) -> None:
    """Write an archive of records: address, date, and the block (HTTP head and body)."""
    with path.open("wb") as out:
        for url, date, block in records:
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
                f"WARC-Date: {date}\r\nContent-Type: application/http; msgtype=response\r\n"
                f"Content-Length: {len(block)}\r\n\r\n"
            ).encode()
            stream = zlib.compressobj(1, wbits=31)
            out.write(stream.compress(head + block + b"\r\n\r\n") + stream.flush())


def response(body: bytes) -> bytes:
    """The block of a record of a page."""
    return _HTTP + body
