"""AUROC, TPR at 1 % FPR and the shares of labels, source by source, on the development texts.

    python -m benchmarks.quality --data ../shared/data/dev

These texts report and never tune: nothing in the package was chosen by looking at them. Each text
goes through the panel and the policy as a document of a scan does; it has no source of a page.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from benchmarks.quality.judge import Judge, Judged, document, shares
from benchmarks.quality.measures import Scores, auroc, tpr_at_own
from benchmarks.quality.results import about, asked, facts, write
from benchmarks.quality.tables import percent, table
from detector.records import Label


@dataclass(frozen=True)
class Result:
    """One source: texts of each label; None where a side is missing.

    auroc, tpr_at_own_1: over texts with a score; the threshold is the 99th percentile of the
    source's own human texts. human, machine: shares of the policy's labels.
    """

    source: str
    language: str
    humans: int
    machines: int
    auroc: float | None
    tpr_at_own_1: float | None
    human: dict[str, float]
    machine: dict[str, float]


@dataclass(frozen=True)
class Side:
    """The texts of one label of one source, their kinds and the models that wrote them."""

    judged: Judged
    domains: list[str]
    generators: list[str]

    @property
    def scored(self) -> Scores:
        return self.judged.scored

    @property
    def labels(self) -> list[str]:
        return self.judged.labels


Source = tuple[Result, Side, Side]


def measure(name: str, frame: pl.DataFrame, judge: Judge) -> Source:
    language = frame["language"].mode().sort()[0]
    sides = []
    for label in ("human", "ai"):
        side = frame.filter(pl.col("label") == label)
        judged = judge.judge([document(text, language) for text in side["text"]])
        domains = [domain or "unknown" for domain in side["domain"]]
        generators = [generator or "unknown" for generator in side["generator"]]
        sides.append(Side(judged, domains, generators))
    human, machine = sides
    both = len(human.scored) > 0 and len(machine.scored) > 0
    result = Result(
        source=name,
        language=language,
        humans=len(human.labels),
        machines=len(machine.labels),
        auroc=auroc(human.scored, machine.scored) if both else None,
        tpr_at_own_1=tpr_at_own(human.scored, machine.scored) if both else None,
        human=shares(human.labels),
        machine=shares(machine.labels),
    )
    return result, human, machine


def against_all(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Each source's machine texts against the human texts of all sources."""
    humans = np.concatenate([human.scored for _, human, _ in sources])
    return [
        {
            "source": result.source,
            "humans": len(humans),
            "machines": len(machine.scored),
            "auroc": auroc(humans, machine.scored),
            "tpr_at_1": tpr_at_own(humans, machine.scored),
        }
        for result, _, machine in sources
        if len(machine.scored)
    ]


def false_positives(results: Sequence[Result]) -> dict[str, Any]:
    """Human texts in English called `likely-ai`: of all sources, and the worst of 150 or more."""
    covered = [r for r in results if r.language == "en" and r.humans]
    texts = sum(r.humans for r in covered)
    likely = Label.LIKELY_AI.value
    worst = max((r for r in covered if r.humans >= 150), key=lambda r: r.human[likely])
    return {
        "texts": texts,
        "pooled": sum(r.humans * r.human[likely] for r in covered) / texts,
        "worst": worst.source,
        "worst share": worst.human[likely],
    }


def by_generator(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Each generator of 50 texts against the human texts of the same source."""
    rows = []
    for result, human, machine in sources:
        for generator, count in sorted(Counter(machine.generators).items()):
            chosen = [at for at, name in enumerate(machine.generators) if name == generator]
            judged = machine.judged.at(chosen)
            if count < 50 or not len(judged.scored) or not len(human.scored):
                continue
            row = {"source": result.source, "generator": generator, "machines": count}
            rows.append(row | {"auroc": auroc(human.scored, judged.scored)} | shares(judged.labels))
    return rows


def by_domain(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Labels of human texts by kind of text, where a covered source has 30 of a kind."""
    rows = []
    for result, human, _ in sources:
        for domain, count in sorted(Counter(human.domains).items()):
            labels = [x for x, d in zip(human.labels, human.domains, strict=True) if d == domain]
            if count >= 30 and len(human.scored):
                about = {"source": result.source, "domain": domain, "humans": count}
                rows.append(about | shares(labels))
    return rows


def row(result: Result) -> str:
    likely, uncertain, silent = (
        Label.LIKELY_AI.value, Label.UNCERTAIN.value, Label.NOT_ASSESSED.value,
    )  # fmt: skip
    cells = [
        result.source,
        result.language,
        f"{result.humans:,}",
        f"{result.machines:,}",
        "" if result.auroc is None else f"{result.auroc:.3f}",
        percent(result.tpr_at_own_1),
        *(percent(result.human.get(label)) for label in (likely, uncertain, silent)),
        *(percent(result.machine.get(label)) for label in (likely, uncertain, silent)),
    ]
    return "| " + " | ".join(cells) + " |"


COLUMNS = ["text", "label", "language", "domain", "generator"]
HEADER = """\
| source | language | humans | machines | AUROC | TPR at own 1 % | humans: likely-ai | uncertain \
| not assessed | machines: likely-ai | uncertain | not assessed |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""


def report(content: dict[str, Any], results: Sequence[Result]) -> str:
    facts_of, wrong = content["about"], content["false_positives"]
    labels = [Label.LIKELY_AI.value, Label.UNCERTAIN.value, Label.NOT_ASSESSED.value]
    return f"""\
# Quality on the development texts

Report only: nothing was chosen by these texts. "TPR at own 1 %" takes its threshold from the human
texts of the same source (with fewer than 100 of them, from the highest). The other columns are the
labels of the shipped policy at a stated false-positive rate of {facts_of["fpr"]:.0%}. Mixed texts
(human, then edited by a machine) are left out. Texts are taken as they are: in `fast_detect_gpt`
and `glimpse` the machine texts begin with some thirty words of the human text they continue.

{facts(facts_of)}

{HEADER}
{chr(10).join(map(row, results))}

Human texts in English called likely-ai: {percent(wrong["pooled"])} of {wrong["texts"]:,}; of the
sources with 150 or more, the worst is `{wrong["worst"]}` with {percent(wrong["worst share"])}.

Human texts by kind, where a source has 30 of a kind (the essays of `chatgpt_detector_bias` and
`shijaku_essays` are by people who learn English):

{table(content["by_domain"], ["source", "domain", "humans", *labels])}

The machine texts of each generator, where a source has 50, against the source's human texts:

{table(content["by_generator"], ["source", "generator", "machines", "auroc", *labels])}

The machine texts of each source against the human texts of all sources:

{table(content["against_all"], ["source", "humans", "machines", "auroc", "tpr_at_1"])}
"""


def main() -> None:
    asked_for = asked("benchmarks.quality", __doc__.splitlines()[0])
    print(HEADER)
    started = time.process_time()
    sources = []
    for file in asked_for.files():
        frame = pl.read_parquet(file, columns=COLUMNS)
        sources.append(measure(file.stem, frame, asked_for.judge))
        print(row(sources[-1][0]), flush=True)
    results = [result for result, _, _ in sources]
    content = {
        "about": about(asked_for, started),
        "results": [asdict(result) for result in results],
        "false_positives": false_positives(results),
        "by_domain": by_domain(sources),
        "by_generator": by_generator(sources),
        "against_all": against_all(sources),
    }
    write(asked_for, "quality-dev", content, report(content, results))


if __name__ == "__main__":
    main()
