"""The model card (Mitchell et al. 2019): what a model is, what it was made from, its limits."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from detector.binomial import upper_bound
from detector.fit.config import FitConfig, FitReport
from detector.fit.corpora import LabelledText
from detector.score.detectors.hashed_ngram import NAME

_INTENDED: Final = """\
## What it is

A linear model over hashed word n-grams of a text: n-grams of one and two tokens, and n-grams of up
to four tokens in which rare words are masked to their shape, so that a text's topic weighs less.
Two logistic regressions, each over {buckets:,} hash buckets, their logits averaged; a document's
score is the mean over its windows of at most 288 tokens, which cover the text. Case, accents,
look-alike letters, kinds of quotation marks and dashes, markup characters, invisible characters
and white space change no score.

A higher score is more like the machine texts it was trained on. The score is not a probability;
the calibration below makes p-values and probabilities of it.

## What it is for

Estimating how much machine text a crawl holds, and choosing pages to keep out of training data.
It is not evidence against a person: never use it to accuse anyone of anything.
"""

_LIMITS: Final = """\
## Limits

* **{language} only.** Texts in other languages are not assessed.
* **At least 40 words.** Short texts carry little: see the bands above.
* **Second-language writers.** Detectors have accused people who write in a second language before
  all others (Liang et al. 2023: seven of them flagged 61 % of essays by learners of English). What
  this one does on two small sets of such essays stands in `benchmarks/results/quality-dev.md`; that
  is too few texts to promise anything.
* **Kinds of text it has not seen.** The false-positive rate holds for human texts like those of the
  sources above. On other kinds, above all polished and formal ones (application essays, medical
  summaries, advertising copy), it can be several times as high: the same file gives it by kind.
* **Other models.** Machine texts by models, prompts and styles unlike those listed above are found
  less, and so are paraphrased texts and texts written to evade detectors.
* **Mixed texts.** Human texts that a model polished were not trained on, and may fall either way.
* **Probabilities assume** as many machine texts as human ones; where there are fewer, a score means
  less.
* **Licences.** The texts are not part of the model file and cannot be read back from it, but many
  of the sources state no licence.
"""


def model_card(texts: Sequence[LabelledText], config: FitConfig, report: FitReport) -> str:
    """Give the card of a model as Markdown; the same fit gives the same card."""
    parts = [
        f"# Model card: {NAME}\n",
        f"Model file digest (SHA-256): `{report.digest}`\n",
        _INTENDED.format(buckets=1 << config.bucket_bits),
        _training(texts, config, report),
        _calibration(report),
        _by_slice(report),
        _LIMITS.format(language={"en": "English"}.get(config.language, config.language)),
    ]
    return "\n".join(parts)


def _training(texts: Sequence[LabelledText], config: FitConfig, report: FitReport) -> str:
    humans = sum(not text.machine for text in texts)
    drawn = f"""\
{len(texts):,} texts ({humans:,} by people, {len(texts) - humans:,} by machines), of which
{report.windows:,} random windows of {config.shortest_window} to {config.longest_window} words were
drawn: of a text at most {config.human_windows} (by people, and of mirrored pages) or
{config.machine_windows} (by machines), of a source and label at most {config.texts_per_source:,}
texts. A source and label weighs as the square root of its windows, and both labels weigh alike;
the source `frontier_mirrors` weighs {config.mirror_weight:g} times its share. What an assistant
says around a text that it was asked for ("Here is ...") was cut off, and so were the first 32
words of both sides of sets whose machine texts continue a human beginning. Left out were texts by
language models that were never tuned to chat and by the first that were (GPT-2 to LLaMA 1), and
two sets whose labels reading showed to be wrong in part (the news of `raidar`, on both sides) or
not provable (`human_dnagpt_eli5`)."""
    settings = f"""\
Random seed {config.seed}; vocabulary {config.vocabulary:,} words; C = {config.strength:g};
{config.iterations} iterations of L-BFGS. The same texts, settings and versions of numpy, scipy and
scikit-learn (named in the model file) give the same file, byte for byte."""
    return "\n".join(
        [
            "## What it was trained on\n",
            _filled(drawn),
            _filled(settings),
            _sources(texts) + "\n",
            "The generators, with their texts:\n",
            _filled(_generators(texts)),
        ]
    )


def _filled(paragraph: str) -> str:
    return textwrap.fill(" ".join(paragraph.split()), 100, break_on_hyphens=False) + "\n"


def _sources(texts: Sequence[LabelledText]) -> str:
    counts = Counter((text.source, text.machine) for text in texts)
    licenses: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        licenses[text.source].add(text.license or "unknown")
    rows = [
        f"| {source} | {counts[source, False]:,} | {counts[source, True]:,} |"
        f" {'; '.join(sorted(licenses[source])).replace('|', '/')} |"
        for source in sorted(licenses)
    ]
    return "\n".join(["| source | people | machines | licence |", "|---|--:|--:|---|", *rows])


def _generators(texts: Sequence[LabelledText], most: int = 40) -> str:
    counts = Counter(text.generator or "unknown" for text in texts if text.machine)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{name} {count:,}" for name, count in ranked[:most])
    rest = len(ranked) - most
    return f"{named}{f', and {rest} more' if rest > 0 else ''}."


def _calibration(report: FitReport) -> str:
    rows = [
        f"| {words_of_band(band.min_words, band.max_words)} | {band.humans:,} | {band.sources} |"
        f" {band.cut:.2f} | {band.machines:,} | {band.found:.1%} |"
        for band in report.bands
    ]
    table = "\n".join(
        [
            "| words | human texts | sources | score at 1 % | machine texts | found at 1 % |",
            "|---|--:|--:|--:|--:|--:|",
            *rows,
        ]
    )
    return f"""\
## How it was calibrated

By cross-fitting: the texts were dealt into folds that split no source of human text alone, no page
from its mirror, and no two answers to one prompt; each text was scored by a model trained on the
other folds. So every human-only source was scored by a model that had not seen it. The model file
holds these scores, and a model trained on all folds. p-values are split-conformal, by bands of
length; probabilities are Platt's at equal base rates.

{table}

"Found" is the share of the machine texts, cut to the same lengths, that score above the 99th
percentile of the human texts. These are numbers on sources of the training data; numbers on data
that had no part in it are in `benchmarks/results/quality-dev.md`.
"""


def _by_slice(report: FitReport) -> str:
    """False positives per human population, and what is found by the age of the model."""
    rows = {
        what: [
            f"| {one.name} | {one.stretches:,} | {one.above / one.stretches:.1%} |"
            f" {upper_bound(one.above, one.stretches):.1%} |"
            for one in sorted(report.slices, key=lambda s: (-s.above / s.stretches, s.name))
            if one.what == what
        ]
        for what in ("human", "source", "machine")
    }
    head = "| {} | stretches | above the 1 % cut | {} |\n|---|--:|--:|--:|\n"
    bound = "at most (95 %)"
    machine = [row.rsplit("|", 2)[0] + "|" for row in rows["machine"]]
    return f"""\
## By kind of text

Of the cross-fitted scores above, all lengths together. A stretch of each length is cut from a text,
so one text gives several. The bounds are Clopper and Pearson's, one-sided, as if stretches were
independent.

{head.format("human text", bound)}{chr(10).join(rows["human"])}

{head.format("source of human text", bound)}{chr(10).join(rows["source"])}

| machine text, by the years of the model | stretches | found at 1 % |
|---|--:|--:|
{chr(10).join(machine)}
"""


def words_of_band(low: int, high: int | None) -> str:
    """Name a range of lengths as a table does: "40 to 79", "1280 and more"."""
    return f"{low} and more" if high is None else f"{low} to {high - 1}"
