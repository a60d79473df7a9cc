"""Asks detectors about a set, batch by batch, and checks what they answer."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detector.bench.journal import Journal
from detector.bench.records import Family
from detector.bench.sets import SEED, TextSet

AGAIN: Final = 8  # texts of a set that are scored a second time
ALONE: Final = 4  # of them, those that are scored alone too
_DRAWN_FROM: Final = 512
_ROUNDING: Final = 1e-5  # of the greatest score
_SPREAD: Final = 0.01  # of the interquartile range of the scores


def asked_rows(texts: TextSet, family: Family) -> list[int]:
    """The rows of a set that a detector is qualified for, by language and number of words."""
    spoken = [known for known in texts.rows["language"].unique() if known in family.languages]
    qualified = pl.col("language").is_in(spoken) & (pl.col("words") >= family.min_words)
    rows: list[int] = texts.rows.select(qualified.arg_true()).to_series().to_list()
    return rows


def score_texts(
    family: Family,
    texts: TextSet,
    asked: Sequence[int],
    journal: Journal,
    batch: int,
    tick: Callable[[int], None],
) -> None:
    """Ask about all texts that the journal does not have yet; what goes wrong is noted there.

    tick: is told the number of texts done with each batch. A family that raises fails as a whole; a
    member that gives a wrong number of scores, or an infinite one, fails alone.
    """
    progress = journal.progress
    tick(progress.done)
    with texts.spool.open("rb") as file:
        while progress.done < len(asked):
            names = [name for name in progress.scores if name not in progress.failed]
            if not names:
                return
            rows = asked[progress.done : progress.done + batch]
            some = texts.texts(file, rows)
            before = tokens_of(family)
            wall, cpu = time.perf_counter(), time.process_time()
            try:
                found = family.columns(some)
            except (Exception, SystemExit) as error:  # whatever it raises is its failure
                problem = _raised(error, progress.done, len(asked))
                journal.fail(dict.fromkeys(names, problem))
                return
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            good, bad = check_columns(found, names, len(rows))
            if bad:
                where = f" (texts {progress.done} to {progress.done + len(rows)} of the set)"
                journal.fail({name: problem + where for name, problem in bad.items()})
            after = tokens_of(family)
            read = None if before is None or after is None else after - before
            journal.add(len(rows), good, wall=wall, cpu=cpu, tokens=read)
            tick(len(rows))


def check_columns(
    found: object, names: Sequence[str], count: int
) -> tuple[dict[str, NDArray[np.float32]], dict[str, str]]:
    """Split what a family gave into sound columns, and what is wrong with the others."""
    good: dict[str, NDArray[np.float32]] = {}
    bad: dict[str, str] = {}
    for name in names:
        if not isinstance(found, Mapping) or name not in found:
            bad[name] = f"gave no scores of the name {name!r:.60}"
            continue
        try:
            with np.errstate(over="ignore"):
                column = np.asarray(found[name], np.float32)
        except (TypeError, ValueError) as error:
            bad[name] = f"gave no numbers: {str(error)[:80]}"
            continue
        if column.shape != (count,):
            bad[name] = f"gave an array of shape {column.shape} for {count} texts"
        elif np.isinf(column).any():
            bad[name] = f"gave {int(np.isinf(column).sum())} infinite scores: NaN says `abstain`"
        else:
            good[name] = column
    return good, bad


def tokens_of(family: Family) -> int | None:
    """How many tokens a family has read so far, where it counts them."""
    tokens = getattr(family, "tokens", None)
    return tokens if isinstance(tokens, int) else None


def _raised(error: BaseException, done: int, count: int) -> str:
    kind = type(error).__name__
    said = " ".join(str(error).split())[:300]
    return f"{kind}: {said} (after {done:,} of {count:,} texts)"


def neighbours(
    family: Family, texts: TextSet, asked: Sequence[int], scores: Mapping[str, NDArray[np.float32]]
) -> dict[str, dict[str, Any]]:
    """Score a few texts again, alone and in another order, and compare: by detector.

    scores: of all asked rows, in order, by detector. A score may differ by rounding, and by one
    part in a hundred of the interquartile range, which mixed precision needs. Gives `checked`,
    `differ`, `largest` (difference) and `allowed`; or `error`, where scoring again raised one.
    """
    if not asked or not scores:
        return {}
    places = _drawn(texts, asked)
    with texts.spool.open("rb") as file:
        some = texts.texts(file, [asked[at] for at in places])
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in scores}
    trials = [(places[at : at + 1], some[at : at + 1]) for at in range(min(ALONE, len(some)))]
    trials.append((places[::-1], some[::-1]))
    for rows, batch in trials:
        try:
            found, bad = check_columns(family.columns(batch), list(scores), len(batch))
            if bad:
                return {name: {"error": bad.get(name, "")} for name in scores}
        except (Exception, SystemExit) as error:
            problem = f"{type(error).__name__}: {str(error)[:200]}"
            return {name: {"error": problem} for name in scores}
        for name, column in found.items():
            before = scores[name][np.array(rows)]
            seen[name] += zip(before.tolist(), column.tolist(), strict=True)
    return {name: _compared(pairs, scores[name]) for name, pairs in seen.items()}


def _drawn(texts: TextSet, asked: Sequence[int]) -> list[int]:
    """Places in `asked`, drawn by a hash of the texts' ids."""
    step = max(1, len(asked) // _DRAWN_FROM)
    places = range(0, len(asked), step)
    ids = texts.rows["doc_id"].gather([asked[at] for at in places]).to_list()
    keys = [hashlib.blake2b(f"{SEED}:again:{i}".encode(), digest_size=8).digest() for i in ids]
    return [at for _, at in sorted(zip(keys, places, strict=True))[:AGAIN]]


def _compared(pairs: Sequence[tuple[float, float]], scores: NDArray[np.float32]) -> dict[str, Any]:
    known = scores[~np.isnan(scores)]
    spread = float(np.subtract(*np.percentile(known, (75, 25)))) if len(known) else 0.0
    most = float(np.abs(known).max()) if len(known) else 0.0
    allowed = max(_ROUNDING * most, _SPREAD * spread)
    differ, largest = 0, 0.0
    for before, again in pairs:
        if math.isnan(before) and math.isnan(again):
            continue
        gap = abs(before - again)
        differ += not gap <= allowed  # NaN on one side only counts too
        largest = max(largest, gap) if not math.isnan(gap) else largest
    return {"checked": len(pairs), "differ": differ, "largest": largest, "allowed": allowed}
