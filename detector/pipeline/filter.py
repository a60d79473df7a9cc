"""Archives without the records that a selection drops, and the books of what went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import polars as pl

from detector.errors import FAULTS, SKIPS, InputError, UsageError
from detector.pipeline.archive_places import check_apart, locate, output_names
from detector.pipeline.cut_archive import Task, filter_archive
from detector.pipeline.elsewhere import find_elsewhere, kinds_of, may_go_along
from detector.pipeline.fates import PLACED, TablePart, count_reasons, numbers_of
from detector.pipeline.progress import Progress
from detector.pipeline.selection import select
from detector.read import open_source
from detector.read.inputs import remote_filesystem
from detector.records import Label
from detector.write import disk
from detector.write.filtered import FilteredInput, FilterFolder
from detector.write.labels import Labels, open_labels
from detector.write.manifest import COMPLETE, MANIFEST, PARTIAL, RUNNING
from detector.write.opening import sha256
from detector.write.places import LocalPlace, OutputPlace, RemotePlace

DRY_RUN: Final = "dry run"
NEEDED: Final = frozenset({"warc-warcinfo", "arc-filedesc"})
"""What no archive can do without."""


@dataclass(frozen=True, slots=True)
class Filtering:
    """What a filtering came to, over all runs into its folder.

    out: the folder, None for a dry run. state: "complete", "partial" when archives failed, or
    "dry run". records = kept + all of dropped, which counts by reason; a dry run does not count
    what only goes along. rewritten: kept records whose member held others that went, so that they
    got one of their own. bytes_in, bytes_out: of the archives and of what was made of them (about,
    in a dry run). failures: name and reason of each archive that failed; its records are not
    counted.
    """

    out: str | None
    state: str
    records: int
    kept: int
    dropped: Mapping[str, int]
    rewritten: int
    bytes_in: int
    bytes_out: int
    failures: tuple[tuple[str, str], ...]


def filter_warcs(
    labels: str | Path,
    out: str | Path | None = None,
    *,
    drop: Sequence[str] = (),
    keep: str | None = None,
    clusters: str | Path | None = None,
    archives_in: str | Path | None = None,
    dry_run: bool = False,
    progress: bool = False,
) -> Filtering:
    """Copy the archives of a finished scan without the records that a selection drops.

    out: a folder, or a URL that fsspec can write to; an unfinished filtering of the same settings
    in it is taken up where it was left. drop: labels, and codes of skips and faults
    (docs/faults.md). keep, clusters: as in `select`. archives_in: the folder or URL below which the
    archives lie now, where they have moved. dry_run: count by the tables alone, and write nothing.
    What belongs to a dropped record goes along (docs/filter.md); every other byte stays as it is.
    Archives that fail do not raise but stand in the result.
    UsageError for what cannot be done, OutputError when the output cannot be written.
    """
    opened = _finished(Path(labels))
    choice = _choice(drop, keep, clusters)
    if dry_run:
        return _count(opened, choice)
    if out is None:
        raise UsageError("nowhere to write to: name a folder")
    moved = None if archives_in is None else str(archives_in)
    return _Run(opened, choice, str(out), moved).run(progress)


@dataclass(frozen=True, slots=True)
class _Choice:
    """What goes. labels: of documents. codes: of skips and faults."""

    labels: tuple[str, ...]
    codes: frozenset[str]
    keep: str | None
    clusters: Path | None

    def documents(self, labels: Labels, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """The documents of a scan with what becomes of them, part by part."""
        return select(
            labels, drop=self.labels, keep=self.keep, clusters=self.clusters, columns=columns
        )

    def settings(self) -> dict[str, Any]:
        """What the output depends on, beside the labels."""
        digest = None
        if self.clusters is not None:
            with disk.explained(self.clusters, "read"):
                digest = sha256((self.clusters / MANIFEST).read_bytes())
        drop = sorted({*self.labels, *self.codes})
        return {"drop": drop, "keep": self.keep, "clusters": digest}


def _finished(path: Path) -> Labels:
    labels = open_labels(path)
    if labels.state == RUNNING:
        raise UsageError(
            f"{path}: unfinished, and records that were not scanned yet would be lost: go on with"
            " the scan first"
        )
    return labels


def _choice(drop: Sequence[str], keep: str | None, clusters: str | Path | None) -> _Choice:
    if not drop and keep is None:
        raise UsageError("nothing to filter by: say what to drop, or what to keep")
    known = [label.value for label in Label]
    codes = frozenset(name for name in drop if name not in known)
    for name in sorted(codes):
        if name in NEEDED:
            raise UsageError(f"{name}: an archive cannot do without it, so it stays")
        if name not in SKIPS and name not in FAULTS:
            raise UsageError(
                f"{name!r:.60} is no label ({', '.join(known)}) and no code of a skip or fault;"
                " docs/faults.md has those"
            )
    labels = tuple(name for name in known if name in drop)
    return _Choice(labels, codes, keep, None if clusters is None else Path(clusters))


def _count(labels: Labels, choice: _Choice) -> Filtering:
    """What the tables tell alone."""
    dropped: Counter[str] = Counter()
    saved = 0
    parts = _table_parts(labels)
    for part, table in zip(parts, choice.documents(labels, PLACED), strict=True):
        rows = numbers_of(part, table, choice.codes)
        dropped.update(count_reasons(rows["why"].to_numpy()))
        saved += int(rows.filter(pl.col("why") > 0, pl.col("inner") < 0)["length"].sum())
    size = sum(one.size or 0 for one in labels.inputs)
    records, count = labels.books.records, dropped.total()
    failures = tuple((one.name, one.error) for one in labels.inputs if one.error is not None)
    return Filtering(
        None, DRY_RUN, records, records - count, dict(dropped), 0, size, size - saved, failures
    )


def _table_parts(labels: Labels) -> list[TablePart]:
    pairs = zip(labels.documents, labels.unlabelled, strict=True)
    return [TablePart(documents, unlabelled) for documents, unlabelled in pairs]


class _Run:
    """One filtering of one scan."""

    def __init__(self, labels: Labels, choice: _Choice, out: str, moved: str | None) -> None:
        self.labels = labels
        self.choice = choice
        self.out = out
        self.made = output_names([one.name for one in labels.inputs])
        self.found = locate(labels.inputs, moved)
        check_apart(self.found, self.made, out)
        self.failures = {
            number: f"its scan ended early: {one.error}"
            for number, one in enumerate(labels.inputs)
            if one.error is not None
        }
        parts = iter(_table_parts(labels))
        self.parts = [list(islice(parts, one.parts)) for one in labels.inputs]

    def run(self, progress: bool) -> Filtering:
        """Filter what is left to filter."""
        self.choice.documents(self.labels, PLACED)  # so that mistakes show before writing
        pairs = [(one.name, made) for one, made in zip(self.labels.inputs, self.made, strict=True)]
        folder = FilterFolder(_place(self.out), self.choice.settings(), pairs)
        try:
            for number, done in folder.finished.items():
                self._check_labels(number, done)
            if not folder.complete:
                self._filter_all(folder, progress)
                folder.finish(self.failures, _totals(folder.finished.values()))
        finally:
            folder.close()
        return self._result(folder)

    def _check_labels(self, number: int, done: FilteredInput) -> None:
        if done.labels != self.labels.inputs[number].digest:
            raise UsageError(
                f"{self.out}: {self.made[number]} was filtered by other labels than those in"
                f" {self.labels.path}: choose another folder"
            )

    def _without(self, numbers: Sequence[int]) -> Labels:
        """The labels without those of some inputs."""
        left = [
            part
            for number, parts in enumerate(self.parts)
            if number not in numbers
            for part in parts
        ]
        return replace(
            self.labels,
            documents=tuple(part.documents for part in left),
            unlabelled=tuple(part.unlabelled for part in left),
        )

    def _filter_all(self, folder: FilterFolder, progress: bool) -> None:
        kinds = [kinds_of(some) for some in self.parts]
        scan = frozenset().union(*kinds)
        sound = self._without(list(self.failures))
        elsewhere = find_elsewhere(scan, lambda columns: self.choice.documents(sound, columns))
        passed = [*folder.finished, *self.failures]
        selected = self.choice.documents(self._without(passed), PLACED)
        sizes = [one.size for one in self.labels.inputs]
        with Progress(None if None in sizes else sum(filter(None, sizes)), shown=progress) as bar:
            bar.skip(sum(sizes[number] or 0 for number in folder.finished))
            meter = _Meter(bar)
            for number, one in enumerate(self.labels.inputs):
                if number in passed:
                    continue
                documents = islice(selected, one.parts)
                along = may_go_along(kinds[number], scan)
                task = Task(number, one, self.parts[number], self.choice.codes, along, elsewhere)
                try:
                    with open_source(self.found[number]) as source:
                        meter.add(filter_archive(task, source, documents, folder, meter.show))
                except InputError as error:
                    self.failures[number] = str(error)
                for _ in documents:
                    pass  # the next archive's come after them

    def _result(self, folder: FilterFolder) -> Filtering:
        names = [one.name for one in self.labels.inputs]
        failures = tuple((names[number], why) for number, why in sorted(self.failures.items()))
        state = PARTIAL if failures else COMPLETE
        return Filtering(self.out, state, **_totals(folder.finished.values()), failures=failures)


class _Meter:
    """Shows how far a filtering is."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._bytes = self._records = self._kept = 0

    def show(self, at: int) -> None:
        """So many bytes of the present archive are done with."""
        self._bar.update(self._bytes + at, self._records, self._kept)

    def add(self, found: FilteredInput) -> None:
        """An archive is done."""
        self._bytes += found.bytes_in
        self._records += found.records
        self._kept += found.kept


def _totals(found: Sequence[FilteredInput] | Any) -> dict[str, Any]:
    dropped: Counter[str] = Counter()
    sums = dict.fromkeys(("records", "kept", "rewritten", "bytes_in", "bytes_out"), 0)
    for one in found:
        dropped.update(one.dropped)
        for name in sums:
            sums[name] += getattr(one, name)
    return {**sums, "dropped": dict(sorted(dropped.items()))}


def _place(out: str) -> OutputPlace:
    scheme, separator, _ = out.partition("://")
    if not separator:
        return LocalPlace(Path(out))
    if scheme.lower() in ("http", "https"):
        raise UsageError(f"{out!r:.80}: a web server takes no files: name a folder, or s3://…")
    filesystem, path = remote_filesystem(out)
    return RemotePlace(filesystem, path, out)
