"""leaderboard.md: the same leaderboard for a repository or a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from detector.bench.measures.figure import Figure
from detector.bench.report.board import (
    PERCENT,
    RATIO,
    Column,
    Line,
    columns,
    interval,
    lines,
    written,
)
from detector.bench.report.figures import FROZEN_LEVELS, SHARE_LEVEL, SHARES, Figures
from detector.bench.report.folder import failed_sets
from detector.bench.report.markup import plain
from detector.bench.report.page import TERMS, described
from detector.bench.report.published import beside
from detector.bench.report.rows import ALL_SETS, Key
from detector.bench.report.views import COMMON

DASH = "–"


def render(of: Figures) -> str:
    """Give the report as Markdown."""
    parts = ["# Detectors of AI-written text, compared", ""]
    parts += [f"* {name}: {safe_long(said)}" for name, said in described(of)]
    parts += _board(of)
    parts += _transfer(of)
    parts += _shares(of)
    parts += _slices(of)
    parts += _published(of)
    parts += _overlaps(of)
    parts += _failures(of)
    parts += ["", "## How to read this", ""]
    parts += [f"* **{name}**: {said}" for name, said in TERMS]
    return "\n".join(parts) + "\n"


def safe(text: str) -> str:
    """Make a foreign name harmless in a Markdown table.

    >>> safe("a|b<c>`*_d")
    'a\\\\|b&lt;c&gt;\\\\`\\\\*\\\\_d'
    """
    out = plain(" ".join(text.split())).replace("&", "&amp;").replace("<", "&lt;")
    out = out.replace(">", "&gt;")
    for mark in "\\`*_|[]#":
        out = out.replace(mark, f"\\{mark}")
    return out


def safe_long(text: str) -> str:
    """Make each word of a list harmless, without cutting the list."""
    return ", ".join(safe(part) for part in text.split(", "))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], names: int = 1) -> list[str]:
    """Give the lines of a table whose first `names` columns are text."""
    rule = [":--" if place < names else "--:" for place in range(len(heads))]
    return [f"| {' | '.join(row)} |" for row in (heads, rule, *rows)]


def said(figure: Figure | None, kind: str) -> str:
    """Write a figure with its interval, or a dash."""
    if figure is None or figure.value is None:
        return DASH
    between = interval(figure, kind)
    return f"{written(figure.value, kind)}{f' ({between})' if between else ''}"


def _board(of: Figures) -> Iterator[str]:
    by_place = groupby(lines(of), key=lambda line: (line.scope, line.set))
    for (scope, name), group in by_place:
        found = list(group)
        title = "Mean over sets" if name == ALL_SETS else safe(name)
        texts = "texts that all answered" if scope == COMMON else "each detector's own texts"
        yield from ("", f"## {title}, {texts}", "")
        heads = ["detector", *(_title(of, column) for column in columns())]
        yield from table(heads, [_row(line) for line in found if not line.failed])
        for line in found:
            if line.failed:
                yield from ("", f"{safe(line.detector)}: {safe(line.failed)}")


def _title(of: Figures, column: Column) -> str:
    if column.measure == "tpr_own":
        return f"TPR at {column.title}"
    return f"{column.title}, from {safe(of.reference)}" if column.carried else column.title


def _row(line: Line) -> list[str]:
    name = safe(line.detector) + (f" ({safe(line.note)})" if line.note else "")
    cells = zip(line.figures, columns(), strict=True)
    return [name, *(said(figure, column.kind) for figure, column in cells)]


def _transfer(of: Figures) -> Iterator[str]:
    names = [one.name for one in of.results.sets]
    yield from ("", "## Frozen thresholds carried over", "")
    yield "False-positive rate / true-positive rate in percent; rows: where the threshold is from."
    for detector in of.results.detectors:
        for level in FROZEN_LEVELS:
            rows = []
            for calibration in of.calibrations:
                cells = [_both(of, name, detector, level, calibration) for name in names]
                if any(one != f"{DASH} / {DASH}" for one in cells):
                    rows.append([safe(calibration), *cells])
            if rows:
                yield from ("", f"### {safe(detector)} at {100 * level:g} %", "")
                yield from table(["threshold from", *map(safe, names)], rows)


def _both(of: Figures, name: str, detector: str, level: float, calibration: str) -> str:
    keys = (
        Key(name, detector, measure, COMMON, level, calibration=calibration)
        for measure in ("fpr_frozen", "tpr_frozen")
    )
    found = [of.book.get(key) for key in keys]
    return " / ".join(
        DASH if one is None or one.value is None else f"{100 * one.value:.1f}" for one in found
    )


def _shares(of: Figures) -> Iterator[str]:
    yield from ("", "## Error of an estimated share of AI texts", "")
    yield (
        "Mean absolute error over samples of 1,000 texts; threshold and correction from"
        f" {safe(of.reference)} at {100 * SHARE_LEVEL:g} %."
    )
    rows = []
    for one in of.results.sets:
        for detector in of.results.detectors:
            keys = (
                Key(
                    one.name, detector, "prevalence_error", COMMON, SHARE_LEVEL, share, of.reference
                )
                for share in SHARES
            )
            cells = [said(of.book.get(key), PERCENT) for key in keys]
            if any(cell != DASH for cell in cells):
                rows.append([safe(one.name), safe(detector), *cells])
    yield ""
    heads = ["set", "detector", *(f"at {100 * share:g} % AI" for share in SHARES)]
    yield from table(heads, rows, 2) if rows else ["No set supports this figure."]


def _slices(of: Figures) -> Iterator[str]:
    level = FROZEN_LEVELS[0]
    yield from ("", "## Slices", "")
    yield (
        f"AUROC; FPR / TPR in percent at the threshold frozen at {100 * level:g} % on"
        f" {safe(of.reference)}. The other level is in results.parquet."
    )
    places = dict.fromkeys(
        (key.set, key.dimension, key.slice)
        for key in of.book.figures
        if key.dimension and key.scope == COMMON
    )
    for name, group in groupby(sorted(places), key=lambda place: place[0]):
        detectors = [
            d for d in of.results.detectors if any(s.name == name for s, _ in of.runs(d, COMMON))
        ]
        rows = [
            [safe(place[1]), safe(place[2]), *(_slice(of, place, d, level) for d in detectors)]
            for place in group
        ]
        shown = [row for row in rows if any(cell != DASH for cell in row[2:])]
        if shown:
            yield from ("", f"### {safe(name)}", "")
            yield from table(["by", "slice", *map(safe, detectors)], shown, 2)


def _slice(of: Figures, place: tuple[str, str, str], detector: str, level: float) -> str:
    name, dimension, value = place
    area = of.book.get(Key(name, detector, "auroc", COMMON, dimension=dimension, slice=value))
    rates = [
        of.book.get(
            Key(name, detector, measure, COMMON, level, None, of.reference, dimension, value)
        )
        for measure in ("fpr_frozen", "tpr_frozen")
    ]
    shown = [
        DASH if one is None or one.value is None else f"{100 * one.value:.1f}" for one in rates
    ]
    both = " / ".join(shown)
    if area is not None and area.value is not None:
        return f"{written(area.value, RATIO)}; {both}"
    return both if any(one != DASH for one in shown) else DASH


def _published(of: Figures) -> Iterator[str]:
    rows = []
    for one in beside(of):
        theirs = one.published
        ours = [(safe(name), said(figure, RATIO)) for name, figure in one.ours]
        for name, figure in ours or [("not run", DASH)]:
            head = [safe(theirs.set), theirs.detector, f"{theirs.value:.3g} (published)"]
            rows.append([*head, f"{theirs.source}; {theirs.note}", name, figure])
    if rows:
        yield from ("", "## Published figures", "")
        yield "From the papers named, not measured here; texts and scoring models differ."
        yield ""
        heads = ["set", "method", "AUROC, published", "source", "detector here", "AUROC, here"]
        yield from table(heads, rows, 2)


def _overlaps(of: Figures) -> Iterator[str]:
    yield from ("", "## Texts that two sets share", "")
    rows = [
        [safe(one), safe(other), f"{int(mask.sum()):,}"]
        for (one, other), mask in sorted(of.shared.items())
        if mask.any()
    ]
    heads = ["calibration set", "test set", "texts left out"]
    yield from table(heads, rows, 2) if rows else ["No two sets share a text."]


def _failures(of: Figures) -> Iterator[str]:
    said = [
        f"* the set {safe(name)}: {safe(reason)}"
        for name, reason in failed_sets(of.results.manifest)
    ]
    said += [
        f"* {safe(run.detector)} on {safe(run.set)}: {safe(run.failed)}"
        for run in of.results.runs
        if run.failed
    ]
    if said:
        yield from ("", "## Failed", "", *said)
