"""Real and made archives that have broken other readers: nothing raises, hangs or is lost."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import fastwarc.warc
import pytest
import warcio.archiveiterator

from detector.errors import FAULTS, SKIPS
from detector.read import BODY_CAP, decode_capture, is_page, open_source, read_steps
from detector.records import ArchiveRecord, Capture, Fault, Step
from tests.read.sources import CAP

WEB = Path(__file__).parents[2].parent / "shared" / "web"
TORTURE = WEB / "torture"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not TORTURE.exists(), reason="needs ../shared/web, which is not here"),
]

Key = tuple[str, str, str]


@cache
def manifest() -> dict[str, dict[str, Any]]:
    if not TORTURE.exists():
        return {}
    lines = (TORTURE / "manifest.jsonl").read_text("utf-8").splitlines()
    return {entry["file"]: entry for entry in map(json.loads, lines)}


@cache
def walk(name: str) -> tuple[Step, ...]:
    with open_source(str(TORTURE / name)) as source:
        return tuple(read_steps(source, block_cap=CAP))


def read(name: str) -> list[ArchiveRecord]:
    return [step.item for step in walk(name) if isinstance(step.item, ArchiveRecord)]


def key(kind: str | None, record_id: str | None, url: str | None) -> Key:
    """What a record is known by, for two readers of different habits."""
    address = (url or "").strip()
    if address.startswith("<") and address.endswith(">"):
        address = address[1:-1]
    # warcio percent-encodes the blanks before a URL, too.
    address = address.replace(" ", "%20").removeprefix("%20")
    return (kind or "").strip().lower(), (record_id or "").strip(), address


def by_warcio(path: Path) -> Iterator[tuple[Key, bytes]]:
    with path.open("rb") as file:
        for record in warcio.archiveiterator.ArchiveIterator(file, no_record_parse=True):
            get = record.rec_headers.get_header
            if record.format == "arc" or record.rec_type == "arc_header":
                kind = "arc-filedesc" if record.rec_type == "arc_header" else "response"
                yield key(kind, None, get("uri")), record.raw_stream.read()
            else:
                name = key(get("WARC-Type"), get("WARC-Record-ID"), get("WARC-Target-URI"))
                yield name, record.raw_stream.read()


def by_fastwarc(path: Path) -> Iterator[tuple[Key, bytes]]:
    with path.open("rb") as file:
        for record in fastwarc.warc.ArchiveIterator(file, parse_http=False, strict_mode=False):
            get = record.headers.get
            name = key(get("WARC-Type"), get("WARC-Record-ID"), get("WARC-Target-URI"))
            yield name, record.reader.read()


def until_it_breaks(found: Iterator[tuple[Key, bytes]]) -> list[tuple[Key, bytes]]:
    gathered: list[tuple[Key, bytes]] = []
    with contextlib.suppress(Exception):  # what the other reader cannot read is not compared
        gathered.extend(found)
    return gathered


def sensible(name: Key) -> bool:
    """Whether the other reader read a record at all, not a text it took for one."""
    return bool(name[0]) and "\n" not in name[0] and not name[2].startswith("filedesc:")


@pytest.mark.parametrize("name", manifest())
def test_an_archive_is_walked_and_every_record_comes_to_an_end(name: str) -> None:
    """Ordinals count without a gap; each record is a page, a skip or a fault with a known code."""
    began = time.monotonic()
    steps = walk(name)
    assert [step.item.ordinal for step in steps] == list(range(len(steps)))
    for step in steps:
        if isinstance(step.item, Fault):
            assert step.item.code in FAULTS
        elif is_page(step.item):
            end = decode_capture(step.item)
            if isinstance(end, Capture):
                assert 0 < len(end.body) <= BODY_CAP
            else:
                assert end.code in (*FAULTS, *SKIPS)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("name", manifest())
@pytest.mark.parametrize("reader", [by_warcio, by_fastwarc])
def test_every_record_that_another_reader_reads_is_read(reader: Any, name: str) -> None:
    """But for a head that the file ends in, which is a fault of its own.

    The blocks of pages with a name of their own are the same bytes; where the lengths differ, the
    archive's own was wrong.
    """
    theirs = until_it_breaks(reader(TORTURE / name))
    ours = [(key(item.type, item.record_id, item.url), item) for item in read(name)]
    count = Counter(known for known, _ in ours)
    missing = Counter(known for known, _ in theirs if sensible(known)) - count
    cut = [s.item for s in walk(name) if isinstance(s.item, Fault)]
    if [fault.code for fault in cut] == ["truncated-record"] and "record head" in cut[0].message:
        assert sum(missing.values()) <= 1
    else:
        assert not missing
    alone = {known: item for known, item in ours if count[known] == 1 and is_page(item)}
    for known, block in theirs:
        item = alone.get(known)
        if item is not None and item.block_length == len(block):
            assert item.block == block[:CAP]


# file: pages that come out whole, pages that come out in part, codes of what is lost or skipped.
NOTES: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "truncated_gzip_mid_record.warc.gz": (3, 0, ("truncated-record",)),
    "truncated_uncompressed.warc": (3, 1, ()),
    "garbage_between_members.warc.gz": (6, 0, ("damaged-record",)),
    "bitflip_in_third_member.warc.gz": (5, 0, ("damaged-member",)),
    "crc_wrong_third_member.warc.gz": (5, 0, ("damaged-member",)),
    "content_length_too_big.warc": (5, 1, ()),
    "content_length_too_small.warc": (5, 1, ("damaged-record",)),
    "lf_only_headers.warc": (0, 6, ()),
    "no_http_headers.warc": (5, 1, ()),
    "empty.warc.gz": (0, 0, ()),
    "empty_gzip.warc.gz": (0, 0, ()),
    "not_a_warc.warc.gz": (0, 0, ("not-an-archive",)),
    "html_named_warc.warc": (0, 0, ("not-an-archive",)),
    "chunked_truncated.warc.gz": (0, 6, ()),
    "gzip_body_truncated.warc.gz": (0, 6, ()),
    "gzip_bomb.warc.gz": (0, 1, ()),
    "huge_attr.warc.gz": (0, 1, ()),
    "deep_nesting.warc.gz": (1, 0, ()),
    "status_variety.warc.gz": (3, 0, ("http-redirect", *["http-error"] * 3)),
    **{f"charset_{kind}.warc.gz": (7, 0, ()) for kind in ("meta", "header", "none", "lie")},
}


@pytest.mark.parametrize("name", [name for name, entry in manifest().items() if "note" in entry])
def test_a_made_archive_gives_what_its_note_says(name: str) -> None:
    """Six whole pages, where nothing else is listed above."""
    items = [step.item for step in walk(name)]
    ends = [i if isinstance(i, Fault) else decode_capture(i) for i in items]
    pages = [end for end in ends if isinstance(end, Capture)]
    whole = sum(not page.origin.truncated for page in pages)
    codes = sorted(end.code for end in ends if not isinstance(end, Capture))
    expected = NOTES.get(Path(name).name, (6, 0, ()))
    assert (whole, len(pages) - whole, codes) == (*expected[:2], sorted(expected[2]))


def test_the_bombs_cost_no_more_memory_than_the_cap() -> None:
    """A block that inflates to 431 MB and a body to 200 MB, decoded in a fresh process."""
    bombs = [
        str(TORTURE / "internetarchive+CDX-Writer__giant_html.warc.gz"),
        str(TORTURE / "synthetic" / "gzip_bomb.warc.gz"),
    ]
    script = (
        "import resource, sys\n"
        "from detector.read import decode_capture, open_source, read_steps\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak()\n"
        "for name in sys.argv[1:]:\n"
        "    with open_source(name) as source:\n"
        "        for step in read_steps(source, block_cap=(8 << 20) + 65536):\n"
        "            assert len(decode_capture(step.item).body) == 8 << 20\n"
        "print(peak() - before)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *bombs], capture_output=True, check=True, text=True
    )
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(run.stdout) * unit < 80 << 20


def test_the_labelled_crawl_is_read_as_fastwarc_reads_it() -> None:
    path = WEB / "labelled.warc.gz"
    with open_source(str(path)) as source:
        ours = [
            (key(s.item.type, s.item.record_id, s.item.url), hash(s.item.block))
            for s in read_steps(source, block_cap=1 << 30)
            if isinstance(s.item, ArchiveRecord) and is_page(s.item)
        ]
    theirs = [(known, hash(block)) for known, block in by_fastwarc(path) if known[2]]
    assert ours == theirs
    assert len(ours) == 3619
