"""Labelled text, made ready to learn from: what would give the label away is cut off both sides."""

from __future__ import annotations

import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from detector.errors import InputError, UsageError

# Sets whose AI texts begin with about 20 to 30 words of the human text they continue.
CONTINUED: Final = frozenset({"adadetectgpt", "lastde", "online_olympic_xsum", "imbd"})
CONTINUED_PREFIX: Final = 32  # words
MIRRORS: Final = "frontier_mirrors"
# Texts that reviewers marked, by `detector marks`. They were chosen by their labels, so their
# scores are no sample of anyone's: they train, and no calibration rests on them.
MARKED: Final = "marks"
FEWEST_WORDS: Final = 40
# Human texts newer than this are not provably human; the news sets of known authors are kept.
NEWEST_HUMAN: Final = 2022
# Sets, or one kind of text in them ("" for all), that neither label can be trusted in, as reading
# them showed. raidar's news: part of its "human" articles say "it is worth noting that" and "could
# have ripple effects", part of its "GPT" ones are newswire of 1996. human_dnagpt_eli5: answers of
# 2022 and 2023, not provably older than the models that they resemble.
LEFT_OUT: Final = frozenset({("raidar", "news"), ("human_dnagpt_eli5", "")})
# Language models that were never tuned to chat, and the first that were: what they write is not
# what machines put on the web now, and learning to find it costs finding that (docs/decisions.md).
_OLD_MODELS: Final = re.compile(
    r"gpt-?2|gpt-?j|gpt-?neo|opt[_-]|bloom|falcon|llama1|llama2_13b|phi2|gemma_7b|text-ada|babbage|"
    r"curie|flan|^gpt-3$|mpt|^llama$",
    re.IGNORECASE,
)
_COLUMNS: Final = (
    "doc_id", "text", "label", "generator", "domain", "language",
    "pair_id", "source", "year", "license",
)  # fmt: skip

_OPENER = re.compile(
    r"\A\W{0,4}(?:okay|ok|sure|certainly|absolutely|of course|here(?:'|’)?s|here is|here are|"
    r"below is|as requested|title|model output)\b[^\n]{0,300}(?::|---|\n)\s*",
    re.IGNORECASE,
)
_CLOSER = re.compile(
    r"\n[^\n]{0,20}\b(?:i hope this|hope this helps|let me know|would you like me|do you want me|"
    r"feel free to ask|to help me (?:tailor|refine)|resources? to help)\b[^\n]*\Z",
    re.IGNORECASE,
)
_RULE = re.compile(r"(?m)^\s*-{3,}\s*$")


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One text to learn from or to calibrate on.

    group: texts of one group (a page and its mirror, answers to one prompt, texts that share their
    beginning) never fall on two sides of a split.
    """

    doc_id: str
    text: str
    machine: bool
    generator: str
    domain: str
    source: str
    year: int | None
    license: str
    group: str


def strip_wrapper(text: str) -> str:
    """Cut what an assistant says around the text that it was asked for.

    >>> strip_wrapper("Okay, here's a post:\\n\\nTea is good.\\n\\nLet me know what to change!")
    'Tea is good.'
    """
    text = text.strip()
    for _ in range(2):
        text = _OPENER.sub("", text, count=1).strip()
        text = _CLOSER.sub("", text, count=1).strip()
    return _RULE.sub("", text).strip()


def read_corpora(folder: Path, language: str = "en") -> list[LabelledText]:
    """Read every Parquet file of a folder, in the order of names; mixed texts are left out.

    Raises InputError when the folder holds none, or one lacks a column that is needed.
    """
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise InputError(
            f"no *.parquet file in {str(folder)!r}: name a folder of labelled text with the"
            f" columns {', '.join(_COLUMNS)}"
        )
    texts: list[LabelledText] = []
    for file in files:
        texts.extend(_read_file(file, language))
    if not {True, False} <= {text.machine for text in texts}:
        raise UsageError(
            f"the texts in {str(folder)!r} in language {language!r} do not have both labels,"
            " 'human' and 'ai': a model needs examples of both"
        )
    return _regrouped(texts)


def _read_file(file: Path, language: str) -> Iterable[LabelledText]:
    try:
        frame = pl.read_parquet(file, columns=list(_COLUMNS))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(
            f"{str(file)!r} is not a Parquet file with the columns {', '.join(_COLUMNS)}"
            f" ({str(error)[:60]!r}): repair it or move it away"
        ) from error
    for row in frame.iter_rows(named=True):
        if row["language"] != language or row["label"] not in ("human", "ai"):
            continue
        machine = row["label"] == "ai"
        if not LEFT_OUT.isdisjoint(((row["source"], row["domain"] or ""), (row["source"], ""))):
            continue
        if machine and _OLD_MODELS.search(row["generator"] or ""):
            continue
        if not machine and (row["year"] or 0) > NEWEST_HUMAN and row["source"] == "cogfingerprint":
            continue
        text = _cleaned(row["text"], row["source"], machine)
        if len(text.split()) < FEWEST_WORDS:
            continue
        yield LabelledText(
            row["doc_id"], text, machine, row["generator"] or "", row["domain"] or "",
            row["source"], row["year"], row["license"] or "", row["pair_id"] or row["doc_id"],
        )  # fmt: skip


def _cleaned(text: str, source: str, machine: bool) -> str:
    if machine:
        text = strip_wrapper(text)
    if source in CONTINUED:
        words = re.split(r"(\s+)", text)
        text = "".join(words[2 * CONTINUED_PREFIX :])
    return text


def _beginning(text: str) -> str:
    return re.sub(r"[\W_]+", "", text[:400].lower())[:60]


def _regrouped(texts: list[LabelledText]) -> list[LabelledText]:
    """Join groups that share a beginning, or of which one is named after a text of the other."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for text in texts:
        for key in (f"id:{text.doc_id}", f"begin:{_beginning(text.text)}", f"id:{text.group}"):
            a, b = root(f"id:{text.group}"), root(key)
            parent[max(a, b)] = min(a, b)
    return [
        LabelledText(
            t.doc_id, t.text, t.machine, t.generator, t.domain, t.source, t.year, t.license,
            root(f"id:{t.group}"),
        )
        for t in texts
    ]  # fmt: skip


def stable_fraction(key: str, seed: int) -> float:
    """Map a key to [0, 1) in a way that depends on nothing but the key and the seed."""
    digest = hashlib.blake2b(f"{seed}:{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def assign_folds(texts: list[LabelledText], folds: int, seed: int) -> list[int]:
    """Give every text a fold such that no group, and no source of human text alone, is split.

    A source that has both labels is split by group: its two sides stay together. The human-only
    sources go whole, the largest first, each into the fold with the fewest human texts so far.
    """
    labels: dict[str, set[bool]] = defaultdict(set)
    sizes: dict[str, int] = defaultdict(int)
    for text in texts:
        labels[text.source].add(text.machine)
        sizes[text.source] += not text.machine
    human_only = [s for s in labels if labels[s] == {False}]
    fold_of: dict[str, int] = {}
    load = [0] * folds
    for source in sorted(human_only, key=lambda s: (-sizes[s], s)):
        fold_of[source] = load.index(min(load))
        load[fold_of[source]] += sizes[source]
    by_group = {
        t.group: fold_of[t.source] for t in reversed(texts) if t.source in fold_of
    }  # a mirror follows its page
    return [
        fold_of.get(t.source, by_group.get(t.group, int(stable_fraction(t.group, seed) * folds)))
        for t in texts
    ]


def windows(text: str, rng: random.Random, shortest: int, longest: int, most: int) -> list[str]:
    """Draw up to `most` random stretches of whole words; a shorter text is one window."""
    spans = [(m.start(), m.end()) for m in re.finditer(r"\S+", text)]
    count = min(most, max(1, len(spans) // longest))
    drawn = []
    for _ in range(count):
        size = min(rng.randint(shortest, longest), len(spans))
        start = rng.randint(0, len(spans) - size)
        drawn.append(text[spans[start][0] : spans[start + size - 1][1]])
    return drawn
