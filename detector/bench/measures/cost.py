"""What a detector costs: texts and words a second, time for a million pages, memory."""

from __future__ import annotations

from dataclasses import dataclass

from detector.bench.measures.figure import Figure, refused

A_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What one detector took for one or more sets.

    seconds: CPU time on a CPU (so that "a second" is a core's), time on the wall on a GPU.
    tokens: None where the detector reports none. peak_bytes: None where unknown.
    """

    texts: int
    words: int
    tokens: int | None
    seconds: float
    per: str  # "core" or "gpu"
    peak_bytes: int | None


def together(costs: list[Cost]) -> Cost:
    """Add up the costs of several sets; ValueError where they are for both cores and GPUs."""
    if len({one.per for one in costs}) != 1:
        raise ValueError("costs for a core and for a GPU do not add up")
    tokens = [one.tokens for one in costs if one.tokens is not None]
    peaks = [one.peak_bytes for one in costs if one.peak_bytes is not None]
    return Cost(
        texts=sum(one.texts for one in costs),
        words=sum(one.words for one in costs),
        tokens=sum(tokens) if len(tokens) == len(costs) else None,
        seconds=sum(one.seconds for one in costs),
        per=costs[0].per,
        peak_bytes=max(peaks, default=None),
    )


def figures(cost: Cost) -> dict[str, Figure]:
    """Give texts, words and tokens a second, hours for a million texts like these, peak memory.

    >>> found = figures(Cost(100, 30_000, None, 0.5, "core", None))
    >>> found["texts_per_second"].value, round(found["hours_per_million"].value, 2)
    (200.0, 1.39)
    >>> found["tokens_per_second"].refused
    'the detector reports no tokens'
    """
    n = cost.texts
    if not n or cost.seconds <= 0:
        return {name: refused("the run has no texts or took no time", n) for name in _NAMES}
    memory = cost.peak_bytes
    tokens = cost.tokens
    return {
        "texts_per_second": _plain(n / cost.seconds, n),
        "words_per_second": _plain(cost.words / cost.seconds, n),
        "tokens_per_second": refused("the detector reports no tokens", n)
        if tokens is None
        else _plain(tokens / cost.seconds, n),
        "hours_per_million": _plain(cost.seconds / n * A_MILLION / 3600, n),
        "peak_memory_bytes": refused("the run does not say", n)
        if memory is None
        else _plain(memory, n),
    }


_NAMES = (
    "texts_per_second",
    "words_per_second",
    "tokens_per_second",
    "hours_per_million",
    "peak_memory_bytes",
)


def _plain(value: float, n: int) -> Figure:
    return Figure(float(value), None, None, n)
