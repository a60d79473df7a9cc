"""Folds that keep whole sources, or whole families of generators, away from a model."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.fit.corpora import MIRRORS, LabelledText, stable_fraction

OTHER: Final = "other"
# The first that matches decides, so a fine-tuned model counts where it descends from. quasar and
# optimus were previews of GPT-4.1; the unknown model of claude_skills_guide ran under Claude Code.
FAMILIES: Final = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("claude", r"claude"),
        ("deepseek", r"deepseek"),
        ("qwen", r"qwen|qwq|sky-t1"),
        ("mistral", r"mistral|mixtral|ministral|openchat|starling"),
        ("llama", r"llama|vicuna|l3\.3-"),
        ("gemini and gemma", r"gemini|gemma|palm|darkest-muse"),
        ("gpt-3.5", r"gpt-?3\.5|text-davinci"),
        ("gpt-4 and o", r"gpt-?4|^o\d|quasar|optimus"),
    )
)


def family(generator: str) -> str:
    """Name the family of a generator.

    >>> family("meta-llama__llama-4-scout"), family("o3-mini-2025-01-31"), family("grok-3-beta")
    ('llama', 'gpt-4 and o', 'other')
    """
    return next((name for name, pattern in FAMILIES if pattern.search(generator)), OTHER)


def _spread(sizes: Mapping[str, float], folds: int) -> dict[str, int]:
    """Deal whole things out, the largest first, each to the fold with the least so far."""
    load = [0.0] * folds
    fold_of: dict[str, int] = {}
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        fold_of[name] = load.index(min(load))
        load[fold_of[name]] += sizes[name]
    return fold_of


def by_source(texts: Sequence[LabelledText], folds: int, seed: int) -> list[int]:
    """Give every text the fold of its source; a mirror gets that of its page.

    A source counts as it does in training, by the square root of its texts of each label. A mirror
    of a page that is not among the texts goes by its group.
    """
    counts = Counter((t.source, t.machine) for t in texts if t.source != MIRRORS)
    whole: dict[bool, float] = defaultdict(float)
    for (_, machine), count in counts.items():
        whole[machine] += count**0.5
    sizes: dict[str, float] = defaultdict(float)
    for (source, machine), count in sorted(counts.items()):
        sizes[source] += count**0.5 / whole[machine]
    fold_of = _spread(sizes, folds)
    people = sorted((t for t in texts if not t.machine), key=lambda t: t.source)
    page = {t.group: fold_of[t.source] for t in people}
    return [
        page.get(t.group, int(stable_fraction(t.group, seed) * folds))
        if t.source == MIRRORS
        else fold_of[t.source]
        for t in texts
    ]


def by_family(texts: Sequence[LabelledText], source_folds: Sequence[int], folds: int) -> list[int]:
    """Give machine texts the fold of their generator's family, human texts that of their source."""
    counts = Counter(family(t.generator) for t in texts if t.machine)
    fold_of = _spread({name: count**0.5 for name, count in counts.items()}, folds)
    return [
        fold_of[family(t.generator)] if t.machine else fold
        for t, fold in zip(texts, source_folds, strict=True)
    ]


def may_learn(
    texts: Sequence[LabelledText], folds: Sequence[int], fold: int, humans_only: bool
) -> NDArray[np.bool_]:
    """Say of each text whether the model that judges `fold` may learn from it.

    It may not if a text of its group is judged: a page that two sources share, or a text that was
    made from one judged. humans_only: groups are kept apart for judged human texts alone.
    """
    held = {
        t.group
        for t, own in zip(texts, folds, strict=True)
        if own == fold and not (humans_only and t.machine)
    }
    return np.array(
        [own != fold and t.group not in held for t, own in zip(texts, folds, strict=True)]
    )
