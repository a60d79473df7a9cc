"""What goes along with a dropped record, and what stays."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from detector import filter_warcs
from detector.pipeline import relations
from detector.pipeline.record_keys import Elsewhere, names_of
from detector.pipeline.relations import Kind
from detector.records import ArchiveRecord, Label
from tests.fixtures.archives import gz
from tests.pipeline.made_labels import write_labels
from tests.read.sources import records

AI = "http://ai.example/"
OK = "http://ok.example/"


def record(
    name: str,
    kind: str,
    url: str,
    *fields: str,
    date: str = "2024-01-01T00:00:00Z",
) -> bytes:
    """A record of this name."""
    block = f"HTTP/1.1 200 OK\r\n\r\n{name}".encode()
    lines = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:{name}>",
        f"WARC-Date: {date}",
        f"WARC-Target-URI: {url}",
        "Content-Type: application/http",
        *fields,
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n"


def by_host(record: ArchiveRecord) -> Label | str:
    if "skip" in (record.url or ""):
        return "http-error"
    return Label.LIKELY_AI if (record.url or "").startswith(AI) else Label.NO_EVIDENCE


def left(tmp_path: Path, *archives: Iterable[bytes], drop: tuple[str, ...] = ("likely-ai",)) -> str:
    """The names of the records that stay in the last of these archives."""
    paths = []
    for number, parts in enumerate(archives):
        paths.append(tmp_path / f"{number}.warc.gz")
        paths[-1].write_bytes(b"".join(map(gz, parts)))
    out = tmp_path / "out"
    filter_warcs(write_labels(tmp_path / "labels", paths, by_host), out, drop=drop)
    found = records((out / paths[-1].name).read_bytes())
    return " ".join((one.record_id or "")[5:-1] for one in found)


def whys(tmp_path: Path) -> dict[int, tuple[str, int | None]]:
    rows = pl.read_parquet(tmp_path / "out" / "ledger" / "*.parquet")
    return {o: (why, w) for o, why, w in rows.select("ordinal", "why", "with_ordinal").rows()}


def test_what_names_the_dropped_capture_goes_whatever_its_place(tmp_path: Path) -> None:
    """As Heritrix and warcio write it: the request names the response."""
    archive = [
        record("q", "request", AI, "WARC-Concurrent-To: <urn:a>"),
        record("a", "response", AI),
        record("b", "response", OK),
        record("r", "request", OK, "WARC-Concurrent-To: <urn:b>"),
        record("m", "metadata", AI, "warc-concurrent-to: urn:a"),
        record("n", "metadata", "urn:other", "WARC-Refers-To: <urn:a>"),
    ]
    assert left(tmp_path, archive) == "b r"
    assert whys(tmp_path) == {
        0: ("with-capture", 1),
        1: ("likely-ai", None),
        4: ("with-capture", 1),
        5: ("with-capture", 1),
    }


def test_what_a_dropped_capture_names_goes_too(tmp_path: Path) -> None:
    """As Wget and Nutch write it: response and metadata name the request."""
    archive = [
        record("q", "request", AI),
        record("a", "response", AI, "WARC-Concurrent-To: <urn:q>"),
        record("m", "metadata", AI, "WARC-Concurrent-To: <urn:q>"),
        record("r", "request", OK),
        record("b", "response", OK, "WARC-Concurrent-To: <urn:r>"),
        record("n", "metadata", OK, "WARC-Concurrent-To: <urn:r>"),
    ]
    assert left(tmp_path, archive) == "r b n"


def test_without_names_target_and_second_tell(tmp_path: Path) -> None:
    archive = [
        record("q", "request", AI),
        record("a", "response", AI),
        record("later", "request", AI, date="2024-01-01T00:00:01Z"),
        record("other", "request", AI + "x"),
    ]
    assert left(tmp_path, archive) == "later other"


def test_what_belongs_to_a_kept_capture_as_well_stays(tmp_path: Path) -> None:
    """A redirect and its goal in one event; two captures in one second; two of one name."""
    archive = [
        record("q", "request", AI, "WARC-Concurrent-To: <urn:a>", "WARC-Concurrent-To: <urn:b>"),
        record("a", "response", AI),
        record("b", "response", OK),
        record("p", "request", AI + "2"),
        record("c", "response", AI + "2"),
        record("d", "revisit", AI + "2", "WARC-Refers-To: <urn:unknown>"),
        record("twice", "response", AI),
        record("twice", "response", OK),
        record("s", "request", AI, "WARC-Concurrent-To: <urn:twice>"),
    ]
    assert left(tmp_path, archive) == "q b d twice s"


def test_warcinfo_never_goes_and_a_judged_resource_stands_for_itself(tmp_path: Path) -> None:
    archive = [
        record("info", "warcinfo", AI),
        record("a", "response", AI, "WARC-Warcinfo-ID: <urn:info>"),
        record("judged", "resource", OK, "WARC-Concurrent-To: <urn:a>"),
        record("b", "response", AI + "b"),
        record("shot", "resource", "urn:skip:view", "WARC-Concurrent-To: <urn:b>"),
        record("alone", "resource", "urn:skip:other"),
    ]
    assert left(tmp_path, archive) == "info judged alone"


def test_conversions_and_continuations_go_with_their_original(tmp_path: Path) -> None:
    archive = [
        record("a", "response", AI),
        record("c", "conversion", OK, "WARC-Refers-To: <urn:a>"),
        record("cc", "conversion", OK, "WARC-Refers-To: <urn:c>"),
        record("s", "continuation", AI, "WARC-Segment-Origin-ID: <urn:a>"),
        record("b", "response", OK),
        record("d", "conversion", OK, "WARC-Refers-To: <urn:b>"),
        record("t", "continuation", OK, "WARC-Segment-Origin-ID: <urn:b>"),
        record("e", "conversion", AI, "WARC-Refers-To: <urn:b>"),
    ]
    assert left(tmp_path, archive) == "b d t"
    assert {o: why for o, (why, _) in whys(tmp_path).items()} == {
        0: "likely-ai",
        1: "with-original",
        2: "with-original",
        3: "with-original",
        7: "likely-ai",
    }


def test_a_revisit_goes_with_its_original_and_takes_its_request_along(tmp_path: Path) -> None:
    uri, date = f"WARC-Refers-To-Target-URI: {AI}", "WARC-Refers-To-Date: 2024-01-01T00:00:00Z"
    archive = [
        record("a", "response", AI),
        record("v", "revisit", AI, "WARC-Refers-To: <urn:a>", date="2025-01-01T00:00:00Z"),
        record("q", "request", AI, "WARC-Concurrent-To: <urn:v>", date="2025-01-01T00:00:00Z"),
        record("w", "revisit", OK, uri, date),
        record("x", "revisit", OK, uri, "WARC-Refers-To-Date: 2024-01-01T00:00:01Z"),
        record("y", "revisit", OK, "WARC-Refers-To: <urn:nobody>"),
        record("b", "response", OK),
        record("z", "revisit", AI, "WARC-Refers-To: <urn:b>"),
    ]
    assert left(tmp_path, archive) == "x y b z"
    assert {o: why for o, (why, _) in whys(tmp_path).items()} == {
        0: "likely-ai",
        1: "revisit-of-dropped",
        2: "with-capture",
        3: "revisit-of-dropped",
    }


def test_a_revisit_of_a_page_in_another_archive_goes_with_it(tmp_path: Path) -> None:
    digest = "WARC-Payload-Digest: sha1:{}"
    first = [
        record("a", "response", AI, digest.format("AAA")),
        record("b", "response", AI + "b", digest.format("BBB")),
        record("c", "response", OK, digest.format("BBB")),
        record("d", "response", AI + "d"),
    ]
    uri = f"WARC-Refers-To-Target-URI: {AI}d"
    second = [
        record("by-id", "revisit", AI, "WARC-Refers-To: <urn:b>"),
        record("by-page", "revisit", AI, uri, "WARC-Refers-To-Date: 2024-01-01T00:00:00Z"),
        record("by-digest", "revisit", AI, digest.format("AAA")),
        record("digest-stays", "revisit", AI, digest.format("BBB")),
        record("named", "revisit", AI, "WARC-Refers-To: <urn:x>", digest.format("AAA")),
        record("text", "conversion", OK, "WARC-Refers-To: <urn:a>"),
        record("of-kept", "conversion", OK, "WARC-Refers-To: <urn:c>"),
    ]
    assert left(tmp_path, first, second) == "digest-stays named of-kept"


def test_what_belongs_to_a_dropped_skip_goes_too(tmp_path: Path) -> None:
    archive = [
        record("q", "request", OK + "skip", "WARC-Concurrent-To: <urn:a>"),
        record("a", "response", OK + "skip"),
        record("v", "revisit", OK, "WARC-Refers-To: <urn:a>"),
        record("b", "response", AI),
    ]
    assert left(tmp_path, archive, drop=("http-error",)) == "b"


def test_requests_may_go_by_themselves(tmp_path: Path) -> None:
    archive = [record("q", "request", OK), record("a", "response", OK)]
    assert left(tmp_path, archive, drop=("warc-request",)) == "a"


def test_relations_are_found_inside_members_of_several_records(tmp_path: Path) -> None:
    archive = [
        record("q", "request", AI, "WARC-Concurrent-To: <urn:a>")
        + record("a", "response", AI)
        + record("r", "request", OK, "WARC-Concurrent-To: <urn:b>"),
        record("b", "response", OK) + record("v", "revisit", AI, "WARC-Refers-To: <urn:a>"),
    ]
    assert left(tmp_path, archive) == "r b"


def test_a_chain_of_conversions_goes_to_its_end_in_whatever_order(tmp_path: Path) -> None:
    order = list(range(200))
    random.Random(5).shuffle(order)
    chain = [record(f"c{n}", "conversion", OK, f"WARC-Refers-To: <urn:c{n + 1}>") for n in order]
    ring = [
        record(f"m{n}", "metadata", OK, f"WARC-Concurrent-To: <urn:m{(n + 7) % 100}>")
        for n in range(100)
    ]
    loop = [record(f"l{n}", "conversion", OK, f"WARC-Refers-To: <urn:l{1 - n}>") for n in (0, 1)]
    own = record("own", "conversion", OK, "WARC-Refers-To: <urn:own>")
    end = record("c200", "response", AI)
    found = left(tmp_path, [*chain, *ring, *loop, own, end])
    assert found == " ".join([*(f"m{n}" for n in range(100)), "l0", "l1", "own"])


@pytest.mark.parametrize("chained", [False, True])
def test_many_records_of_one_name_take_no_longer_than_others(chained: bool) -> None:
    """Archives made so that every record names all others, or that they go one after another."""
    count = 40_000
    found = relations.Relations()
    for n in range(count):
        kind = (Kind.FOLLOWER, Kind.REVISIT, Kind.CAPTURE)[n % 3]
        name, other = "<urn:one>", "<urn:one>"
        if chained:
            kind = Kind.REVISIT if n else Kind.CAPTURE
            name = "<urn:one>" if n % 2 else f"<urn:{n}>"
            other = f"<urn:{n - 1}>" if n % 2 else "<urn:one>"
        headers = (("WARC-Concurrent-To", other), ("WARC-Refers-To", other))
        found.add(kind, names_of("response", name, AI, None), headers)
    goes = np.zeros(count, np.uint8)
    goes[:1] = 1

    def mark(row: int, _why: str, _with: int) -> None:
        goes[row] = 1

    began = time.process_time()
    found.settle(goes, mark, Elsewhere())
    assert time.process_time() - began < 5
