"""Pieces that the page's sections are made of: cells, tables, menus, legends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from detector.bench.measures.figure import Figure
from detector.bench.report.board import interval, written
from detector.bench.report.markup import element, plain
from detector.bench.report.plots import SERIES

_BREAK: Final = re.compile(r"(?<=[_.:/-])(?=\w)")


def cell(figure: Figure, kind: str) -> ET.Element:
    """Give a cell with a value and its interval; a dash with the reason when there is none."""
    if figure.value is None:
        return element("td", "–", class_="none", data_value="", title=figure.refused)
    made = element("td", written(figure.value, kind), data_value=repr(figure.value))
    between = interval(figure, kind)
    if between:
        made.append(element("span", between, class_="ci"))
    made.set("title", f"{figure.n:,} texts")
    return made


def name_cell(text: str, note: str = "", tag: str = "td", class_: str = "name") -> ET.Element:
    """Give a cell with a foreign name, and a note below it."""
    made = element(tag, class_=class_, data_value=plain(text))
    made.extend(broken(text, made))
    if note:
        made.append(element("span", plain(note), class_="note"))
    return made


def broken(text: str, into: ET.Element) -> list[ET.Element]:
    """Put a foreign name into an element with places where it may break: after its marks."""
    first, *rest = _BREAK.split(plain(text))
    into.text = (into.text or "") + first
    breaks = []
    for part in rest:
        place = element("wbr")
        place.tail = part
        breaks.append(place)
    return breaks


def head(title: str, kind: str = "", best: str = "", *, stuck: bool = False) -> ET.Element:
    """Give a column's head; with a kind ("number", "text") it sorts."""
    classes = " ".join(
        name for name, on in (("name", kind in ("text", "")), ("stuck", stuck)) if on
    )
    if not kind:
        return element("th", title, class_=classes, scope="col")
    return element(
        "th",
        element("button", title, type="button"),
        class_=classes,
        scope="col",
        data_kind=kind,
        data_best=best,
    )


def table(
    heads: Sequence[ET.Element],
    rows: Iterable[ET.Element],
    *,
    name: str = "",
    groups: ET.Element | None = None,
) -> ET.Element:
    """Give a table that scrolls sideways in its frame where it is too wide."""
    top = element("thead")
    if groups is not None:
        top.append(groups)
    top.append(element("tr", *heads))
    sorts = any(one.find("button") is not None for one in heads)
    made = element("table", top, element("tbody", *rows), class_="sortable" if sorts else "plain")
    if name:
        made.set("id", name)
    return element("div", made, class_="wide", tabindex="0", role="region", aria_label="table")


def menu(label: str, field: str, options: Sequence[tuple[str, str]], chosen: str) -> ET.Element:
    """Give a menu by which rows are filtered: (value, what is shown)."""
    select = element("select", data_field=field)
    for value, shown in options:
        option = element("option", plain(shown), value=value)
        if value == chosen:
            option.set("selected", "")
        select.append(option)
    return element("label", label, select)


def search(label: str, field: str) -> ET.Element:
    """Give a field by which rows are filtered: those whose name holds what is typed."""
    return element(
        "label", label, element("input", data_field=field, type="search", autocomplete="off")
    )


def controls(rows: str, unit: str, *fields: ET.Element) -> ET.Element:
    """Give a row of menus; hidden until the script runs, for without it they would do nothing."""
    said = element("output", aria_live="polite")
    return element(
        "div", *fields, said, class_="controls", data_rows=rows, data_unit=unit, hidden=""
    )


def legend(names: Sequence[str], drawn: set[int], *, numbered: bool = False) -> ET.Element:
    """Give the detectors that are drawn, with their colours; each hides or shows its lines."""
    made = element("ul", class_="legend")
    for place, name in enumerate(names):
        if place not in drawn:
            continue
        line = element("line", x1="1", y1="5", x2="25", y2="5", class_="on-stroke")
        line.set("stroke-width", "3")
        if place >= SERIES:
            line.set("stroke-dasharray", "6 3")
        mark = element("svg", line, viewBox="0 0 26 10", class_=f"s{place % SERIES}")
        mark.set("aria-hidden", "true")
        shown = f"{place + 1} {plain(name)}" if numbered else plain(name)
        button = element(
            "button", mark, shown, type="button", data_place=str(place), aria_pressed="true"
        )
        made.append(element("li", button))
    return made


def section(name: str, title: str, *children: ET.Element | str) -> ET.Element:
    """Give a section with its heading; strings become paragraphs."""
    made = element("section", element("h2", title), id=name)
    for child in children:
        made.append(element("p", child) if isinstance(child, str) else child)
    return made
