"""leaderboard.html: one file that opens from disk, with no network and nothing to install."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Final
from xml.etree import ElementTree as ET

from detector.bench.report import page_plots, page_tables
from detector.bench.report.figures import FROZEN_LEVELS, Figures
from detector.bench.report.markup import element, page, plain
from detector.bench.report.means import mean_sets

SHOWN_FACTS: Final = 4  # of those that describe a report; the others are folded away
TERMS: Final = (
    (
        "AUROC",
        "The chance that an AI text scores above a human one, ties counting half. 0.5 is chance.",
    ),
    (
        "TPR at a FPR, own threshold",
        "The share of AI texts found when the threshold is chosen on the test set's own human"
        " texts. Kind to a detector: in use nobody knows those.",
    ),
    (
        "frozen threshold",
        "The threshold is chosen on the human texts of another set and then left alone. FPR is the"
        " share of human texts wrongly flagged, TPR the share of AI texts found.",
    ),
    (
        "ECE, Brier",
        "How far probabilities are off: expected calibration error over ten bins, and mean squared"
        " error. Both classes count one half; 0 is best, 0.25 is the Brier score of always saying"
        " one half.",
    ),
    (
        "abstained",
        "The share of texts that a detector would not judge, or is not qualified for.",
    ),
    (
        "texts/s, hours per million",
        "Of the texts answered, by CPU time, so for one core; by time on the wall for a GPU."
        " Detectors that share one pass"
        " over the texts are each booked all of it.",
    ),
    (
        "intervals",
        "95 %. Exact (Clopper-Pearson) for shares of texts, bootstrapped for the rest; texts that"
        " answer one prompt or mirror one page are drawn together.",
    ),
    (
        "–",
        "Too few texts to say: a false-positive rate needs so many human texts that five of them"
        " lie beyond the threshold.",
    ),
)


def render(of: Figures) -> str:
    """Give the page as text; equal figures give equal pages, byte for byte."""
    sections = [
        page_tables.leaderboard(of),
        page_plots.rocs(of),
        page_tables.transfer(of),
        page_plots.calibration(of),
        page_plots.cost(of),
        page_tables.shares(of),
        page_tables.slices(of),
        page_tables.published(of),
        page_tables.overlaps(of),
        page_tables.refusals(of),
        _terms(),
    ]
    found = [one for one in sections if one is not None]
    body = element("body", _header(of), _navigation(found), element("main", *found))
    own = files("detector.bench.report")
    style = own.joinpath("style.css").read_text(encoding="utf-8")
    script = own.joinpath("page.js").read_text(encoding="utf-8")
    return page("Detector benchmark", body, style, script)


def _header(of: Figures) -> ET.Element:
    said = described(of)
    return element(
        "header",
        element("h1", "Detectors of AI-written text, compared"),
        _facts(said[:SHOWN_FACTS]),
        element("details", element("summary", "How it was made"), _facts(said[SHOWN_FACTS:])),
    )


def _facts(pairs: list[tuple[str, str]]) -> ET.Element:
    facts = element("dl", class_="facts")
    for name, said in pairs:
        facts.append(element("dt", name))
        facts.append(element("dd", plain_long(said)))
    return facts


def plain_long(text: str) -> str:
    """Make each word of a list harmless, without cutting the list."""
    return ", ".join(plain(part) for part in text.split(", "))


def described(of: Figures) -> list[tuple[str, str]]:
    """Give what was compared, on what, and how, as pairs of a name and a sentence."""
    manifest, sets = of.results.manifest, of.results.sets
    texts = sum(one.table.height for one in sets)
    levels = " and ".join(f"{100 * level:g} %" for level in FROZEN_LEVELS)
    return [
        ("Detectors", ", ".join(of.results.detectors)),
        ("Sets", f"{len(sets)} with {texts:,} texts: {', '.join(one.name for one in sets)}"),
        ("Texts", "normalised alike for all" if manifest.get("normalised") else "raw"),
        ("Frozen thresholds", f"at {levels} false positives on {of.reference}"),
        ("Means", _mean_sets(of)),
        ("Computed on", _devices(of)),
        ("Machine", f"{_pairs(manifest.get('machine'))} (of the last run)"),
        ("Versions", _pairs(manifest.get("versions"))),
    ]


def _devices(of: Figures) -> str:
    """Say which device had which detectors; a run on another machine has another one."""
    found: dict[str, set[str]] = {}
    for run in of.results.runs:
        if not run.failed:
            found.setdefault(run.device, set()).add(run.detector)
    parts = (f"{device} ({', '.join(sorted(names))})" for device, names in sorted(found.items()))
    return ", ".join(parts) or "not said"


def _mean_sets(of: Figures) -> str:
    areas = mean_sets(of, "auroc", None, carried=False)
    rates = mean_sets(of, "fpr_frozen", FROZEN_LEVELS[0], carried=True)
    return (
        f"AUROC over {', '.join(areas) or 'no set'}; false positives of a frozen threshold over"
        f" {', '.join(rates) or 'no set'}"
    )


def _pairs(value: Any) -> str:
    if not isinstance(value, dict):
        return "not said"
    return (
        ", ".join(f"{name} {said}" for name, said in value.items() if said is not None)
        or "not said"
    )


def _navigation(sections: list[ET.Element]) -> ET.Element:
    made = element("ul")
    for one in sections:
        title = one.findtext("h2") or ""
        made.append(element("li", element("a", title, href=f"#{one.get('id')}")))
    return element("nav", made, aria_label="sections")


def _terms() -> ET.Element:
    terms = element("dl", class_="terms")
    for name, said in TERMS:
        terms.append(element("dt", name))
        terms.append(element("dd", said))
    return element("section", element("h2", "How to read this"), terms, id="terms")
