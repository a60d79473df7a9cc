"""The attacks that the labelled texts come with: how often their texts are found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from benchmarks.quality.judge import Judge, Judged, document
from benchmarks.quality.texts import side, unattacked
from detector.records import Label


@dataclass(frozen=True)
class Row:
    """One attack in one source, on machine texts (`ai`) or on human ones.

    found: the share that is likely-ai; of human texts these are false positives. unattacked: texts
    of the same label and source, and of the same kinds where there are such, that are not attacked.
    points: found less unattacked found,
    in hundredths. score_shift: the mean score less that of the unattacked; None where a side has no
    scores.
    """

    source: str
    label: str
    attack: str
    texts: int
    found: float
    uncertain: float
    unattacked: int
    unattacked_found: float
    points: float
    score_shift: float | None


def found_attacks(source: str, frame: pl.DataFrame, judge: Judge) -> Iterator[Row]:
    """Compare each attack's texts with texts of the same source that are not attacked."""
    for label in ("ai", "human"):
        texts = side(frame, label)
        for attack in texts["attack"].drop_nulls().unique().sort():
            attacked = texts.filter(pl.col("attack") == attack)
            plain = _alike(unattacked(texts), attacked)
            if len(plain):
                yield _row((source, label, attack), _judged(attacked, judge), _judged(plain, judge))


def _alike(plain: pl.DataFrame, attacked: pl.DataFrame) -> pl.DataFrame:
    """Keep the texts of the kinds that are attacked; all, where there are none of these kinds."""
    same = plain.filter(pl.col("domain").is_in(attacked["domain"].unique().to_list()))
    return same if len(same) else plain


def _judged(frame: pl.DataFrame, judge: Judge) -> Judged:
    return judge.judge([document(text, "en") for text in frame["text"]])


def _row(of: tuple[str, str, str], attacked: Judged, plain: Judged) -> Row:
    source, label, attack = of
    scored = len(attacked.scored) > 0 and len(plain.scored) > 0
    return Row(
        source=source,
        label=label,
        attack=attack,
        texts=len(attacked),
        found=attacked.share(),
        uncertain=attacked.share(Label.UNCERTAIN),
        unattacked=len(plain),
        unattacked_found=plain.share(),
        points=100 * (attacked.share() - plain.share()),
        score_shift=float(attacked.scored.mean() - plain.scored.mean()) if scored else None,
    )
