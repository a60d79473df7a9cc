"""All that a report shows of a scan, gathered in one pass over its documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from detector.binomial import interval
from detector.errors import OutputError, UsageError
from detector.label.calibration import find_band
from detector.pipeline.human_scores import calibration_of, cut_of, expected
from detector.pipeline.progress import counted
from detector.pipeline.reread import Texts, all_texts
from detector.pipeline.settings import ScanSettings
from detector.pipeline.shares import estimated_shares
from detector.records import Mark
from detector.report import summarise, words
from detector.report.clusters import addresses, cluster_tables, copies_of, locator_text, scans_of
from detector.report.counts import LABELS, Kind, count_documents
from detector.report.draw import Draw
from detector.report.figures import count_tables, share_line, unlabelled_tables
from detector.report.samples import (
    LONGEST_TEXT,
    explain_command,
    fitted,
    marks_on,
    safe_link,
)
from detector.report.terminal import harmless
from detector.write.clusters import ClusterParts, open_clusters
from detector.write.labels import Labels, open_labels

KIND: Final = "detector report"
REPORT_FORMAT: Final = 1
SAMPLE: Final = 40
MOST_SAMPLE: Final = 500
MOST_INPUTS: Final = 200


@dataclass(frozen=True, slots=True)
class Material:
    """What a page is made from, but for the marks, which may come while it is shown.

    figures: plain values. rows: of the documents of the sample; samples: the same as the page shows
    them. counts: documents of the scan by label.
    """

    labels: Labels
    figures: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    samples: Sequence[Mapping[str, Any]]
    counts: Mapping[str, int]

    @property
    def title(self) -> str:
        """The page's title."""
        return f"Crawl report: {self.figures['path']}"

    def data(self, marks: Sequence[Mark], measured: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the page is to hold. measured: what the marks say, as plain values."""
        marked = [
            {**one, "marks": marks_on(row, marks)}
            for one, row in zip(self.samples, self.rows, strict=True)
        ]
        return {
            **self.figures,
            "measured": measured,
            "samples": marked,
            "words": {
                "labels": dict(words.LABELS),
                "reasons": dict(words.REASONS),
                "questions": dict(words.QUESTIONS),
            },
        }


@dataclass(frozen=True, slots=True)
class _Grouped:
    """A clustering, and the names under which it knows the scan."""

    clusters: ClusterParts
    names: frozenset[str]


def gather(
    path: Path,
    *,
    clusters: Path | None = None,
    archives: Path | None = None,
    sample: int = SAMPLE,
    seed: int = 0,
    progress: bool = False,
) -> Material:
    """Read a scan once and make everything that a page shows of it.

    The arguments are those of `detector.write_report`.
    """
    if not 0 <= sample <= MOST_SAMPLE:
        raise UsageError(f"--sample is {sample}: choose a number from 0 to {MOST_SAMPLE}")
    labels = open_labels(path)
    grouped = None if clusters is None else _clusters_of(labels, clusters)
    texts = Texts(labels, archives)
    draw = Draw(sample, seed)
    try:
        figures = _figures(labels, grouped, draw, progress)
        rows = draw.rows(labels.documents)
        shown = _samples(labels, rows, texts, grouped, progress)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise OutputError(
            f"{labels.path}: a table cannot be read ({harmless(str(error), 200)}): a file was"
            " removed or changed; restore it, or make it again into another folder"
        ) from error
    figures["sample"] = {"each": sample, "seed": seed}
    counts = dict(zip(LABELS, figures["labels"], strict=True))
    return Material(labels, figures, rows, shown, counts)


def _figures(
    labels: Labels, grouped: _Grouped | None, draw: Draw, progress: bool
) -> dict[str, Any]:
    kinds = _kinds(labels)
    shares = estimated_shares(labels)
    counts = count_documents(
        labels.documents, kinds, draw.see, lambda parts: counted(parts, "batches", progress)
    )
    summary = summarise(labels)
    tables = count_tables(counts, kinds, interval, shares["by"])
    _add_humans(labels, tables["scores"])
    return {
        "kind": KIND,
        "format": REPORT_FORMAT,
        "path": harmless(summary.path),
        "state": summary.state,
        "names": list(LABELS),
        "labels": [summary.labels[label] for label in LABELS],
        "books": asdict(summary.books),
        "lost": summary.lost,
        "inputs": _inputs(labels),
        "settings": dict(labels.settings.settings),
        "digests": dict(labels.settings.digests),
        "versions": dict(labels.settings.versions),
        "contract": dict(labels.contract),
        "not_assessed": dict(summary.not_assessed),
        **tables,
        "shares": {
            **{name: value for name, value in shares.items() if name != "by"},
            "months": share_line(shares["by"].get("month", {})),
        },
        "unlabelled": _with_commands(labels, unlabelled_tables(labels.unlabelled)),
        "clusters": None if grouped is None else _cluster_figures(labels, grouped),
    }


def _kinds(labels: Labels) -> list[Kind]:
    """The kinds of text that the scan's contract names."""
    rules = labels.contract.get("thresholds")
    return [
        Kind(str(rule["language"]), int(rule["min_words"]), rule["max_words"])
        for rule in (rules if isinstance(rules, list) else ())
    ]


def _add_humans(labels: Labels, curves: Sequence[dict[str, Any]]) -> None:
    """Put the scores of the calibration humans beside those of the pages."""
    calibration = calibration_of(labels) if curves else None
    for curve in curves:
        band = calibration and find_band(calibration, curve["language"], curve["min_words"])
        curve["humans"] = curve["cut"] = None
        if band:
            edges = [curve["first"] + at * curve["step"] for at in range(len(curve["pages"]) + 1)]
            curve["humans"], curve["behind"] = expected(band, edges), band.n
            curve["cut"] = cut_of(band, float(labels.contract["fpr"]))


def _inputs(labels: Labels) -> dict[str, Any]:
    """The largest inputs, the failed ones first."""
    ordered = sorted(labels.inputs, key=lambda one: (one.error is None, -one.books.records))
    rows = [
        {
            "name": harmless(one.name, 500),
            "size": one.size,
            "error": None if one.error is None else harmless(one.error, 300),
            "finished": one.finished,
            "lost": one.lost,
            **asdict(one.books),
        }
        for one in ordered[:MOST_INPUTS]
    ]
    failed = sum(one.error is not None for one in ordered)
    return {"total": len(ordered), "failed": failed, "rows": rows}


def replay_options(labels: Labels) -> str:
    """The options that make `detector explain` judge as this scan did, as far as it is known.

    The manifest names files (a model, a policy, indexes) by their digests alone.
    """
    stored, plain = labels.settings.settings, ScanSettings()
    said = [f"--fpr {stored['fpr']:g}"] if stored.get("fpr") not in (None, 0.01) else []
    for name in ("extractor", "min_words", "body_cap"):
        value = stored.get(name)
        if value is not None and value != getattr(plain, name):
            said.append(f"--{name.replace('_', '-')} {value}")
    if stored.get("budget") is not None:
        said.append(f"--budget {100 * float(stored['budget'] or 0):g}%")
    return " ".join(said)


def _with_commands(
    labels: Labels, tables: dict[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """Beside each example of a skip or fault, the command that replays it."""
    options = replay_options(labels)
    for row in (row for rows in tables.values() for row in rows):
        for one in row["examples"]:
            one["command"] = explain_command(one["place"], options)
            one.update({name: harmless(one[name], 500) for name in ("place", "message", "url")})
    return tables


def _samples(
    labels: Labels,
    rows: Sequence[Mapping[str, Any]],
    texts: Texts,
    grouped: _Grouped | None,
    progress: bool,
) -> list[dict[str, Any]]:
    bar = counted(range(len(rows)), "texts", progress)
    found = all_texts(texts, rows, LONGEST_TEXT, lambda: next(iter(bar), None))
    samples = fitted(rows, found, replay_options(labels))
    if grouped is not None:
        places = [(row["file"], row["ordinal"]) for row in rows]
        copies = copies_of(grouped.clusters.parts, grouped.names, places)
        for one, place in zip(samples, places, strict=True):
            one["copies"] = copies.get(place)
    return samples


def _clusters_of(labels: Labels, path: Path) -> _Grouped:
    grouped = open_clusters(path)
    try:
        names = scans_of(grouped.parts, labels.documents, labels.books.documents)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise OutputError(
            f"{path}: a table cannot be read ({harmless(str(error), 200)}): cluster again"
        ) from error
    if not names and labels.books.documents:
        raise UsageError(
            f"--clusters {str(path)!r}: is over other scans, or over this one before it changed"
            f" ({', '.join(map(repr, grouped.scans))[:200]}): cluster {labels.path} again"
        )
    return _Grouped(grouped, frozenset(names))


def _cluster_figures(labels: Labels, of: _Grouped) -> dict[str, Any]:
    grouped = of.clusters
    tables = cluster_tables(grouped.parts)
    names = of.names
    places = [(one["file"], one["ordinal"]) for one in tables["largest"] if one["scan"] in names]
    known = addresses(labels.documents, places)
    options = replay_options(labels)
    for one in tables["largest"]:
        here = (one["file"], one["ordinal"]) if one["scan"] in names else None
        url, title, length = known.get(here, (None, None, None)) if here else (None, None, None)
        place = None if length is None else locator_text(one, length)
        one["url"] = None if url is None else harmless(url, 500)
        one["link"] = safe_link(url)
        one["title"] = None if title is None else harmless(title, 200)
        one["command"] = None if place is None else explain_command(place, options)
        for name in ("file", "offset", "inner", "ordinal", "scan"):
            del one[name]
    return {
        "threshold": grouped.threshold,
        "scans": len(grouped.scans),
        "found": {name: value for name, value in grouped.found.items() if name != "scheme"},
        **tables,
    }
