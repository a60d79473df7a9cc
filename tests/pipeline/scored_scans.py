"""Finished scans of pages whose scores are drawn from the shipped rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from detector.fingerprint import exact_hash
from detector.label import contract, make_policy, read_calibration
from detector.label.calibration import find_band, p_value
from detector.label.rates import BandRates, shipped_rates
from detector.records import (
    Books,
    Document,
    Evidence,
    Fingerprint,
    Label,
    LabelledDocument,
    Locator,
    Origin,
    Position,
    Score,
    Verdict,
)
from detector.score.panel import default_panel
from detector.write import InputEntry, OutputFolder, PartRows, RunSettings, document_row

PART = 500
FPR = 0.01
LENGTHS = (60, 120, 240, 480, 960, 2000)  # words
RATES = shipped_rates()
CALIBRATION = read_calibration(default_panel().calibration)


@dataclass(frozen=True)
class Scored:
    """A page; score: None for one that was not assessed; text: copies share it."""

    score: float | None
    words: int = 400
    host: str | None = "www.a.com"
    year: int | None = 2024
    text: str = ""
    reasons: tuple[str, ...] = ()
    label: Label | None = None


def drawn(count: int, machine: bool, seed: int, **changes: Any) -> list[Scored]:
    """Pages that score as the machine or the human texts of all sources together do."""
    rng = np.random.default_rng(seed)
    pages = []
    for _ in range(count):
        words = int(
            rng.choice([60, 120, 240, 480, 960, 2000], p=[0.03, 0.09, 0.2, 0.28, 0.24, 0.16])
        )
        [band] = [b for b in RATES.bands if b.min_words <= words < (b.max_words or 1 << 30)]
        counts = (band.machine if machine else band.human).sum(0)
        place = int(rng.choice(len(counts), p=counts / counts.sum()))
        pages.append(replace(Scored(_middle(band, place), words), **changes))
    return pages


def _middle(band: BandRates, place: int) -> float:
    ends = (band.edges[0] - 1, *band.edges, band.edges[-1] + 1)
    return (ends[place] + ends[place + 1]) / 2


def write_scored(path: Path, pages: Sequence[Scored], **changes: Any) -> Path:
    """A scan of these pages, with the shipped model's digest and cuts."""
    policy = make_policy(CALIBRATION, FPR)
    known: dict[str, Any] = {
        "inputs": (InputEntry("a.warc.gz", 1000),),
        "settings": {"with_text": False, "budget": None},
        "digests": {RATES.detector: RATES.model},
        "versions": {},
        "contract": contract(policy),
    }
    settings = RunSettings(**(known | changes))
    with OutputFolder.open(path, settings) as folder:
        for start in range(0, max(1, len(pages)), PART):
            own = enumerate(pages[start : start + PART], start)
            rows = tuple(
                document_row(_labelled(page, number), with_text=settings.with_text)
                for number, page in own
            )
            end = start + len(rows)
            resume = Position(end * 100, None, end)
            folder.commit_part(0, start // PART, PartRows(rows, (), ()), resume)
        folder.finish_input(0, Books(len(pages), len(pages), 0, 0))
        folder.finish()
    return path


def _labelled(page: Scored, ordinal: int) -> LabelledDocument:
    band = find_band(CALIBRATION, "en", page.words)
    chance = None if page.score is None or band is None else p_value(band, page.score)
    label = Label.NOT_ASSESSED if chance is None else Label.NO_EVIDENCE
    if chance is not None and chance <= FPR:
        label = Label.LIKELY_AI
    captured = page.year and datetime(page.year, 6, 1, tzinfo=timezone.utc)
    url = page.host and f"http://{page.host}/{ordinal}"
    text = page.text or f"text {ordinal}"
    place = Locator("a.warc.gz", ordinal * 100, 90)
    origin = Origin(
        place, ordinal, "response", None, url, captured or None, None, "text/html", 200, False
    )
    scores = (Score(RATES.detector, float("nan") if page.score is None else page.score),)
    digest = exact_hash(text)
    return LabelledDocument(
        Document(origin, text, text, None, "utf-8", "en", 1.0, page.words, "A title", ()),
        Fingerprint("none", digest, b""),
        Evidence(scores, ()),
        Verdict(page.label or label, page.score, None, chance, page.reasons, "0" * 16),
    )
