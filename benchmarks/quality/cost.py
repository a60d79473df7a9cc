"""Quality against cost: the fast tier alone, the cascade at several budgets, the deep tier on all.

    python -m benchmarks.quality.cost --data ../shared/data/dev

On a sample of at most 250 texts of each English source and label. The deep tier scores each text
once, and every budget is judged from these scores: the labels are those of a scan at that budget.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.quality.judge import Judge, Judged, document
from benchmarks.quality.measures import auroc
from benchmarks.quality.results import about, asked, facts, write
from benchmarks.quality.tables import table
from benchmarks.quality.texts import english
from detector.pipeline.settings import DEEP_MILLISECONDS
from detector.records import Document
from detector.score.protocol import Detector

SAMPLE = 250  # texts of a source and label
MILLISECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
COLUMNS = (
    "budget", "asked about", "ms a text", "AUROC", "found", "false positives", "worst source",
)  # fmt: skip


class Remembering:
    """The deep detector, asked about each text once; counts the texts and its CPU time."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.name = detector.name
        self.languages = detector.languages
        self.min_words = detector.min_words
        self._known: dict[str, float] = {}
        self.seconds = 0.0
        self.asked = 0

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        for text in texts:
            if text not in self._known:
                started = time.process_time()
                self._known[text] = float(self._detector.score([text])[0])
                self.seconds += time.process_time() - started
        self.asked += len(texts)
        return np.array([self._known[text] for text in texts], np.float32)

    @property
    def milliseconds(self) -> float:
        return 1000 * self.seconds / max(1, len(self._known))


def sample(frame: pl.DataFrame, label: str) -> list[Document]:
    """Choose texts of a label, spread evenly over the file."""
    texts = frame.filter(pl.col("label") == label)["text"].to_list()
    step = max(1, len(texts) // SAMPLE)
    return [document(text, "en") for text in texts[::step][:SAMPLE]]


Sides = dict[str, tuple[list[Document], list[Document]]]


def measure(sides: Sides, judge: Judge, name: str, deep: Remembering) -> dict[str, Any]:
    """Judge all texts at one budget."""
    before = deep.asked
    humans = {source: judge.judge(people) for source, (people, _) in sides.items()}
    machines = {source: judge.judge(written) for source, (_, written) in sides.items()}
    texts = sum(map(len, [*humans.values(), *machines.values()]))
    share = (deep.asked - before) / texts
    rates = {source: judged.share() for source, judged in humans.items() if len(judged) >= 150}
    worst = max(rates, key=lambda source: rates[source])
    return {
        "budget": name,
        "asked about": share,
        "ms a text": f"{share * deep.milliseconds:.2f}",
        "AUROC": f"{auroc(_scored(humans), _scored(machines)):.3f}",
        "found": _share(machines),
        "false positives": _share(humans),
        "worst source": f"{worst} {rates[worst]:.1%}",
        "by source": {source: judged.share() for source, judged in machines.items()},
    }


def _scored(judged: dict[str, Judged]) -> NDArray[np.float64]:
    return np.concatenate([one.scored for one in judged.values()])


def _share(judged: dict[str, Judged]) -> float:
    return float(np.mean([one.share() for one in judged.values() if len(one)]))


def main() -> None:
    started = time.process_time()
    given = asked("benchmarks.quality.cost", (__doc__ or "").splitlines()[0])
    sides = {
        source: (sample(frame, "human"), sample(frame, "ai"))
        for source, frame in english(given.files())
    }
    whole = Judge(None, given.judge.policy.fpr, 1.0)
    deep = whole.remember(Remembering)
    rows = [measure(sides, whole, "all", deep)]
    for milliseconds in reversed(MILLISECONDS):
        judge = Judge(None, given.judge.policy.fpr, milliseconds / DEEP_MILLISECONDS)
        judge.remember(lambda _detector: deep)
        rows.append(measure(sides, judge, f"{milliseconds:g} ms", deep))
    rows.append(measure(sides, given.judge, "fast tier alone", deep))
    rows.reverse()
    machines = [source for source, (_, written) in sides.items() if written]
    for row in rows:
        row.update({source: row["by source"][source] for source in machines})
    content: dict[str, Any] = {
        "about": about(given, started),
        "deep ms a text": deep.milliseconds,
        "rows": rows,
    }
    page = f"""\
# Quality against cost

{(__doc__ or "").split(chr(10) * 2, 2)[2].strip()}

{facts(content["about"])}
* one deep score: {deep.milliseconds:.1f} ms of CPU time a text, mean; a budget counts
  {DEEP_MILLISECONDS:g} ms

"Found" and "false positives" are means over sources, by label `likely-ai`. The machine texts are a
larger share here than in a crawl, and more of them lie in the gate than of human texts: so the
milliseconds a text are more than the budget, which speaks of human texts.

{table(rows, COLUMNS)}

Found, by source:

{table(rows, ("budget", *machines))}
"""
    print(page)
    write(given, "quality-cost", content, page)


if __name__ == "__main__":
    main()
