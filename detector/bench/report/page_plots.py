"""The page's plots, from the figures: ROC curves, calibration curves, quality against cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from xml.etree import ElementTree as ET

import numpy as np

from detector.bench.measures.probabilities import reliability
from detector.bench.measures.ranks import roc
from detector.bench.measures.support import FEWEST, FEWEST_FOR_PROBABILITIES
from detector.bench.report.figures import Figures, probabilities
from detector.bench.report.folder import BenchSet
from detector.bench.report.markup import element, plain
from detector.bench.report.page_parts import legend, section
from detector.bench.report.plots import (
    Curve,
    Dot,
    available,
    cost_plot,
    reliability_plot,
    roc_plot,
    thinned,
)
from detector.bench.report.rows import ALL_SETS, Key
from detector.bench.report.views import COMMON, OWN, Mask

FEWEST_IN_BIN: Final = 10  # texts, for a point of a calibration curve
NO_PLOTS: Final = (
    "matplotlib is not installed: run pip install 'contamination-detector[bench]', and make the"
    " report again."
)


def rocs(of: Figures) -> ET.Element:
    """Give a ROC plot for each set that has both classes."""
    return section(
        "roc",
        "ROC curves",
        "On the texts that all answered. The false-positive axis is logarithmic: what matters on"
        " the web is its left end. A curve begins at the lowest rate that its human texts can"
        " show.",
        *_panels(of, "roc", _roc_curves, roc_plot),
    )


def calibration(of: Figures) -> ET.Element:
    """Give a calibration plot for each set that has enough texts of both classes."""
    return section(
        "calibration",
        "Calibration curves",
        f"Scores became probabilities by a line fitted on {plain(of.reference)} (on that set"
        " itself: by five folds). On the diagonal a probability means what it says. Both classes"
        " count one half; a point needs ten texts.",
        *_panels(of, "cal", _reliability_curves, reliability_plot),
    )


def cost(of: Figures) -> ET.Element:
    """Give quality against cost."""
    dots = list(_dots(of))
    parts: list[ET.Element | str] = [
        "Mean AUROC over the sets that all compared detectors share, and the time that a million"
        " texts like these take. To the left and up is better."
    ]
    if not available():
        parts.append(NO_PLOTS)
    elif dots:
        plot = element("figure", cost_plot(dots, "cost"))
        parts += [
            legend(of.results.detectors, {dot.series for dot in dots}, numbered=True),
            element("div", plot, class_="plots one"),
        ]
    else:
        parts.append("No detector has both figures.")
    return section("cost", "Quality against cost", *parts)


def _panels(
    of: Figures,
    prefix: str,
    curves: Callable[[Figures, BenchSet], Iterator[Curve]],
    plot: Callable[[list[Curve], str], ET.Element],
) -> list[ET.Element | str]:
    if not available():
        return [NO_PLOTS]
    panels = element("div", class_="plots")
    places: set[int] = set()
    for place, one in enumerate(of.results.sets):
        found = list(curves(of, one))
        if found:
            places |= {curve.series for curve in found}
            drawn = plot(found, f"{prefix}{place}")
            drawn.set("aria-label", f"{plain(one.name)}: {len(found)} detectors")
            panels.append(element("figure", element("figcaption", plain(one.name)), drawn))
    if not len(panels):
        return ["No set has enough texts of both classes."]
    return [legend(of.results.detectors, places), panels]


def _roc_curves(of: Figures, one: BenchSet) -> Iterator[Curve]:
    for place, detector in enumerate(of.results.detectors):
        for other, run in of.runs(detector, COMMON):
            if other.name != one.name:
                continue
            own = of.sample(one, run, COMMON)
            if min(len(own.humans), len(own.machines)) >= FEWEST:
                fpr, tpr, _ = roc(own.humans, own.machines)
                yield Curve(place, *thinned(fpr, tpr))


def _reliability_curves(of: Figures, one: BenchSet) -> Iterator[Curve]:
    for place, detector in enumerate(of.results.detectors):
        runs = {other.name: (other, run) for other, run in of.runs(detector, COMMON)}
        if one.name not in runs or of.reference not in runs:
            continue
        shared: Mask | None = of.shared.get((of.reference, one.name))
        own = one.name == of.reference
        test = of.sample(*runs[one.name], COMMON, without=None if own else shared)
        if min(len(test.humans), len(test.machines)) < FEWEST_FOR_PROBABILITIES:
            continue
        found = probabilities(of.sample(*runs[of.reference], COMMON), test, own)
        if not isinstance(found, str):
            points = np.array([(x, y) for x, y, n in reliability(*found) if n >= FEWEST_IN_BIN])
            if not len(points):
                continue
            yield Curve(place, points[:, 0], points[:, 1])


def _dots(of: Figures) -> Iterator[Dot]:
    gpus = {run.detector for run in of.results.runs if not run.device.startswith("cpu")}
    for place, detector in enumerate(of.results.detectors):
        hours = of.book.get(Key(ALL_SETS, detector, "hours_per_million", OWN))
        area = of.book.get(Key(ALL_SETS, detector, "auroc", COMMON))
        if hours and area and hours.value and area.value is not None:
            yield Dot(place, hours.value, area.value, detector in gpus)
