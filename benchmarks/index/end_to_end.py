"""From archives to indexes to a scan that remembers: what is found, and what is wrongly claimed.

The first half of an archive whose authors are known becomes two indexes: its human pages, dated
2019, a pre-LLM index (from the scan's folder); the texts of its AI pages a known-AI index (from
JSON lines). The crawl is the second half, which neither index has seen, and copies of the first.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.index.copies import COPIES, page, response, write_archive
from detector.extract import normal_form
from detector.pipeline.index import build_index
from detector.pipeline.scan import Scanner
from detector.pipeline.settings import ScanSettings
from detector.read import BODY_CAP, open_source, read_steps
from detector.records import ArchiveRecord

OLD, NEW = "2019-06-01T00:00:00Z", "2026-03-01T00:00:00Z"
COPIED = 100  # texts of each kind, each copied in every way
WORDS = 13


@dataclass(frozen=True)
class Source:
    """A text that an index holds: who wrote it, its id there, and itself."""

    kind: str
    id: str
    text: str


def measure(archive: Path, folder: Path) -> dict[str, Any]:
    """Run all of it in a folder of its own; gives what the results page shows."""
    truth = {
        row["url"]: row
        for row in map(json.loads, archive.with_name("labelled.truth.jsonl").open(encoding="utf-8"))
    }
    records = _records(archive)
    half = len(records) // 2
    first, second = records[:half], records[half:]
    known = _indexes(first, truth, folder)
    rng = random.Random(1)
    copies = _copies(known, rng)
    crawl = [(url, NEW, block) for url, block in second]
    write_archive(
        folder / "crawl.warc.gz", [*crawl, *((url, NEW, block) for url, _, _, block in copies)]
    )
    indexes = (str(folder / "known-ai.idx"), str(folder / "before-llm.idx"))
    rows = _scan(folder / "crawl.warc.gz", folder / "crawl", indexes)
    by_url = {row["url"]: row for row in rows}
    return {
        "indexed": {kind: sum(s.kind == kind for s in known) for kind in ("ai", "pre-llm")},
        "copies": _found(copies, by_url),
        "unrelated": _unrelated(second, by_url, known),
    }


def _records(archive: Path) -> list[tuple[str, bytes]]:
    with open_source(str(archive)) as source:
        steps = [step.item for step in read_steps(source, block_cap=BODY_CAP)]
    return [
        (record.url or "", record.block)
        for record in steps
        if isinstance(record, ArchiveRecord) and record.type == "response"
    ]


def _scan(archive: Path, out: Path, indexes: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    settings = ScanSettings(with_text=True, indexes=indexes)
    Scanner(settings).scan([str(archive)], out, workers=1)
    return pl.read_parquet(out / "documents" / "*.parquet").to_dicts()


def _indexes(first: list[tuple[str, bytes]], truth: dict[str, Any], folder: Path) -> list[Source]:
    """Build the two indexes; gives every text in them."""
    humans = [(url, OLD, block) for url, block in first if truth[url]["label"] == "human"]
    machines = [(url, NEW, block) for url, block in first if truth[url]["label"] == "ai"]
    write_archive(folder / "old.warc.gz", humans)
    write_archive(folder / "ai.warc.gz", machines)
    old = _scan(folder / "old.warc.gz", folder / "old")
    texts = _scan(folder / "ai.warc.gz", folder / "ai")
    lines = folder / "ai.jsonl"
    lines.write_text("".join(json.dumps({"text": row["text"]}) + "\n" for row in texts))
    build_index(folder / "before-llm.idx", [folder / "old"], "pre-llm")
    build_index(folder / "known-ai.idx", [lines], "ai")
    return [
        *(Source("pre-llm", f"{r['file']}@{r['offset']}+{r['length']}", r["text"]) for r in old),
        *(Source("ai", f"{lines}#{n}", row["text"]) for n, row in enumerate(texts)),
    ]


def _copies(known: list[Source], rng: random.Random) -> list[tuple[str, str, Source, bytes]]:
    """Make copies: address, how it was copied, of what, the block."""
    chosen = []
    for kind in ("pre-llm", "ai"):
        of = [s for s in known if s.kind == kind and 150 <= len(s.text.split()) <= 3000]
        chosen += rng.sample(of, min(COPIED, len(of)))
    made = []
    for number, source in enumerate(chosen):
        for way, copy in COPIES.items():
            other = rng.choice([s for s in chosen if s.kind != source.kind]).text
            # What stands around a quotation, or replaces words, is in neither index in this order.
            words = other.split()
            rng.shuffle(words)
            body = page(copy(source.text, rng, " ".join(words)), rng)
            url = f"https://copy.example/{number}/{way.replace(' ', '-')}"
            made.append((url, way, source, response(body)))
    return made


def _found(
    copies: list[tuple[str, str, Source, bytes]], by_url: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """By kind and way of copying: how many copies are found, and how many labelled by it."""
    tally: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for url, way, source, _ in copies:
        row = by_url.get(url)
        counts = tally[source.kind, way]
        counts[0] += 1
        if row is None:
            continue
        right = [m for m in row["matches"] if m["kind"] == source.kind]
        wanted = {"ai": "likely-ai", "pre-llm": "pre-llm"}[source.kind]
        reason = {"ai": "known.ai", "pre-llm": "known.pre-llm"}[source.kind]
        counts[1] += bool(right)
        counts[2] += row["label"] == wanted and reason in row["reasons"]
        counts[3] += any(m["kind"] != source.kind for m in row["matches"])
    names = ("copies", "found", "labelled", "other_index")
    return [
        {"kind": kind, "way": way, **dict(zip(names, counts, strict=True))}
        for (kind, way), counts in tally.items()
    ]


def _unrelated(
    second: list[tuple[str, bytes]], by_url: dict[str, dict[str, Any]], known: list[Source]
) -> dict[str, Any]:
    """Of pages that no index has seen: how many it claims, by how much they really share.

    Real crawls repeat themselves: pages of the second half that share long shingles with the first
    are counted apart, by the true share that one known text has of theirs (all shingles of 13
    words, repeated ones as often as they stand there).
    """
    texts = {source.id: normal_form(source.text) for source in known}
    ever = {shingle for text in texts.values() for shingle in _shingles(text)}
    equal = set(texts.values())
    unrelated = wrong = 0
    labelled: dict[str, list[float]] = {"pre-llm": [], "likely-ai": []}
    for row in (by_url[url] for url, _ in second if url in by_url):
        normal = normal_form(row["text"])
        if normal not in equal and not any(shingle in ever for shingle in _shingles(normal)):
            unrelated += 1
            wrong += bool(row["matches"])
        elif any(reason in ("known.pre-llm", "known.ai") for reason in row["reasons"]):
            kind = {"pre-llm": "pre-llm", "likely-ai": "ai"}[row["label"]]
            shares = [_share(normal, texts[m["id"]]) for m in row["matches"] if m["kind"] == kind]
            labelled[row["label"]].append(round(max(shares), 3))
    return {"pages": unrelated, "wrong": wrong, "labelled": labelled}


def _share(normal: str, known: str) -> float:
    """The share of a page's shingles of 13 words, all of them, that a known text has too."""
    if normal == known:
        return 1.0
    mine, theirs = _shingles(normal), set(_shingles(known))
    return sum(shingle in theirs for shingle in mine) / max(1, len(mine))


def _shingles(normal: str) -> list[str]:
    words = normal.split()
    return [" ".join(words[at : at + WORDS]) for at in range(max(0, len(words) - WORDS + 1))]
