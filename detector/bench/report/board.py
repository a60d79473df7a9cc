"""The leaderboard: one line a detector and set, the same for the page and for Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from detector.bench.measures.figure import Figure, refused
from detector.bench.report.figures import FROZEN_LEVELS, OWN_LEVELS, Figures
from detector.bench.report.rows import ALL_SETS, Key
from detector.bench.report.views import COMMON, OWN, SCOPES

RATIO: Final = "ratio"
PERCENT: Final = "percent"
PLAIN: Final = "plain"
BYTES: Final = "bytes"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the leaderboard.

    kind: how its values are written. best: "high" or "low". carried: whether it carries over from
    the reference calibration set; alone: whether it is the detector's own in every scope.
    """

    title: str
    group: str
    measure: str
    kind: str
    best: str
    level: float | None = None
    carried: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a detector on a set ("*" for the mean over sets), or why it has no figures."""

    detector: str
    set: str
    scope: str
    figures: tuple[Figure, ...]
    failed: str = ""
    note: str = ""


def columns() -> tuple[Column, ...]:
    """Give the columns of the leaderboard in their order."""
    return (
        Column("AUROC", "ranking", "auroc", RATIO, "high"),
        *(
            Column(
                f"{100 * level:g} % FPR", "TPR, own threshold", "tpr_own", PERCENT, "high", level
            )
            for level in OWN_LEVELS
        ),
        *(
            Column(
                f"{name} at {100 * level:g} %",
                "frozen threshold",
                measure,
                PERCENT,
                best,
                level,
                True,
            )
            for level in FROZEN_LEVELS
            for name, measure, best in (("FPR", "fpr_frozen", "low"), ("TPR", "tpr_frozen", "high"))
        ),
        Column("error at 5 %", "frozen threshold", "error_answered", PERCENT, "low", 0.05, True),
        Column("ECE", "probabilities", "ece", RATIO, "low", carried=True),
        Column("Brier", "probabilities", "brier", RATIO, "low", carried=True),
        Column("abstained", "cost", "abstained", PERCENT, "low", alone=True),
        Column("texts/s", "cost", "texts_per_second", PLAIN, "high", alone=True),
        Column("tokens/s", "cost", "tokens_per_second", PLAIN, "high", alone=True),
        Column("hours per million", "cost", "hours_per_million", PLAIN, "low", alone=True),
        Column("memory", "cost", "peak_memory_bytes", BYTES, "low", alone=True),
    )


def lines(of: Figures) -> Iterator[Line]:
    """Give the lines: means first, then the sets; in each the best AUROC first."""
    for scope in SCOPES:
        for name in (ALL_SETS, *(one.name for one in of.results.sets)):
            if name == ALL_SETS and scope == OWN:
                continue  # means over different sets would compare the sets
            found = [_line(of, detector, name, scope) for detector in of.results.detectors]
            yield from sorted((line for line in found if line is not None), key=_rank)


def _rank(line: Line) -> tuple[bool, float, str]:
    area = line.figures[0].value if line.figures else None
    return bool(line.failed), -(area if area is not None else -1), line.detector


def _line(of: Figures, detector: str, name: str, scope: str) -> Line | None:
    if name != ALL_SETS:
        run = of.results.by_pair.get((name, detector))
        if run is None:
            return None
        if run.failed:
            return Line(detector, name, scope, (), run.failed)
        left_out = of.commons[name].left_out.get(detector)
        if scope == COMMON and left_out:
            return Line(detector, name, scope, (), left_out)
        shared = [other for other in run.shared_pass if other != detector]
        others = shared[0] if len(shared) == 1 else f"{len(shared)} others"
        told = [run.note, f"one pass with {others}" if shared else ""]
        note = "; ".join(filter(None, told))
    else:
        broken = [run for run in of.results.runs if run.detector == detector and run.failed]
        note = f"failed on {', '.join(run.set for run in broken)}" if broken else ""
    return Line(detector, name, scope, tuple(_cells(of, detector, name, scope)), note=note)


def _cells(of: Figures, detector: str, name: str, scope: str) -> Iterator[Figure]:
    for column in columns():
        calibration = of.reference if column.carried else ""
        where = OWN if column.alone else scope
        key = Key(name, detector, column.measure, where, column.level, calibration=calibration)
        yield of.book.get(key) or refused("not measured here")


def written(value: float | None, kind: str) -> str:
    """Write a value for a reader; a dash when there is none.

    >>> written(0.93149, "ratio"), written(0.0493, "percent"), written(1234.5, "plain")
    ('0.931', '4.9 %', '1,234')
    >>> written(0.0493, "plain"), written(3e8, "bytes"), written(None, "ratio")
    ('0.0493', '300 MB', '–')
    """
    if value is None:
        return "–"
    if kind == RATIO:
        return f"{value:.3f}"
    if kind == PERCENT:
        return f"{100 * value:.1f} %" if 100 * value < 99.95 or value == 1 else "99.9 %"
    if kind == BYTES:
        return f"{value / 1e9:.1f} GB" if value >= 1e9 else f"{value / 1e6:.0f} MB"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def interval(figure: Figure, kind: str) -> str:
    """Write a figure's interval, "" when it has none.

    >>> interval(Figure(0.5, 0.4, 0.625, 10), "percent")
    '40.0–62.5'
    """
    if figure.low is None or figure.high is None or figure.value is None:
        return ""
    if kind == PERCENT:
        return f"{100 * figure.low:.1f}–{100 * figure.high:.1f}"
    return f"{_short(figure.low)}–{_short(figure.high)}"


def _short(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1) if value < 1 else f"{value:.3f}"
