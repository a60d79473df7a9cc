"""The page's tables: leaderboard, transfer matrices, shares, slices, published, overlaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree as ET

from detector.bench.measures.figure import Figure
from detector.bench.report.board import PERCENT, RATIO, Line, columns, lines, written
from detector.bench.report.figures import FROZEN_LEVELS, SHARE_LEVEL, SHARES, Figures
from detector.bench.report.folder import failed_sets
from detector.bench.report.markup import element, plain, put
from detector.bench.report.page_parts import (
    broken,
    cell,
    controls,
    head,
    menu,
    name_cell,
    search,
    section,
    table,
)
from detector.bench.report.published import beside
from detector.bench.report.rows import ALL_SETS, Key
from detector.bench.report.views import COMMON, OWN

SCOPE_NAMES = {COMMON: "texts that all answered", OWN: "each detector's own texts"}
MEAN = "mean over sets"


def leaderboard(of: Figures) -> ET.Element:
    """Give the leaderboard with its menus."""
    found = list(lines(of))
    sets = [(ALL_SETS, MEAN), *((one.name, one.name) for one in of.results.sets)]
    heads = [head("detector", "text", "low", stuck=True), _set_column()]
    heads += [head(one.title, "number", one.best) for one in columns()]
    groups = element(
        "tr", element("th", class_="stuck"), element("th", class_="of-set"), class_="groups"
    )
    for name, part in groupby(columns(), key=lambda one: one.group):
        shown = f"{name} ({plain(of.reference)})" if name.startswith("frozen") else name
        groups.append(element("th", shown, colspan=str(len(list(part))), scope="colgroup"))
    return section(
        "leaderboard",
        "Leaderboard",
        "Figures with their 95 % intervals. Detectors are compared on the texts that all of them"
        " answered; “own texts” shows each on all that it answered. Click a heading to sort.",
        controls(
            "#board tbody tr",
            "lines",
            menu("Set", "set", [("", "all"), *sets], ALL_SETS),
            menu("Texts", "scope", [("", "both"), *SCOPE_NAMES.items()], COMMON),
            search("Detector", "detector"),
        ),
        table(heads, (_line(one) for one in found), name="board", groups=groups),
    )


def _set_column() -> ET.Element:
    """The head of the column that is hidden while one set is chosen."""
    made = head("set", "text", "low")
    made.set("class", "name of-set")
    return made


def _line(line: Line) -> ET.Element:
    notes = [line.note, "" if line.scope == COMMON else "own texts"]
    name = name_cell(line.detector, "; ".join(filter(None, notes)), "th", "row stuck")
    name.set("scope", "row")
    shown = MEAN if line.set == ALL_SETS else line.set
    row = element("tr", name, name_cell(shown, class_="name of-set"))
    put(row, data_set=line.set, data_scope=line.scope, data_detector=line.detector)
    if line.failed:
        row.set("class", "failed")
        said = line.failed if line.failed.startswith("not compared") else f"failed: {line.failed}"
        row.append(element("td", plain(said), class_="said", colspan=str(len(columns()))))
    for figure, column in zip(line.figures, columns(), strict=False):
        row.append(cell(figure, column.kind))
    return row


def transfer(of: Figures) -> ET.Element:
    """Give the transfer matrices: a threshold frozen on one set, on the texts of the others."""
    detectors = of.results.detectors
    maps = element("div", class_="maps")
    for detector in detectors:
        for level in FROZEN_LEVELS:
            for measure in ("fpr_frozen", "tpr_frozen"):
                maps.append(_map(of, detector, level, measure))
    best = [line.detector for line in lines(of) if line.set == ALL_SETS and not line.failed]
    first = (best or detectors)[0]
    levels = [(repr(level), f"{100 * level:g} %") for level in FROZEN_LEVELS]
    return section(
        "transfer",
        "Frozen thresholds carried over",
        "A threshold is chosen on the human texts of a calibration set (row), at the false-positive"
        " rate asked for, and then left alone on a test set (column). Dashed cells are the"
        " calibration set's own texts: there the rate holds by choice.",
        controls(
            "#transfer .map",
            "matrices",
            menu("Detector", "detector", [(one, one) for one in detectors], first),
            menu("False-positive rate asked for", "level", levels, levels[0][0]),
        ),
        maps,
    )


def _map(of: Figures, detector: str, level: float, measure: str) -> ET.Element:
    rate = "False-positive rate" if measure == "fpr_frozen" else "True-positive rate"
    title = f"{rate}, {plain(detector)} at {100 * level:g} %"
    names = [one.name for one in of.results.sets]
    rows = []
    empty = []
    for calibration in of.calibrations:
        keys = [Key(n, detector, measure, COMMON, level, None, calibration) for n in names]
        found = [of.book.get(key) for key in keys]
        if all(figure is None or figure.value is None for figure in found):
            empty.append(calibration)
            continue
        row = element("tr", name_cell(calibration, "", "th", "row stuck"))
        for name, figure in zip(names, found, strict=True):
            row.append(_heat(figure, level, measure, own=name == calibration))
        rows.append(row)
    heads = [head("threshold from", stuck=True), *(_set_head(name) for name in names)]
    made = element("figure", element("figcaption", title), class_="map")
    if rows:
        made.append(table(heads, rows))
    if empty:
        made.append(
            element("p", f"No threshold from {', '.join(map(plain, empty))}.", class_="note")
        )
    put(made, data_detector=detector, data_level=repr(level))
    return made


def _set_head(name: str) -> ET.Element:
    made = head("")
    made.extend(broken(name, made))
    return made


def _heat(figure: Figure | None, level: float, measure: str, *, own: bool) -> ET.Element:
    """A cell, coloured by how far above the rate asked for it is, or by how much it finds."""
    if figure is None or figure.value is None:
        return element("td", "–", class_="none", title=figure.refused if figure else "not run")
    if measure == "fpr_frozen":
        times = figure.value / level
        shade = sum(times > edge for edge in (1.5, 2.5, 5, 10, 20))
        name = f"a{shade}" if shade else "h0"
    else:
        name = f"h{min(7, int(figure.value * 8))}"
    made = element("td", f"{100 * figure.value:.1f}", class_=f"{name} own" if own else name)
    low, high = (written(end, PERCENT) for end in (figure.low, figure.high))
    made.set("title", f"{low} to {high}, {figure.n:,} texts")
    return made


def shares(of: Figures) -> ET.Element:
    """Give the errors of estimated shares of AI texts."""
    heads = [head("detector", "text", "low", stuck=True), head("set", "text", "low")]
    heads += [head(f"at {100 * share:g} % AI", "number", "low") for share in SHARES]
    rows = []
    for one in of.results.sets:
        for detector in of.results.detectors:
            found = [
                of.book.get(
                    Key(
                        one.name,
                        detector,
                        "prevalence_error",
                        COMMON,
                        SHARE_LEVEL,
                        share,
                        of.reference,
                    )
                )
                for share in SHARES
            ]
            if any(figure is not None and figure.value is not None for figure in found):
                cells = [cell(figure, PERCENT) for figure in found if figure is not None]
                name = name_cell(detector, "", "th", "row stuck")
                rows.append(element("tr", name, name_cell(one.name), *cells))
    return section(
        "shares",
        "Error of an estimated share of AI texts",
        "Mean absolute error, in percentage points, of the share of AI texts in 1,000 texts,"
        f" estimated from a threshold frozen at {100 * SHARE_LEVEL:g} % on {plain(of.reference)}"
        " and corrected by the rates seen there, when the true share is as the heading says.",
        table(heads, rows) if rows else "No set supports this figure.",
    )


def slices(of: Figures) -> ET.Element:
    """Give the slices, on the texts that all answered."""
    places: dict[tuple[str, str, str], dict[str, None]] = {}
    for key in of.book.figures:
        if key.dimension and key.scope == COMMON:
            places.setdefault((key.set, key.dimension, key.slice), {})[key.detector] = None
    rows = [_slice(of, place, one) for place, found in sorted(places.items()) for one in found]
    names = {level: f"{100 * level:g} %" for level in FROZEN_LEVELS}
    heads = [head("slice", "text", "low", stuck=True), _set_column()]
    heads += [head("detector", "text", "low"), head("AUROC", "number", "high")]
    for level in FROZEN_LEVELS:
        heads.append(head(f"FPR at {names[level]}", "number", "low"))
        heads.append(head(f"TPR at {names[level]}", "number", "high"))
    sets = sorted({place[0] for place in places})
    first = of.reference if of.reference in sets else next(iter(sets), "")
    dimensions = sorted({place[1] for place in places})
    return section(
        "slices",
        "Slices",
        f"Both rates at thresholds frozen on {plain(of.reference)}. By generator and attack, AI"
        " texts are ranked against all human texts of the set; “mixed” texts are human ones that a"
        " model reworked, and are in no other figure.",
        controls(
            "#slice-table tbody tr",
            "lines",
            menu("Set", "set", [("", "all"), *((one, one) for one in sets)], first),
            menu("By", "dimension", [("", "all"), *((one, one) for one in dimensions)], ""),
            search("Detector", "detector"),
        ),
        table(heads, rows, name="slice-table") if rows else "No set has slices.",
    )


def _slice(of: Figures, place: tuple[str, str, str], detector: str) -> ET.Element:
    name, dimension, value = place
    first = name_cell(value, dimension, "th", "row stuck")
    row = element("tr", first, name_cell(name, class_="name of-set"), name_cell(detector))
    put(row, data_set=name, data_dimension=dimension, data_detector=detector)

    def found(measure: str, level: float | None = None) -> Figure | None:
        calibration = "" if level is None else of.reference
        return of.book.get(
            Key(name, detector, measure, COMMON, level, None, calibration, dimension, value)
        )

    shown = [(found("auroc"), RATIO)]
    for level in FROZEN_LEVELS:
        shown += [(found("fpr_frozen", level), PERCENT), (found("tpr_frozen", level), PERCENT)]
    for figure, kind in shown:
        row.append(
            element("td", class_="none", data_value="") if figure is None else cell(figure, kind)
        )
    return row


def published(of: Figures) -> ET.Element | None:
    """Give the published figures beside ours; None when no set has any."""
    rows = []
    for one in beside(of):
        said = one.published
        theirs = element("td", f"{said.value:.3g}", data_value=repr(said.value))
        theirs.append(element("span", "published", class_="note"))
        ours = one.ours or (("not run", Figure(None, None, None, 0, "not run")),)
        for detector, figure in ours:
            rows.append(
                element(
                    "tr",
                    name_cell(said.detector, said.note, "th", "row stuck"),
                    name_cell(said.set),
                    theirs,
                    name_cell(said.source),
                    name_cell(detector),
                    cell(figure, RATIO),
                )
            )
    if not rows:
        return None
    heads = [head("method", stuck=True), head("set"), head("AUROC, published"), head("source")]
    heads += [head("detector here"), head("AUROC, measured here")]
    return section(
        "published",
        "Published figures",
        "From the papers named, not measured here. Texts, their preparation and the models that"
        " score them differ: they stand beside ours as a check, not as a contest.",
        table(heads, rows),
    )


def overlaps(of: Figures) -> ET.Element:
    """Give which sets share texts, and how many."""
    pairs = sorted(of.shared.items())
    rows = [
        element("tr", name_cell(one), name_cell(other), element("td", f"{int(mask.sum()):,}"))
        for (one, other), mask in pairs
        if mask.any()
    ]
    heads = [head("calibration set"), head("test set"), head("texts left out")]
    return section(
        "overlaps",
        "Texts that two sets share",
        "Near-duplicates, found by fingerprint. They are left out of the test set wherever a"
        " threshold, a line or a rate comes from the calibration set.",
        table(heads, rows) if rows else "No two sets share a text.",
    )


def refusals(of: Figures) -> ET.Element:
    """Give the reasons for which figures are missing, and how often each was given."""
    counts = Counter(one.refused for one in of.book.figures.values() if one.value is None)
    rows = [
        element("tr", element("td", plain(reason), class_="name"), element("td", f"{count:,}"))
        for reason, count in counts.most_common(60)
    ]
    failed = element("ul", *(element("li", text) for text in _failures(of)))
    return section(
        "missing",
        "What is missing, and why",
        failed if len(failed) else "No detector failed.",
        element(
            "details",
            element("summary", f"{sum(counts.values()):,} figures refused, by reason"),
            table([head("reason"), head("figures")], rows),
        ),
    )


def _failures(of: Figures) -> Iterator[str]:
    for name, reason in failed_sets(of.results.manifest):
        yield f"the set {plain(name)}: {plain(reason)}"
    for run in of.results.runs:
        if run.failed:
            yield f"{plain(run.detector)} on {plain(run.set)}: {plain(run.failed)}"
