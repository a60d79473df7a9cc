"""A crawl of made-up pages for the pipeline's tests, written by warcio."""

from __future__ import annotations

import gzip
import io
import random
from collections.abc import Sequence
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

WORDS = """
the of and to in a is that it was for on with as by at from his her they we are be this have
or had not but what all were when there can an your which their said if do will each about
how up out them then she many some so these would other into has more two like him see time
could no make than first been its who now people my made over did down only way find use may
water long little very after words called just where most know harbour ledger copper winter
bridge orchard lantern market railway pencil garden kettle gravel window morning letter
""".split()  # noqa: SIM905  (a list of ninety literals is no clearer)


def page(rng: random.Random, words: int) -> bytes:
    """An HTML page with a title, some chrome, and a main text of about so many words."""
    paragraphs = []
    while words > 0:
        count = min(words, rng.randrange(25, 70))
        sentence = " ".join(rng.choices(WORDS, k=count)).capitalize() + "."
        paragraphs.append(f"<p>{sentence}</p>")
        words -= count
    title = " ".join(rng.choices(WORDS, k=4))
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>{title}</title></head><body>"
        "<nav><a href=/>Home</a> <a href=/about>About</a></nav>"
        f"<main><article><h1>{title}</h1>{''.join(paragraphs)}</article></main>"
        "<footer>Imprint</footer></body></html>"
    ).encode()


DATE = "2026-01-02T03:04:05Z"


def write_crawl(
    path: Path, pages: int, *, seed: int = 1, gzip: bool = True, date: str = DATE
) -> Path:
    """An archive of so many pages, each with its request, some images, errors and redirects."""
    rng = random.Random(seed)
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=gzip)
        warcinfo = writer.create_warcinfo_record(path.name, {"software": "tests"})
        warcinfo.rec_headers.replace_header("WARC-Date", date)
        writer.write_record(warcinfo)
        for number in range(pages):
            url = f"http://site{number % 7}.example/{number}"
            kind = number % 12
            if kind == 3:
                body = b"\x89PNG" + rng.randbytes(400)
                _response(writer, url + ".png", body, "image/png", date)
            elif kind == 7:
                _response(writer, url, b"gone", "text/html", date, status="404 Not Found")
            elif kind == 9:
                _response(writer, url, page(rng, 12), "text/html", date)
            else:
                _response(writer, url, page(rng, rng.randrange(60, 400)), "text/html", date)
            _request(writer, url, date)
    return path


def write_texts(path: Path, texts: Sequence[str], *, kind: str = "gzip") -> Path:
    """An archive with one page for each text.

    kind: "gzip", each record a member of its own; "whole", one member for all; "plain".
    """
    made = io.BytesIO()
    writer = WARCWriter(made, gzip=kind == "gzip")
    for number, text in enumerate(texts):
        html = f"<!doctype html><title>{number}</title><main><p>{text}</p></main>"
        _response(writer, f"http://{path.stem}.example/{number}", html.encode(), "text/html", DATE)
    data = made.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if kind == "whole" else data)
    return path


def _response(
    writer: WARCWriter, url: str, body: bytes, media_type: str, date: str, status: str = "200 OK"
) -> None:
    head = StatusAndHeaders(status, [("Content-Type", media_type)], protocol="HTTP/1.1")
    _write(writer, url, "response", body, head, date)


def _request(writer: WARCWriter, url: str, date: str) -> None:
    head = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x.example")], is_http_request=True)
    _write(writer, url, "request", b"", head, date)


def _write(
    writer: WARCWriter, url: str, kind: str, body: bytes, head: StatusAndHeaders, date: str
) -> None:
    record = writer.create_warc_record(
        url,
        kind,
        payload=io.BytesIO(body),
        http_headers=head,
        warc_headers_dict={
            "WARC-Date": date,
            "WARC-Record-ID": f"<urn:uuid:{random.Random(url + kind).getrandbits(128):032x}>",
        },
    )
    writer.write_record(record)
