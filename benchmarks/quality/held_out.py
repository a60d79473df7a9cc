"""What models find in stretches of text whose source, or whose generator, they have not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.folds import family, may_learn
from benchmarks.quality.measures import auroc
from detector.errors import UsageError
from detector.fit import FitConfig
from detector.fit.calibrate import BANDS, cut_stretches
from detector.fit.corpora import MIRRORS, LabelledText
from detector.fit.train import Windows, choose_texts, train
from detector.score.detectors.hashed_ngram import HashedNgram

FPR: Final = 0.01
LONG: Final = 160  # words, from which a text is long
FEWEST_FOR_AUROC: Final = 30  # human stretches of a band
FEWEST_FOR_FPR: Final = 150  # human stretches of a source
FEWEST_FOR_TPR: Final = 30  # machine stretches of a source
TOLERATED: Final = 0.02
# Sources whose machine texts are by the models of 2024 to 2026.
MODERN: Final = frozenset({
    MIRRORS, "claude_skills_guide", "eqbench_longform", "eqbench_creative", "slop_forensics",
    "cogfingerprint", "adadetectgpt", "arena_hard", "deep_research_bench",
})  # fmt: skip

Names = NDArray[np.str_]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Scored:
    """Stretches with the score of a model that may not know them, in arrays of one length.

    low: fewest words of the stretch's band.
    """

    low: NDArray[np.int64]
    source: Names
    family: Names
    machine: Flags
    score: NDArray[np.float64]


def score_unseen(
    texts: Sequence[LabelledText],
    drawn: Windows,
    common: NDArray[np.uint32],
    folds: Sequence[int],
    humans_only: bool,
    config: FitConfig,
) -> Scored:
    """Train a model for each fold on the others; it scores stretches of the fold's texts.

    As the calibration of a fit does, but with groups kept apart too (may_learn). The drawn windows
    and the list of common words are those of all texts.
    """
    chosen = choose_texts(texts, config.calibration_texts, config.seed + 1)
    owners: list[int] = []
    lows: list[int] = []
    scores: list[float] = []
    for fold in sorted(set(folds)):
        keep = may_learn(texts, folds, fold, humans_only)[drawn.text]
        if len(set(drawn.machine[keep].tolist())) < 2:
            raise UsageError(
                f"beside fold {fold} of {len(set(folds))}, texts of one label alone are left to"
                " learn from: add sources or generators, or take more folds"
            )
        detector = HashedNgram(train(drawn, keep, common, config))
        members = [at for at in chosen if folds[at] == fold]
        for number, (low, high) in enumerate(BANDS):
            own, stretches = cut_stretches(texts, members, low, high, config.seed + number)
            owners.extend(own)
            lows.extend([low] * len(own))
            scores.extend(detector.score(stretches).tolist())
    known = ~np.isnan(scores)
    at = np.array(owners)[known]
    return Scored(
        low=np.array(lows)[known],
        source=np.array([text.source for text in texts])[at],
        family=np.array([family(text.generator) if text.machine else "" for text in texts])[at],
        machine=np.array([text.machine for text in texts])[at],
        score=np.array(scores)[known],
    )


def share(found: Flags, among: Flags) -> float | None:
    return float(found[among].mean()) if among.any() else None


def above_cut(scored: Scored, judged: Flags, humans: Flags) -> Flags:
    """Say of the judged stretches whether they pass the 1 % cut of `humans` in their band.

    In a band without humans to compare with, none does.
    """
    found = np.zeros(len(scored.score), np.bool_)
    for low, _ in BANDS:
        band = scored.low == low
        if (band & judged).any() and (band & humans).any():
            cut = np.quantile(scored.score[band & humans], 1 - FPR, method="higher")
            found |= band & judged & (scored.score > cut)
    return found


def banded_auroc(scored: Scored, machines: Flags, humans: Flags) -> float | None:
    """AUROC within each band, averaged over machine stretches; bands of few humans are left out."""
    parts = []
    for low, _ in BANDS:
        band = scored.low == low
        ours, theirs = scored.score[band & machines], scored.score[band & humans]
        if len(ours) and len(theirs) >= FEWEST_FOR_AUROC:
            parts.append((len(ours), auroc(theirs, ours)))
    whole = sum(count for count, _ in parts)
    return sum(count * value for count, value in parts) / whole if whole else None


def _found(scored: Scored, machines: Flags, found: Flags) -> dict[str, Any]:
    long, humans = scored.low >= LONG, ~scored.machine
    return {
        "machines_40_159": int((machines & ~long).sum()),
        "tpr_40_159": share(found, machines & ~long),
        "machines_160": int((machines & long).sum()),
        "tpr_160": share(found, machines & long),
        "auroc_all_humans": banded_auroc(scored, machines, humans),
    }


def judge_sources(scored: Scored) -> Iterator[dict[str, Any]]:
    """Each source at the 1 % cuts of the human stretches of all other sources."""
    for name in sorted(set(scored.source.tolist())):
        own = scored.source == name
        humans, machines = own & ~scored.machine, own & scored.machine
        found = above_cut(scored, own, ~scored.machine & ~own)
        yield {
            "source": name,
            "humans": int(humans.sum()),
            "fpr": share(found, humans),
            **_found(scored, machines, found),
            "auroc_own_humans": banded_auroc(scored, machines, humans),
        }


def judge_families(scored: Scored) -> Iterator[dict[str, Any]]:
    """Each family of generators at the 1 % cuts of all human stretches."""
    for name in sorted(set(scored.family[scored.machine].tolist())):
        machines = scored.machine & (scored.family == name)
        found = above_cut(scored, machines, ~scored.machine)
        yield {"family": name, **_found(scored, machines, found)}


def summary(sources: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The lines by which two recipes are compared."""
    people = [row for row in sources if row["humans"]]
    counted = [row for row in people if row["humans"] >= FEWEST_FOR_FPR]
    worst = max(counted, key=lambda row: row["fpr"], default={"fpr": None, "source": None})
    stretches = sum(row["humans"] for row in people)
    return {
        "human_stretches": stretches,
        "fpr_pooled": sum(row["fpr"] * row["humans"] for row in people) / max(1, stretches),
        "human_sources": len(counted),
        "fpr_mean": _mean([row["fpr"] for row in counted]),
        "fpr_worst": worst["fpr"],
        "worst_source": worst["source"],
        "sources_over_2_percent": sum(row["fpr"] > TOLERATED for row in counted),
        **_means(sources, ""),
        **_means([row for row in sources if row["source"] in MODERN], "_modern"),
    }


def _means(rows: Sequence[dict[str, Any]], suffix: str) -> dict[str, Any]:
    means: dict[str, Any] = {}
    for words in ("160", "40_159"):
        values = [r[f"tpr_{words}"] for r in rows if r[f"machines_{words}"] >= FEWEST_FOR_TPR]
        means[f"tpr_{words}{suffix}"] = _mean(values)
        means[f"sources_{words}{suffix}"] = len(values)
    return means


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
