"""Attacks made on machine texts that are not attacked yet: what each costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.quality.attempts import Attempt
from benchmarks.quality.judge import Judge, Judged, document
from benchmarks.quality.texts import side, unattacked
from detector.extract.language import detect_language
from detector.records import Label

MOST_TEXTS = 400
FEWEST_WORDS = 80
SEED = 20


@dataclass(frozen=True)
class Victims:
    """Machine texts of one source, chosen by chance, and what is said of them as they are."""

    source: str
    ids: list[str]
    texts: list[str]
    plain: Judged


@dataclass(frozen=True)
class Struck:
    """The victims of one source after one attack.

    changed: texts that the attack changed. elsewhere: texts whose language a scan would not call
    English. attacked: what is said of them as English texts; as_scanned: the labels of texts of the
    languages that a scan calls theirs.
    """

    victims: Victims
    attempt: Attempt
    changed: int
    elsewhere: int
    attacked: Judged
    as_scanned: list[str]


def victims(source: str, frame: pl.DataFrame, judge: Judge) -> Victims | None:
    """Choose the victims of a source; None where it has no machine texts of the length."""
    texts = long_texts(unattacked(side(frame, "ai")))
    if not len(texts):
        return None
    chosen = texts.sort("doc_id").sample(min(MOST_TEXTS, len(texts)), seed=SEED)
    every = chosen["text"].to_list()
    plain = judge.judge([document(text, "en") for text in every])
    return Victims(source, chosen["doc_id"].to_list(), every, plain)


def long_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Keep the texts of at least `FEWEST_WORDS` words."""
    words = [len(text.split()) for text in frame["text"]]
    return frame.filter(pl.Series(words, dtype=pl.Int64) >= FEWEST_WORDS)


def strike(of: Victims, attempts: Sequence[Attempt], judge: Judge) -> Iterator[Struck]:
    """Try every attack on the victims."""
    for attempt in attempts:
        pairs = zip(of.texts, of.ids, strict=True)
        texts = [attempt.on_text(text, doc_id) for text, doc_id in pairs]
        languages = [detect_language(text)[0] for text in texts]
        attacked = judge.judge([document(text, "en") for text in texts])
        yield Struck(
            victims=of,
            attempt=attempt,
            changed=sum(a != b for a, b in zip(texts, of.texts, strict=True)),
            elsewhere=sum(code != "en" for code in languages),
            attacked=attacked,
            as_scanned=_as_scanned(texts, languages, attacked, judge),
        )


def _as_scanned(
    texts: Sequence[str], languages: Sequence[str], as_english: Judged, judge: Judge
) -> list[str]:
    labels = list(as_english.labels)
    elsewhere = [at for at, code in enumerate(languages) if code != "en"]
    judged = judge.judge([document(texts[at], languages[at]) for at in elsewhere])
    for at, label in zip(elsewhere, judged.labels, strict=True):
        labels[at] = label
    return labels


@dataclass(frozen=True)
class Row:
    """One attack on texts of one source, or of all: shares of the texts.

    changed: by the attack. clean_found: likely-ai before, found: after. points: the difference in
    hundredths. score_shift: the mean difference of the scores, where there are both; None where
    there are none. as_scanned: likely-ai where the language is the one that a scan names, which
    is another than English in `other_language`.
    """

    attack: str
    on: str
    texts: int
    changed: float
    clean_found: float
    found: float
    points: float
    uncertain: float
    not_assessed: float
    score_shift: float | None
    other_language: float
    as_scanned: float


def summary(struck: Sequence[Struck]) -> Row:
    """Put together what one attack did to the texts of some sources."""
    before = _joined([one.victims.plain for one in struck])
    after = _joined([one.attacked for one in struck])
    scanned = [label for one in struck for label in one.as_scanned]
    shift = after.scores - before.scores
    shift = shift[~np.isnan(shift)]
    return Row(
        attack=struck[0].attempt.name,
        on=struck[0].attempt.on,
        texts=len(after),
        changed=sum(one.changed for one in struck) / len(after),
        clean_found=before.share(),
        found=after.share(),
        points=100 * (after.share() - before.share()),
        uncertain=after.share(Label.UNCERTAIN),
        not_assessed=after.share(Label.NOT_ASSESSED),
        score_shift=float(shift.mean()) if len(shift) else None,
        other_language=sum(one.elsewhere for one in struck) / len(after),
        as_scanned=scanned.count(Label.LIKELY_AI.value) / len(scanned),
    )


def _joined(parts: Sequence[Judged]) -> Judged:
    labels = [label for part in parts for label in part.labels]
    return Judged(np.concatenate([part.scores for part in parts]), labels)
