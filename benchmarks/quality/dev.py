"""AUROC, TPR at 1 % FPR and the shares of labels, source by source, on the development texts.

    python -m benchmarks.quality --data ../shared/data/dev

These texts report and never tune: nothing in the package was chosen by looking at them. Each text
goes through the panel and the policy as a document of a scan does; it has no source of a page.
"""

from __future__ import annotations

import argparse
import json
import platform
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detector.label import decide, make_policy
from detector.records import Document, Label, Locator, Origin
from detector.score import default_panel, load_panel

ROOT = Path(__file__).parents[2]
FPR = 0.01
BATCH = 500
Scores = NDArray[np.float64]


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


def document(text: str, language: str) -> Document:
    origin = Origin(
        Locator("dev", 0, 0), 0, "resource", None, None, None, None, "text/plain", None, False
    )
    words = len(text.split())
    return Document(origin, text, "", None, "utf-8", language, 1.0, words, "", ())


def auroc(humans: Scores, machines: Scores) -> float:
    """The chance that a machine text scores above a human one, ties counting half."""
    ordered = np.sort(humans)
    below = np.searchsorted(ordered, machines, "left")
    upto = np.searchsorted(ordered, machines, "right")
    return float((below + upto).mean() / 2 / len(ordered))


def tpr_at_own(humans: Scores, machines: Scores, fpr: float = FPR) -> float:
    """The share of machine texts above a threshold that at most `fpr` of the humans exceed."""
    allowed = int(fpr * len(humans))
    threshold = np.sort(humans)[len(humans) - 1 - allowed]
    return float((machines > threshold).mean())


def judge(
    panel: Any, policy: Any, texts: Sequence[str], language: str
) -> Iterator[tuple[float, str]]:
    for start in range(0, len(texts), BATCH):
        documents = [document(text, language) for text in texts[start : start + BATCH]]
        for doc, evidence in zip(documents, panel.assess(documents), strict=True):
            yield evidence.scores[0].value, decide(policy, doc, evidence).label.value


def shares(labels: Sequence[str]) -> dict[str, float]:
    counts = Counter(labels)
    return {label.value: counts[label.value] / len(labels) for label in Label} if labels else {}


@dataclass(frozen=True)
class Judged:
    """The texts of one label of one source: scores (NaN: none), labels, and kinds of text."""

    scores: Scores
    labels: list[str]
    domains: list[str]

    @property
    def scored(self) -> Scores:
        return self.scores[~np.isnan(self.scores)]


Source = tuple[Result, Judged, Judged]


def measure(name: str, frame: pl.DataFrame, panel: Any, policy: Any) -> Source:
    language = frame["language"].mode().sort()[0]
    sides = []
    for label in ("human", "ai"):
        side = frame.filter(pl.col("label") == label)
        judged = list(judge(panel, policy, side["text"].to_list(), language))
        scores = np.array([score for score, _ in judged], np.float64)
        domains = [domain or "unknown" for domain in side["domain"].to_list()]
        sides.append(Judged(scores, [given for _, given in judged], domains))
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


def percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


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


HEADER = """\
| source | language | humans | machines | AUROC | TPR at own 1 % | humans: likely-ai | uncertain \
| not assessed | machines: likely-ai | uncertain | not assessed |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "unknown")


def surroundings(*packages: str) -> dict[str, str]:
    """The machine and the versions that a result was made with."""
    versions = [f"{name} {metadata.version(name)}" for name in packages]
    return {
        "machine": f"{processor()}, {platform.system()} {platform.machine()}",
        "versions": ", ".join([f"Python {platform.python_version()}", *versions]),
    }


def table(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> str:
    def cell(name: str, value: Any) -> str:
        if isinstance(value, float):
            return f"{value:.3f}" if name.startswith("auroc") else percent(value)
        if isinstance(value, int):
            return f"{value:,}"
        return "" if value is None else str(value)

    head = [name.replace("_", " ") for name in names]
    lines = [head, ["---"] * len(names), *([cell(n, r[n]) for n in names] for r in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def report(content: dict[str, Any], results: Sequence[Result]) -> str:
    about = content["about"]
    facts = "\n".join(f"* {name}: {value}" for name, value in about.items())
    labels = [Label.LIKELY_AI.value, Label.UNCERTAIN.value, Label.NOT_ASSESSED.value]
    return f"""\
# Quality on the development texts

Report only: nothing was chosen by these texts. "TPR at own 1 %" takes its threshold from the human
texts of the same source (with fewer than 100 of them, from the highest). The other columns are the
labels of the shipped policy at a stated false-positive rate of {about["fpr"]:.0%}. Mixed texts
(human, then edited by a machine) are left out. Texts are taken as they are: in `fast_detect_gpt`
and `glimpse` the machine texts begin with some thirty words of the human text they continue.

{facts}

{HEADER}
{chr(10).join(map(row, results))}

Human texts by kind, where a source has 30 of a kind (the essays of `chatgpt_detector_bias` and
`shijaku_essays` are by people who learn English):

{table(content["by_domain"], ["source", "domain", "humans", *labels])}

The machine texts of each source against the human texts of all sources:

{table(content["against_all"], ["source", "humans", "machines", "auroc", "tpr_at_1"])}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "dev")
    parser.add_argument("--model", type=Path, help="a model file instead of the shipped one")
    parser.add_argument("--fpr", type=float, default=FPR)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args()
    panel = load_panel(options.model) if options.model else default_panel()
    policy = make_policy(panel.calibration, options.fpr)
    files = sorted(options.data.glob("*.parquet"))
    if not files:
        sys.exit(f"no *.parquet file in {str(options.data)!r}: name a folder of labelled texts")
    print(HEADER)
    started = time.process_time()
    sources = []
    for file in files:
        frame = pl.read_parquet(file, columns=["text", "label", "language", "domain"])
        sources.append(measure(file.stem, frame, panel, policy))
        print(row(sources[-1][0]), flush=True)
    results = [result for result, _, _ in sources]
    about = {
        "command": "python -m benchmarks.quality " + shlex.join(sys.argv[1:]),
        "model": ", ".join(f"{name} {digest}" for name, digest in panel.digests.items()),
        "policy": policy.digest,
        "fpr": policy.fpr,
        **surroundings("numpy", "numba", "polars"),
        "CPU seconds": round(time.process_time() - started, 1),
    }
    options.out.mkdir(parents=True, exist_ok=True)
    content = {
        "about": about,
        "results": [asdict(result) for result in results],
        "by_domain": by_domain(sources),
        "against_all": against_all(sources),
    }
    (options.out / "quality-dev.json").write_text(json.dumps(content, indent=1) + "\n")
    (options.out / "quality-dev.md").write_text(report(content, results))
    print(f"written: {options.out}/quality-dev.json and .md")


if __name__ == "__main__":
    main()
