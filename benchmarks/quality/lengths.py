"""Quality by the length of a text: each cut to its first 20 to 640 words.

    python -m benchmarks.quality.lengths --data ../shared/data/dev [--budget all]

Report only: nothing in the package was chosen by looking at these texts.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.quality.cuts import LENGTHS, Cut, cuts, joined
from benchmarks.quality.judge import Judged
from benchmarks.quality.measures import auroc
from benchmarks.quality.results import about, asked, facts, write
from benchmarks.quality.tables import table
from benchmarks.quality.texts import english
from detector.records import Label

EVERY = "all sources"
SAME = 320  # texts of at least so many words are also followed through all lengths up to this


@dataclass(frozen=True)
class Row:
    """Texts of one source, or of all, at one length; None where a side is missing or unscored.

    auroc_own: against the humans of the source, auroc_all: against those of all sources. tpr: the
    share of machine texts that is likely-ai by the policy, fpr: of human texts. refused: the share
    of all that is not assessed.
    """

    words: int
    source: str
    humans: int
    machines: int
    auroc_own: float | None
    auroc_all: float | None
    tpr: float | None
    fpr: float | None
    refused: float | None


def row(cut: Cut, every: Cut) -> Row:
    """Measure the texts of one length; every: those of all sources, at the same length."""
    human, machine = cut.humans.judged, cut.machines.judged
    texts = len(human) + len(machine)
    refused = [*human.labels, *machine.labels].count(Label.NOT_ASSESSED.value)
    return Row(
        words=cut.words,
        source=cut.source,
        humans=len(human),
        machines=len(machine),
        auroc_own=_auroc(human, machine),
        auroc_all=_auroc(every.humans.judged, machine),
        tpr=machine.share() if len(machine) else None,
        fpr=human.share() if len(human) else None,
        refused=refused / texts if texts else None,
    )


def _auroc(human: Judged, machine: Judged) -> float | None:
    if not len(human.scored) or not len(machine.scored):
        return None
    return auroc(human.scored, machine.scored)


def at_every_length(parts: Sequence[Cut]) -> list[Row]:
    """Measure each length: all sources together, then one by one."""
    rows = []
    for words in LENGTHS:
        sources = [cut for cut in parts if cut.words == words]
        every = joined(EVERY, sources)
        rows.append(row(every, every))
        rows += [row(c, every) for c in sources if len(c.humans.judged) + len(c.machines.judged)]
    return rows


def of_the_same_texts(parts: Sequence[Cut]) -> list[Row]:
    """Measure texts of at least `SAME` words at each length up to that: the same texts at each."""
    kept = [
        Cut(cut.source, cut.words, cut.humans.of_at_least(SAME), cut.machines.of_at_least(SAME))
        for cut in parts
    ]
    every = [joined(EVERY, [c for c in kept if c.words == n]) for n in LENGTHS if n <= SAME]
    return [row(cut, cut) for cut in every]


def report(content: dict[str, Any]) -> str:
    rows = content["lengths"]
    names = list(rows[0])
    together, same = (
        [{**one, "auroc": one["auroc_own"]} for one in some if one["source"] == EVERY]
        for some in (rows, content["same_texts"])
    )
    apart = [one for one in rows if one["source"] != EVERY]
    of_all = ["words", "humans", "machines", "auroc", "tpr", "fpr", "refused"]
    return f"""\
# Quality by length

Report only: nothing was chosen by these texts. Each English text cut to its first words, where it
has so many. TPR and FPR are the shares of machine and human texts that the shipped policy calls
likely-ai at a stated false-positive rate of {content["about"]["fpr"]:.0%}; refused are texts that
it does not assess. Texts of 20 words are refused by policy, as too short, and have no score; the
few that are not refused carry a trace of a language model, which is one at any length. A machine
text of `fast_detect_gpt` or `glimpse` begins with some thirty words of a human one, so its first 40
words are mostly human.

{facts(content["about"])}

All sources together, a text a text (the longer, the fewer sources have such):

{table(together, of_all)}

Texts of at least {SAME} words, the same at each length:

{table(same, of_all)}

Source by source, `auroc own` against the human texts of the source and `auroc all` against those of
all sources, of the same length:

{table(apart, names)}
"""


def main() -> None:
    asked_for = asked("benchmarks.quality.lengths", __doc__.splitlines()[0])
    started = time.process_time()
    parts = []
    for name, frame in english(asked_for.files()):
        parts += list(cuts(name, frame, asked_for.judge))
        print(f"{name}: {len(frame):,} texts", flush=True)
    content = {
        "about": about(asked_for, started),
        "lengths": [asdict(one) for one in at_every_length(parts)],
        "same_texts": [asdict(one) for one in of_the_same_texts(parts)],
    }
    write(asked_for, "quality-lengths", content, report(content))


if __name__ == "__main__":
    main()
