"""Write a small crawl, made up from start to end, with the troubles that real crawls have.

    python scripts/make_crawl.py .demo/crawl

Two WARC files and one WET file: some eighty pages in two voices and two languages, a page whose
body is chunked and gzipped, pages with leftovers of a chat assistant, near-duplicates, requests, a
redirect, a missing page, an image, a revisit, and one damaged gzip member. The same bytes come out
every time with one version of zlib.
"""

from __future__ import annotations

import gzip
import sys
from html import escape
from io import BytesIO
from pathlib import Path
from random import Random
from uuid import UUID

from crawl_texts import assistant, diary, german, leftover
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

HTML = (("Content-Type", "text/html; charset=utf-8"),)
# The smallest GIF: one transparent pixel.
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


class CrawlWriter(WARCWriter):
    """A WARC writer whose record ids and dates are the same in every run."""

    def __init__(self, out: BytesIO, rng: Random, date: str) -> None:
        super().__init__(out, gzip=True)
        self._rng = rng
        self.date = date

    def _make_warc_id(self) -> str:
        drawn = "".join(f"{int(self._rng.random() * 2**32):08x}" for _ in range(4))
        return f"<urn:uuid:{UUID(drawn, version=4)}>"

    def curr_warc_date(self) -> str:
        """The crawl's date as this writer was told it."""
        return self.date

    def info(self, name: str) -> None:
        """Write the file's warcinfo record."""
        fields = {"software": "make_crawl.py", "isPartOf": "sample crawl"}
        self.write_record(self.create_warcinfo_record(name, fields))

    def response(
        self,
        url: str,
        body: bytes,
        headers: tuple[tuple[str, str], ...] = HTML,
        status: str = "200 OK",
    ) -> None:
        """Write a response record, as its server sent it."""
        head = StatusAndHeaders(status, [*headers, ("Server", "sample")], protocol="HTTP/1.1")
        self.write_record(
            self.create_warc_record(url, "response", payload=BytesIO(body), http_headers=head)
        )

    def request(self, url: str) -> None:
        """Write the request record that belongs to a response."""
        host = url.split("/")[2]
        fields = [("Host", host), ("User-Agent", "make_crawl.py")]
        head = StatusAndHeaders("GET / HTTP/1.1", fields, is_http_request=True)
        self.write_record(self.create_warc_record(url, "request", http_headers=head))

    def revisit(self, url: str) -> None:
        """Write a revisit record: the page was the same as on another day."""
        digest = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
        self.write_record(self.create_revisit_record(url, digest, url, "2019-05-01T00:00:00Z"))

    def conversion(self, url: str, text: str) -> None:
        """Write a conversion record: the plain text of a page, as in WET files."""
        body = text.encode()
        self.write_record(
            self.create_warc_record(
                url,
                "conversion",
                payload=BytesIO(body),
                length=len(body),
                warc_content_type="text/plain",
            )
        )


def page(title: str, paragraphs: list[str], language: str = "en") -> bytes:
    """A page with the furniture that pages have around their text."""
    body = "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head><body>\n"
        '<nav><a href="/">Home</a> <a href="/about">About</a> <a href="/post">Contact</a></nav>\n'
        f"<main><article><h1>{escape(title)}</h1>\n{body}\n</article></main>\n"
        "<footer>Made for a sample crawl. Public domain.</footer></body></html>\n"
    ).encode()


def chunked(body: bytes, size: int = 700) -> bytes:
    """The body in the chunked transfer coding (RFC 9112, 7.1)."""
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def old_crawl(rng: Random) -> bytes:
    """A crawl of 2019: people's pages, and most kinds of record that hold no page."""
    out = BytesIO()
    crawl = CrawlWriter(out, rng, "2019-05-14T09:30:00Z")
    crawl.info("crawl-2019.warc.gz")
    for number in range(24):
        url = f"http://notes.example.org/2019/{number}"
        crawl.request(url)
        crawl.response(url, page(f"Notes, number {number}", diary(rng, 18)))
    text = german(rng, 12)
    crawl.response("http://dorf.example.org/", page("Aus dem Dorf", text, "de"))
    crawl.response("http://dorf.example.org/alt", page("Aus dem Dorf", text[:-1], "de"))
    location = (("Location", "http://notes.example.org/2019/1"),)
    crawl.response("http://notes.example.org/", b"", location, "301 Moved Permanently")
    crawl.response("http://notes.example.org/gone", page("Gone", []), HTML, "404 Not Found")
    crawl.response("http://notes.example.org/dot.gif", PIXEL, (("Content-Type", "image/gif"),))
    crawl.response("http://notes.example.org/short", page("Short", ["Back on Monday."]))
    crawl.revisit("http://notes.example.org/2019/3")
    return out.getvalue()


def new_crawl(rng: Random) -> bytes:
    """A crawl of 2025: both voices, leftovers of an assistant, codings, and a damaged member."""
    out = BytesIO()
    crawl = CrawlWriter(out, rng, "2025-03-02T17:05:00Z")
    crawl.info("crawl-2025.warc.gz")
    for number in range(18):
        crawl.response(
            f"http://club.example.net/log/{number}", page(f"Club log {number}", diary(rng, 20))
        )
        crawl.response(
            f"http://insights.example.com/{number}", page(f"Guide {number}", assistant(rng, 16))
        )
    for number in range(6):
        text = assistant(rng, 14)
        text.insert(1, leftover(rng, number))
        crawl.response(f"http://fast.example.com/post-{number}", page(f"Post {number}", text))
    body = page("The long way round", diary(rng, 22))
    coded = (*HTML, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
    crawl.response("http://club.example.net/coded", chunked(gzip.compress(body, mtime=0)), coded)
    start = out.tell()
    crawl.response("http://club.example.net/damaged", page("Damaged", diary(rng, 20)))
    crawl.response("http://club.example.net/after", page("After the damage", diary(rng, 20)))
    data = bytearray(out.getvalue())
    data[start + 120 : start + 160] = bytes(40)
    return bytes(data)


def wet(rng: Random) -> bytes:
    """The plain text of a dozen pages, as WET files hold it."""
    out = BytesIO()
    crawl = CrawlWriter(out, rng, "2024-08-20T03:00:00Z")
    crawl.info("crawl-2024.warc.wet.gz")
    for number in range(12):
        voice = diary if number % 2 else assistant
        crawl.conversion(f"http://plain.example.org/{number}", "\n".join(voice(rng, 15)))
    return out.getvalue()


def main() -> None:
    """Write the three files into the folder that the command line names."""
    if len(sys.argv) != 2:
        sys.exit("make_crawl.py: name the folder to write the crawl to, as in .demo/crawl")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rng = Random(2022)  # the year in which it began
    for name, make in (
        ("crawl-2019.warc.gz", old_crawl),
        ("crawl-2025.warc.gz", new_crawl),
        ("crawl-2024.warc.wet.gz", wet),
    ):
        data = make(rng)
        (folder / name).write_bytes(data)
        print(f"{folder / name}  {len(data):,} bytes")


if __name__ == "__main__":
    main()
