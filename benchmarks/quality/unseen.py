"""False positives and findings on sources, and on generators, that the model has not seen.

    python -m benchmarks.quality.unseen --data ../shared/data/train

Judges the recipe of `detector fit` as it stands in the code, not a model file: a change to the
recipe is better or worse by these numbers, before and after. Writes no model and tunes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.quality.folds import by_family, by_source, family
from benchmarks.quality.held_out import judge_families, judge_sources, score_unseen, summary
from benchmarks.quality.results import ROOT, surroundings
from benchmarks.quality.tables import percent, table
from detector.errors import DetectorError
from detector.fit import FitConfig
from detector.fit.corpora import LabelledText, read_corpora
from detector.fit.train import common_words, draw_windows

FOLDS = 5
FOUND = ("machines_40_159", "tpr_40_159", "machines_160", "tpr_160", "auroc_all_humans")
BY_SOURCE = ("source", "fold", "humans", "fpr", *FOUND, "auroc_own_humans")
BY_FAMILY = ("family", "fold", "texts", "generators", *FOUND)


def folds_of(names: Iterable[str], folds: Iterable[int]) -> dict[str, Any]:
    """The fold of each name; "" for one that is in several, as mirrors are."""
    found: dict[str, Any] = {}
    for name, fold in zip(names, folds, strict=True):
        found[name] = fold if found.get(name, fold) == fold else ""
    return found


def lines(totals: dict[str, Any]) -> list[str]:
    """The summary in sentences."""

    def found(suffix: str) -> str:
        return (
            f"{percent(totals[f'tpr_160{suffix}'])} of 160 words and more"
            f" ({totals[f'sources_160{suffix}']} sources),"
            f" {percent(totals[f'tpr_40_159{suffix}'])} of 40 to 159 words"
            f" ({totals[f'sources_40_159{suffix}']})"
        )

    return [
        f"human stretches flagged: {percent(totals['fpr_pooled'])} of"
        f" {totals['human_stretches']:,}; mean of the {totals['human_sources']} sources with 150 or"
        " more"
        f" {percent(totals['fpr_mean'])}, worst {percent(totals['fpr_worst'])}"
        f" ({totals['worst_source']}), {totals['sources_over_2_percent']} over 2 %",
        f"machine stretches found, mean over sources: {found('')}",
        f"the same over sources of 2024 to 2026: {found('_modern')}",
    ]


def report(content: dict[str, Any]) -> str:
    facts = "\n".join(f"* {name}: {value}" for name, value in content["about"].items())
    totals = "\n".join(f"* {line}" for line in lines(content["summary"]))
    return f"""\
# Quality on unseen sources and unseen generators

Of the training recipe, not of a model file: each fold is scored by a model that was trained on the
other folds alone, on a stretch of each text for each band of length. Report only; a change to the
recipe is judged by running this before and after it.

{totals}

{facts}

## By source

No source is in two folds, and a text that shares its beginning or its prompt with one that is
judged is not learned from. A stretch is flagged above the 99th percentile of the human stretches of
all other sources in its band of length. The mirrors (`frontier_mirrors`) go with the sources of
their pages: the page was not seen, other texts by the same generator were. AUROC is taken within
bands and averaged; "own humans" where a band has 30 of them. A text of many words counts once in
each band.

{table(content["sources"], BY_SOURCE)}

## By family of generators

No text of the family was seen, nor of another family in its fold; other answers to its prompts
were, and human texts that its texts were made from, which can only lower their scores. The cut is
the 99th percentile of all human stretches in the band, each scored by a model that has not seen its
source, nor a machine text of its group. Generators are told apart by name, a fine-tuned model by
what it descends from.

{table(content["families"], BY_FAMILY)}

{chr(10).join(f"* {name}: {counts}" for name, counts in content["generators"].items())}
"""


def generators(texts: Sequence[LabelledText]) -> dict[str, str]:
    """For each family, its generators with their numbers of texts."""
    counts = Counter(text.generator for text in texts if text.machine)
    listed: dict[str, list[str]] = {}
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        listed.setdefault(family(name), []).append(f"{name or 'unnamed'} {count:,}")
    return {name: ", ".join(listed[name]) for name in sorted(listed)}


def measure(texts: Sequence[LabelledText], config: FitConfig) -> dict[str, Any]:
    """Both runs; gives the rows of sources and of families, and the summary."""
    common = common_words(texts, config)
    drawn = draw_windows(texts, common, config)
    folds = by_source(texts, config.folds, config.seed)
    scored = score_unseen(texts, drawn, common, folds, False, config)
    where = folds_of([text.source for text in texts], folds)
    sources = [row | {"fold": where[row["source"]]} for row in judge_sources(scored)]
    print(table(sources, BY_SOURCE), flush=True)
    folds = by_family(texts, folds, config.folds)
    scored = score_unseen(texts, drawn, common, folds, True, config)
    about = about_families(texts, folds)
    families = [row | about[row["family"]] for row in judge_families(scored)]
    print(table(families, BY_FAMILY), flush=True)
    return {"summary": summary(sources), "sources": sources, "families": families}


def about_families(
    texts: Sequence[LabelledText], folds: Sequence[int]
) -> dict[str, dict[str, Any]]:
    """Fold, number of texts and number of generators of each family."""
    pairs = [(text, fold) for text, fold in zip(texts, folds, strict=True) if text.machine]
    sizes = Counter(family(text.generator) for text, _ in pairs)
    kinds = Counter(family(name) for name in {text.generator for text, _ in pairs})
    where = folds_of([family(text.generator) for text, _ in pairs], [fold for _, fold in pairs])
    return {
        name: {"fold": where[name], "texts": sizes[name], "generators": kinds[name]}
        for name in sizes
    }


def run(config: FitConfig) -> dict[str, Any]:
    """Read, measure and print; gives what the result files hold."""
    started = time.process_time()
    texts = read_corpora(config.data, config.language)
    named = generators(texts)
    print("\n".join(f"{name}: {counts}" for name, counts in named.items()), flush=True)
    measured = measure(texts, config)
    print("\n".join(lines(measured["summary"])))
    settings = {k: v for k, v in asdict(config).items() if k not in ("data", "model", "card")}
    about = {
        "command": "python -m benchmarks.quality.unseen " + shlex.join(sys.argv[1:]),
        "settings": ", ".join(f"{name} {value}" for name, value in settings.items()),
        **surroundings("numpy", "numba", "polars", "scikit-learn", "scipy"),
        "texts": f"{len(texts):,}",
        "CPU seconds": round(time.process_time() - started, 1),
    }
    return {"about": about, **measured, "generators": named}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "train")
    parser.add_argument("--folds", type=int, default=FOLDS, help="at least 2 (default %(default)s)")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args()
    if options.folds < 2:
        parser.error("--folds must be at least 2: a model learns from the other folds")
    config = FitConfig(options.data, Path(os.devnull), folds=options.folds)
    try:
        content = run(config)
    except DetectorError as error:
        sys.exit(str(error))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "unseen.json").write_text(json.dumps(content, indent=1) + "\n")
    (options.out / "unseen.md").write_text(report(content))
    print(f"written: {options.out}/unseen.json and .md")


if __name__ == "__main__":
    main()
