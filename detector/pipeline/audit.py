"""The removal audit: what a selection would take out of a scan, before anything is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from detector.errors import UsageError
from detector.label import interval
from detector.label.copies import PROVEN
from detector.label.expected import Cells, cells_of_bins, cells_of_cut, expected_humans
from detector.label.mixes import Mixes, draw_mixes
from detector.label.prevalence import Errors, count_shares, make_errors
from detector.label.rates import Rates, above
from detector.pipeline import judged
from detector.pipeline.audit_sample import COLUMNS, Sampler, with_texts
from detector.pipeline.gather import RUNNING
from detector.pipeline.judged import Cuts
from detector.pipeline.prevalence import SOURCES
from detector.pipeline.selection import schema_of, select
from detector.report.removal import removal_page
from detector.write.audits import GROUPS, WRITERS, check_audit_folder, write_audit
from detector.write.labels import Labels, open_labels

DIMENSIONS: Final = ("host", "length", "language", "media-type", "suffix")
SAMPLE: Final = 50
SEED: Final = 0
MIN_PAGES: Final = 30
WHOLE: Final = "all"
CONFIDENCE: Final = 0.95
DRAWS: Final = 400
_SEED: Final = 20221130
_FEWEST_OF_KIND: Final = 30


@dataclass(frozen=True, slots=True)
class Audit:
    """What would go, and how much of it people wrote.

    pages: documents of the scan; dropped: those that would go. proven: of these, those with a
    conclusive trace or a known text; unjudged: those without a score, of which nothing is known;
    scored: the others, of which between human_low and human_high are expected to be written by
    people (`human`: the best guess). machine, machine_low, machine_high: the share of machine text
    among all assessed pages. sampled: documents in the sample, texts_missing of them without
    their text; problems: why, the first few.
    """

    out: str
    scan: str
    drop: tuple[str, ...]
    keep: str | None
    clusters: str | None
    fpr: float
    pages: int
    dropped: int
    proven: int
    unjudged: int
    scored: int
    human: float | None
    human_low: float | None
    human_high: float | None
    machine: float | None
    machine_low: float | None
    machine_high: float | None
    sampled: int
    texts_missing: int
    problems: tuple[str, ...]
    page: str


def audit(
    scan: str | Path,
    out: str | Path,
    *,
    drop: Sequence[str] = (),
    keep: str | None = None,
    clusters: str | Path | None = None,
    archives: str | Path | None = None,
    sample: int = SAMPLE,
    seed: int = SEED,
) -> Audit:
    """Say what a selection would take out of a finished scan, and write that to a folder.

    drop, keep, clusters: as in `filter_warcs`; drop names labels. archives: where the archives are
    now, if they were moved; their texts are read for the sample. sample: so many of the documents
    that would go, chosen by `seed`. The same scan and options give the same bytes. UsageError for a
    scan that is unfinished or of another model, a selection that makes no sense, or an `out` that
    holds something else; OutputError when a table is damaged or the output cannot be written.
    """
    if not drop and keep is None:
        raise UsageError("nothing to audit: say what to drop, or what to keep")
    if sample < 0:
        raise UsageError(f"--sample is {sample}: choose 0 or more")
    check_audit_folder(Path(out))
    labels = open_labels(Path(scan))
    if labels.state == RUNNING:
        raise UsageError(f"{labels.path}: unfinished: go on with the scan first")
    rates, cuts = judged.rates_for([labels])
    sampler = Sampler(sample, seed)
    rows = _read(labels, rates, cuts, sampler, drop=drop, keep=keep, clusters=clusters)
    chosen, tally = with_texts(sampler.chosen(), labels, archives)
    auditor = _Auditor(rates, cuts)
    groups = auditor.groups(rows)
    writers = auditor.writers(rows)
    settings: dict[str, Any] = {
        "scan": str(labels.path),
        "drop": list(drop),
        "keep": keep,
        "clusters": None if clusters is None else str(clusters),
        "fpr": cuts.fpr,
        "sample": sample,
        "seed": seed,
        "min_pages": MIN_PAGES,
    }
    found = {name: groups[name][0] for name in _TOLD} | {
        "sampled": len(chosen),
        "texts_missing": chosen["text"].null_count(),
        "problems": list(tally.told),
    }
    page = removal_page(settings, found, groups, writers, chosen)
    write_audit(Path(out), settings, (groups, writers, chosen), page, found)
    told = {**found, "problems": tuple(tally.told)}
    asked = {name: settings[name] for name in ("scan", "keep", "clusters", "fpr")}
    return Audit(out=str(out), drop=tuple(drop), page=page, **asked, **told)


_TOLD: Final = (
    "pages", "dropped", "proven", "unjudged", "scored", "human", "human_low", "human_high",
    "machine", "machine_low", "machine_high",
)  # fmt: skip


def _read(
    labels: Labels, rates: Rates, cuts: Cuts, sampler: Sampler, **selection: Any
) -> pl.DataFrame:
    """The rows of `judged.judge` with `kept` and `proven`; the sampler sees what would go."""
    text = ("text",) if labels.settings.with_text else ()
    known = schema_of(labels)
    columns = [n for n in dict.fromkeys([*judged.COLUMNS, *COLUMNS, *text]) if n in known]
    frames = []
    parts = select(labels, columns=columns, **selection)
    for part, table in zip(labels.documents, parts, strict=True):
        proven = pl.col("reasons").list.set_intersection(list(PROVEN)).list.len() > 0
        sampler.see(table.filter(~pl.col("kept")).select(*COLUMNS, *text, "why"))
        frames.append(
            judged.judge(part, table, rates, cuts, str(labels.path)).with_columns(
                table["kept"], table.select(proven=proven).to_series()
            )
        )
    rows = pl.concat(frames) if frames else pl.DataFrame()
    if rows.is_empty():
        raise UsageError(f"{labels.path}: no documents: there is nothing to audit")
    return rows


class _Auditor:
    """Estimates what is human among what goes."""

    def __init__(self, rates: Rates, cuts: Cuts) -> None:
        self._rates = rates
        self._cuts = cuts
        self._made: dict[float, tuple[Mixes, Errors]] = {}

    def groups(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of the output: the whole first, then the groups of each kind by what goes."""
        whole = rows.with_columns(pl.lit(WHOLE).alias(WHOLE))
        tables = [self._table(whole, WHOLE, 1)]
        tables += [self._table(rows, name, MIN_PAGES) for name in DIMENSIONS]
        return pl.concat(tables)

    def _table(self, rows: pl.DataFrame, by: str, min_pages: int) -> pl.DataFrame:
        gone, scored = ~pl.col("kept"), pl.col("judged") & ~pl.col("proven")
        groups = (
            rows.group_by(by)
            .agg(
                pl.len().alias("pages"),
                gone.sum().alias("dropped"),
                (gone & pl.col("proven")).sum().alias("proven"),
                (gone & ~pl.col("judged") & ~pl.col("proven")).sum().alias("unjudged"),
                (gone & scored).sum().alias("scored"),
                pl.col("site").n_unique().alias("sites"),
            )
            .filter(pl.col("pages") >= min_pages)
            .sort("dropped", "pages", by, descending=[True, True, False], nulls_last=True)
        )
        one_site = (groups["sites"] == 1).to_numpy()
        found = np.full((6, len(groups)), np.nan)
        for which, sources in ((~one_site, SOURCES), (one_site, 1.0)):
            if which.any():
                some = groups.filter(pl.Series(which))
                found[:, which] = self._expected(rows, by, some, sources)
        names = ("human", "human_low", "human_high", "machine", "machine_low", "machine_high")
        table = groups.with_columns(
            pl.lit(by).alias("by"),
            pl.col(by).alias("group"),
            *(pl.Series(name, value) for name, value in zip(names, found, strict=True)),
        ).with_columns(
            share_dropped=pl.col("dropped") / pl.col("pages"),
            human_share=pl.when(pl.col("scored") > 0).then(pl.col("human") / pl.col("scored")),
        )
        ready = table.select(pl.col(name).cast(dtype) for name, dtype in GROUPS.items())
        return ready.with_columns(pl.col(pl.Float64).fill_nan(None))

    def _expected(
        self, rows: pl.DataFrame, by: str, groups: pl.DataFrame, sources: float
    ) -> npt.NDArray[np.float64]:
        mixes, errors = self._drawn(sources)
        there = judged.tally(rows, by, groups, self._rates)
        goes = rows.filter(~pl.col("kept") & ~pl.col("proven"))
        gone = judged.tally(goes, by, groups, self._rates)
        shares = count_shares(there, errors, CONFIDENCE, _SEED + 2)
        if self._cuts.own:
            cells: Cells = cells_of_cut(errors, DRAWS)
            counts = np.stack([gone.texts - gone.flagged, gone.flagged], 2)
        else:
            cells, counts = cells_of_bins(mixes, DRAWS), gone.bins
        human = expected_humans(counts, shares.draws, cells, CONFIDENCE)
        return np.stack([*human, np.clip(shares.raw, 0, 1), shares.low, shares.high])

    def writers(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rate at which texts of each kind of writer, of this scan's lengths, are flagged."""
        lengths = rows.filter("judged").group_by("band").len()
        of_band = np.zeros(len(self._rates.bands))
        of_band[lengths["band"].to_numpy()] = lengths["len"].to_numpy()
        found: list[tuple[str, int, float, float, float]] = []
        for kind in sorted({kind for _, kind in self._rates.human}):
            own = np.array([name == kind for _, name in self._rates.human])
            counts = [band.human[own].sum(0) for band in self._rates.bands]
            found += self._writer(kind, counts, of_band)
        found.sort(key=lambda row: -row[2])
        return pl.DataFrame(found, schema=dict(WRITERS), orient="row")

    def _writer(
        self, kind: str, counts: Sequence[npt.NDArray[np.int64]], lengths: npt.NDArray[np.float64]
    ) -> list[tuple[str, int, float, float, float]]:
        """The row of a kind, its bands weighted by the lengths; nothing for too few texts.

        The interval is that of as many texts as the weighted ones are worth (Kish 1965).
        """
        bands = [
            (lengths[at], int(of_band.sum()), float(above(of_band, band.edges, cut)))
            for at, (band, of_band, cut) in enumerate(
                zip(self._rates.bands, counts, self._cuts.cuts, strict=True)
            )
            if cut is not None and of_band.sum() >= _FEWEST_OF_KIND and lengths[at]
        ]
        if not bands:
            return []
        weight, texts, beyond = (np.array(column) for column in zip(*bands, strict=True))
        weight = weight / weight.sum()
        rate = float((weight * beyond / texts).sum())
        worth = 1 / float((weight**2 / texts).sum())
        low, high = interval(round(rate * worth), round(worth))
        return [(kind, int(texts.sum()), rate, low, high)]

    def _drawn(self, sources: float) -> tuple[Mixes, Errors]:
        if sources not in self._made:
            mixes = draw_mixes(self._rates, DRAWS, sources, _SEED)
            errors = make_errors(self._rates, mixes, self._cuts.cuts, self._cuts.beyond, _SEED + 1)
            self._made[sources] = mixes, errors
        return self._made[sources]
