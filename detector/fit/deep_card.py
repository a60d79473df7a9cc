"""The deep tier's model card: what it is, what it was kept from, what it finds there."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence

from detector.fit.card import words_of_band
from detector.fit.corpora import LabelledText
from detector.fit.deep_config import DeepReport
from detector.score.weights import Model

_WHAT = """\
MiniLM-L6 (Wang et al. 2020; all-MiniLM-L6-v2, Apache-2.0), its lowest {layers} layers
fine-tuned with a linear head on the mean of the tokens, on {windows:,} windows of 40 to 110
words of the texts that the fast model's card lists, without the sources below. Both labels
weigh alike, a source as the square root of its texts, the mirrors four times their share; one
token in ten is hidden, so that no single word decides, and the embeddings of words stay as they
were. Weights are 8-bit integers, run by onnxruntime.
"""
_NOT = """\
It is asked about a text only behind the fast model with the digest `{fast}`, and shares its
limits: English, 40 words, machine texts like those it has seen. It is no evidence against a person.
"""


def deep_card(texts: Sequence[LabelledText], model: Model, report: DeepReport) -> str:
    """Give the card of a deep model as Markdown; the same fit gives the same card."""
    settings = model.provenance["settings"]
    windows = sum(one["windows"] for one in settings["rounds"])
    rows = [
        f"| {words_of_band(band.min_words, band.max_words)} | {band.humans:,} | {band.machines:,} |"
        f" {band.by_fast:.1%} | {band.by_deep:.1%} | {band.by_both:.1%} |"
        for band in report.bands
    ]
    return "\n".join(
        [
            f"# Model card: {model.name}\n",
            f"Model file digest (SHA-256): `{report.digest}`\n",
            _filled(_WHAT.format(layers=settings["layers"], windows=windows)),
            _filled(_NOT.format(fast=model.calibration["fast"])),
            "## Held out of its training\n",
            _sources(texts, settings["held_out"]) + "\n",
            "## What it finds there\n",
            _filled(
                "Of the machine stretches, the share above the 99th percentile of the human"
                " stretches, by the fast detector (one that has not seen these sources either), by"
                " this one, and by both together (three numbers for each range of lengths were"
                " fitted on these stretches). A text gives a stretch to each range."
            ),
            "| words | human texts | machine texts | fast alone | deep alone | both |",
            "|---|--:|--:|--:|--:|--:|",
            *rows,
            "",
        ]
    )


def _sources(texts: Sequence[LabelledText], held_out: Sequence[str]) -> str:
    counts = Counter((text.source, text.machine) for text in texts if text.source in held_out)
    rows = [f"| `{name}` | {counts[name, False]:,} | {counts[name, True]:,} |" for name in held_out]
    head = ["| source | people | machines |", "|---|--:|--:|"]
    return "\n".join([*head, *rows, "", "And the mirrors of their pages."])


def _filled(paragraph: str) -> str:
    return textwrap.fill(" ".join(paragraph.split()), 100, break_on_hyphens=False) + "\n"
