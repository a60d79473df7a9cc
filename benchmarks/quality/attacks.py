"""What attacks cost: the share of machine texts still found, by kind of attack.

    python -m benchmarks.quality.attacks --data ../shared/data/dev [--budget all]

Report only: nothing in the package was chosen by looking at these texts. Some texts come attacked;
on others the attacks are made here, always in the same way.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.quality.attempts import Attempt, on_characters, on_words
from benchmarks.quality.found_attacks import found_attacks
from benchmarks.quality.judge import Judge
from benchmarks.quality.lookalikes import unread
from benchmarks.quality.made_attacks import (
    FEWEST_WORDS,
    MOST_TEXTS,
    Struck,
    long_texts,
    strike,
    summary,
    victims,
)
from benchmarks.quality.results import about, asked, facts, write
from benchmarks.quality.tables import table
from benchmarks.quality.texts import english, side, unattacked

FEWEST_HUMANS = 20  # texts of a source that passages are taken from
Sources = Sequence[tuple[str, pl.DataFrame]]


def humans_for(source: str, sources: Sources) -> list[str]:
    """Human texts of a source, or where it has too few, those of all others."""
    pools = {
        name: long_texts(unattacked(side(frame, "human")))["text"].to_list()
        for name, frame in sources
    }
    own = pools[source]
    if len(own) >= FEWEST_HUMANS:
        return own
    return [text for name, pool in pools.items() if name != source for text in pool]


def make_attacks(sources: Sources, judge: Judge, folding: NDArray[np.uint8]) -> list[list[Struck]]:
    """Make every attack on every source; one list a source, in the order of the attacks."""
    struck = []
    for name, frame in sources:
        chosen = victims(name, frame, judge)
        if chosen is None:
            continue
        attempts: list[Attempt] = [*on_characters(folding), *on_words(humans_for(name, sources))]
        struck.append(list(strike(chosen, attempts, judge)))
        print(f"{name}: {len(chosen.texts)} texts, {len(attempts)} attacks", flush=True)
    return struck


def by_source(struck: Sequence[Sequence[Struck]]) -> list[dict[str, Any]]:
    """Points by attack and source, after a line with what was found before."""
    clean = {one[0].victims.source: one[0].victims.plain.share() for one in struck}
    rows: list[dict[str, Any]] = [{"attack": "none (found)", **clean}]
    for same in zip(*struck, strict=True):
        points = {one.victims.source: summary([one]).points for one in same}
        rows.append({"attack": same[0].attempt.name, **points})
    return rows


def written(row: dict[str, Any], found: bool) -> dict[str, str]:
    """A row of `by_source` as text: shares found in the first, points in the others."""
    return {
        name: value if isinstance(value, str) else f"{value:.1%}" if found else f"{value:+.1f}"
        for name, value in row.items()
    }


def measure(sources: Sources, judge: Judge, folding: NDArray[np.uint8]) -> dict[str, Any]:
    struck = make_attacks(sources, judge, folding)
    found = [asdict(row) for name, frame in sources for row in found_attacks(name, frame, judge)]
    return {
        "made": [asdict(summary(same)) for same in zip(*struck, strict=True)],
        "made_by_source": by_source(struck),
        "found": found,
        "unread": unread(folding),
    }


def report(content: dict[str, Any]) -> str:
    return f"{_introduction(content)}\n{_made(content)}\n{_found(content)}"


def _introduction(content: dict[str, Any]) -> str:
    return f"""\
# What attacks cost

Report only: nothing was chosen by these texts. A machine text is found where the shipped policy
calls it likely-ai at a stated false-positive rate of {content["about"]["fpr"]:.0%}.

{facts(content["about"])}
"""


def _made(content: dict[str, Any]) -> str:
    names = list(content["made"][0])
    by_source = [written(row, at == 0) for at, row in enumerate(content["made_by_source"])]
    return f"""\
## Attacks made on the same texts

On up to {MOST_TEXTS} machine texts of each source with at least {FEWEST_WORDS} words, chosen by a
fixed seed. "Found" takes every text for English, as it is; "as scanned" takes the language that a
scan names from the first characters, and a text in a language that is not covered is not judged.
"Not assessed" besides: what the policy does not take for prose, by its line breaks and spaces.
Score shift: mean difference of the scores, which are log odds. Human passages come from texts of
the same source, or where it has fewer than {FEWEST_HUMANS}, from those of all others.

{table(content["made"], names)}

Points by source (a text of `fast_detect_gpt` or `glimpse` begins with some thirty human words; most
of the former are by models of 2019 to 2022):

{table(by_source, list(by_source[0]))}

Look-alikes that the model does not read as the letter they look like:

{table(content["unread"], ["character", "name", "looks like", "is read as"])}
"""


def _found(content: dict[str, Any]) -> str:
    names = list(content["found"][0])
    columns = [name for name in names if name != "label"]
    machine, human = (
        [row for row in content["found"] if row["label"] == label] for label in ("ai", "human")
    )
    return f"""\
## Attacks that the texts come with

Beside texts of the same source that are not attacked, of the same kinds where there are such. They
are not the same texts before the attack: differences of a few points can be those of the texts.

{table(machine, columns)}

Human texts changed in the same ways; found are false positives:

{table(human, columns)}
"""


def main() -> None:
    asked_for = asked("benchmarks.quality.attacks", __doc__.splitlines()[0])
    started = time.process_time()
    sources = list(english(asked_for.files()))
    content = measure(sources, asked_for.judge, asked_for.judge.folding)
    content = {"about": about(asked_for, started), **content}
    write(asked_for, "quality-attacks", content, report(content))


if __name__ == "__main__":
    main()
