"""One figure for all sets: means over those sets on which every compared detector has a figure.

A mean over different sets compares sets, not detectors. So all means of one measure are over the
same sets; a detector that has figures on only half of the sets where anyone has one, or fewer, is
left out, so that it does not take the comparison away from the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from detector.bench.measures.figure import Figure, mean, refused
from detector.bench.report.figures import FROZEN_LEVELS, OWN_LEVELS, Figures
from detector.bench.report.rows import ALL_SETS, Key
from detector.bench.report.views import COMMON, OWN

LEAST_SETS: Final = 0.5


def add_means(of: Figures) -> None:
    """Enter each detector's means over sets ("*"), and its worst false-positive rate of any set.

    Abstention alone is the mean over all sets that the detector was run on.
    """
    for measure, level, carried in _measures():
        calibration = of.reference if carried else ""
        found = _by_detector(of, measure, level, calibration)
        compared, sets = _shared(found)
        for detector, figures in found.items():
            key = Key(ALL_SETS, detector, measure, COMMON, level, calibration=calibration)
            of.book.add(key, _mean(detector, figures, compared, sets))
            if measure == "fpr_frozen":
                of.book.add(
                    replace(key, measure="fpr_frozen_worst"),
                    _worst(detector, figures, compared, sets),
                )
    for detector in of.results.detectors:
        silent = [
            of.book.get(Key(one.name, detector, "abstained", OWN))
            for one, _ in of.runs(detector, OWN)
        ]
        overall = mean([one for one in silent if one is not None and one.value is not None])
        of.book.add(Key(ALL_SETS, detector, "abstained", OWN), overall)


def mean_sets(of: Figures, measure: str, level: float | None, *, carried: bool) -> Sequence[str]:
    """Name the sets that a mean is over."""
    return _shared(_by_detector(of, measure, level, of.reference if carried else ""))[1]


def _measures() -> list[tuple[str, float | None, bool]]:
    """Measure, level, and whether it carries over from the reference calibration set."""
    return [
        ("auroc", None, False),
        *[("tpr_own", level, False) for level in OWN_LEVELS],
        *[
            (measure, level, True)
            for measure in ("fpr_frozen", "tpr_frozen", "error_answered")
            for level in FROZEN_LEVELS
        ],
        ("ece", None, True),
        ("brier", None, True),
    ]


def _by_detector(
    of: Figures, measure: str, level: float | None, calibration: str
) -> dict[str, dict[str, Figure]]:
    """The figures that are there, by detector and set; never a threshold on its own texts."""
    found: dict[str, dict[str, Figure]] = {name: {} for name in of.results.detectors}
    for name, figures in found.items():
        for one in of.results.sets:
            key = Key(one.name, name, measure, COMMON, level, calibration=calibration)
            figure = of.book.get(key)
            if figure is not None and figure.value is not None and one.name != calibration:
                figures[one.name] = figure
    return found


def _shared(found: Mapping[str, Mapping[str, Figure]]) -> tuple[list[str], list[str]]:
    """The detectors that are compared, and the sets on which all of them have figures."""
    sets = sorted({name for figures in found.values() for name in figures})
    compared = [
        detector for detector, figures in found.items() if len(figures) > LEAST_SETS * len(sets)
    ]
    return compared, [name for name in sets if all(name in found[one] for one in compared)]


def _lack(
    detector: str, figures: Mapping[str, Figure], compared: Sequence[str], sets: Sequence[str]
) -> str:
    if not figures:
        return "no set has this figure"
    if detector not in compared:
        return "not compared: figures on half of the sets or fewer"
    return "" if sets else "no set on which all compared detectors have this figure"


def _mean(
    detector: str, figures: Mapping[str, Figure], compared: Sequence[str], sets: Sequence[str]
) -> Figure:
    lack = _lack(detector, figures, compared, sets)
    return refused(lack) if lack else mean([figures[name] for name in sets])


def _worst(
    detector: str, figures: Mapping[str, Figure], compared: Sequence[str], sets: Sequence[str]
) -> Figure:
    lack = _lack(detector, figures, compared, sets)
    if lack:
        return refused(lack)
    return max((figures[name] for name in sets), key=lambda one: one.value or 0.0)
