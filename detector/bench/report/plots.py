"""The page's plots: drawn by matplotlib, taken apart into plain SVG that the page's style colours.

matplotlib writes inline styles, which the page's content policy forbids, and fixed colours, which a
dark page cannot use. So styles become attributes, and what is drawn gets a class: "s0", "s1", ...
for the colours of the detectors, "d0", "d1", ... for the detectors themselves, "ink" for text and
axes, "rule" for grids.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import numpy as np

from detector.bench.measures.sample import Scores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE: Final = (4.4, 3.3)  # inches, of 72 units: small, so that text is readable on a phone
SERIES: Final = 10  # colours; further detectors are dashed
LOWEST_FPR: Final = 1e-3

_INK, _RULE = "#010203", "#030201"  # stand-ins, replaced by classes
_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_ATTRIBUTES = {
    "fill",
    "fill-opacity",
    "opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
}


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of one detector, by its place among all detectors."""

    series: int
    x: Scores
    y: Scores


@dataclass(frozen=True, slots=True)
class Dot:
    """A detector as a point, with the number by which the legend names it."""

    series: int
    x: float
    y: float
    gpu: bool


def available() -> bool:
    """Whether matplotlib is installed (the extra `bench`)."""
    try:
        import matplotlib  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def roc_plot(curves: Sequence[Curve], name: str) -> ET.Element:
    """Draw ROC curves over a logarithmic false-positive axis, from 0.1 % on."""

    def draw(axes: Axes) -> None:
        axes.set_xscale("log")
        axes.set_xlim(LOWEST_FPR, 1)
        axes.set_ylim(0, 1.01)
        ticks = [0.001, 0.01, 0.1, 1.0]
        axes.set_xticks(ticks, ["0.1 %", "1 %", "10 %", "100 %"])
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
        axes.set_xlabel("false-positive rate")
        axes.set_ylabel("true-positive rate")
        chance = np.geomspace(LOWEST_FPR, 1, 60)
        axes.plot(chance, chance, color=_RULE, linewidth=1, linestyle=(0, (2, 3)))
        _draw_curves(axes, curves, marker="")

    return _drawn(draw, name)


def reliability_plot(curves: Sequence[Curve], name: str) -> ET.Element:
    """Draw calibration curves: share of AI texts over the mean probability said."""

    def draw(axes: Axes) -> None:
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_xlabel("probability said")
        axes.set_ylabel("share of AI texts")
        axes.plot([0, 1], [0, 1], color=_RULE, linewidth=1, linestyle=(0, (2, 3)))
        _draw_curves(axes, curves, marker="o")

    return _drawn(draw, name)


def cost_plot(dots: Sequence[Dot], name: str) -> ET.Element:
    """Draw quality against cost: mean AUROC over the hours that a million texts take."""

    def draw(axes: Axes) -> None:
        axes.set_xscale("log")
        axes.set_xlabel("hours per million texts (one core; □ one GPU)")
        axes.set_ylabel("AUROC, mean over sets")
        for dot in dots:
            [line] = axes.plot(
                [dot.x], [dot.y], marker="s" if dot.gpu else "o", markersize=7, linestyle=""
            )
            line.set_gid(f"series-{dot.series}")
            axes.annotate(
                str(dot.series + 1),
                (dot.x, dot.y),
                xytext=(6, 4),
                textcoords="offset points",
                color=_INK,
            )
        axes.margins(0.15)
        low, high = axes.get_xlim()
        powers = [10.0**power for power in range(-6, 9) if low <= 10.0**power <= high]
        ticks = (
            powers if len(powers) > 1 else [low * (high / low) ** part for part in (0.1, 0.5, 0.9)]
        )
        axes.set_xticks(ticks, [f"{tick:.2g}" if tick < 1000 else f"{tick:,.0f}" for tick in ticks])

    return _drawn(draw, name)


def thinned(fpr: Scores, tpr: Scores, points: int = 121) -> tuple[Scores, Scores]:
    """Give a ROC at points evenly spaced on the logarithmic axis, from its first step on.

    At each false-positive rate the best true-positive rate that does not exceed it.
    """
    steps = fpr[fpr > 0]
    first = max(LOWEST_FPR, float(steps.min()) if len(steps) else 1.0)
    at = np.geomspace(first, 1, points)
    return at, tpr[np.searchsorted(fpr, at + 1e-12, "right") - 1]


def _draw_curves(axes: Axes, curves: Sequence[Curve], marker: str) -> None:
    for curve in curves:
        style: Any = "-" if curve.series < SERIES else (0, (4, 2))
        [line] = axes.plot(
            curve.x, curve.y, linewidth=1.6, linestyle=style, marker=marker, markersize=3.5
        )
        line.set_gid(f"series-{curve.series}")


def _drawn(draw: Callable[[Axes], None], name: str) -> ET.Element:
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "font.size": 10,
        "axes.edgecolor": _INK,
        "axes.labelcolor": _INK,
        "xtick.color": _INK,
        "ytick.color": _INK,
        "text.color": _INK,
        "text.parse_math": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": _RULE,
        "grid.linewidth": 0.6,
        "path.simplify": True,
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=SIZE, layout="constrained")
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
        draw(axes)
        axes.minorticks_off()
        out = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(out, metadata=nothing)
    return _plain_svg(ET.fromstring(out.getvalue()), name)  # noqa: S314


def _plain_svg(root: ET.Element, name: str) -> ET.Element:
    """Strip name spaces, styles and fixed colours; make ids unique on the page."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.removeprefix(_SVG) in ("metadata", "style"):
                parent.remove(child)
    for part in root.iter():
        part.tag = part.tag.removeprefix(_SVG)
        _name(part, name)
        _colour(part)
    for part in root.iter("g"):
        place = (part.get("id") or "").removeprefix(f"{name}-series-")
        if place.isdigit():
            _recolour(part, int(place))
    _without_unused_ids(root)
    view = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib.update({"viewBox": view, "role": "img", "class": "plot"})
    return root


def _without_unused_ids(root: ET.Element) -> None:
    """Drop ids that nothing refers to, and the white space between elements."""
    used = {
        found
        for part in root.iter()
        for value in (part.get("href", ""), part.get("clip-path", ""))
        for found in re.findall(r"#([\w.-]+)", value)
    }
    for part in root.iter():
        if part.get("id") not in used:
            part.attrib.pop("id", None)
        part.text = (part.text or "").strip()
        part.tail = ""


def _name(part: ET.Element, name: str) -> None:
    if "id" in part.attrib:
        part.set("id", f"{name}-{part.attrib['id']}")
    if _LINK in part.attrib:
        part.set("href", part.attrib.pop(_LINK).replace("#", f"#{name}-"))
    clip = part.get("clip-path")
    if clip:
        part.set("clip-path", clip.replace("#", f"#{name}-"))


def _colour(part: ET.Element) -> None:
    """Turn a style into attributes, and our two stand-in colours into classes."""
    for item in part.attrib.pop("style", "").split(";"):
        key, _, value = (piece.strip() for piece in item.partition(":"))
        if key in _ATTRIBUTES:
            part.set(key, value)
        elif key == "font":
            part.set("font-size", value.split()[0])
    for kind, colour in (("ink", _INK), ("rule", _RULE)):
        for attribute in ("fill", "stroke"):
            if part.get(attribute) == colour:
                del part.attrib[attribute]
                _add_class(part, f"{kind}-{attribute}")
    if part.tag == "text":
        part.set("class", "ink-fill")


def _recolour(group: ET.Element, place: int) -> None:
    group.set("class", f"s{place % SERIES} d{place}")
    for part in group.iter():
        for attribute in ("fill", "stroke"):
            if part.get(attribute, "none") != "none":
                del part.attrib[attribute]
                _add_class(part, f"on-{attribute}")


def _add_class(part: ET.Element, name: str) -> None:
    part.set("class", f"{part.get('class', '')} {name}".strip())


__all__ = [
    "SERIES",
    "Curve",
    "Dot",
    "available",
    "cost_plot",
    "reliability_plot",
    "roc_plot",
    "thinned",
]
