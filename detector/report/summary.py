"""What a folder of labels holds, summed up for a person or for a machine.

A summary reads the committed parts alone, so it works while a scan is running and after one was
cut off. Text that came from the crawl is made harmless before it reaches a terminal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import polars as pl

from detector.errors import OutputError
from detector.records import Books, Label, Locator
from detector.report.terminal import harmless, thousands

_MOST_LANGUAGES: Final = 5
_MOST_FAILURES: Final = 10
_MOST_RULES: Final = 20


class RunLike(Protocol):
    """One process run of a scan, as the folder's diary has it."""

    @property
    def seconds(self) -> float: ...
    @property
    def documents(self) -> int: ...


class InputLike(Protocol):
    """One input of a scan."""

    @property
    def name(self) -> str: ...
    @property
    def finished(self) -> bool: ...
    @property
    def error(self) -> str | None: ...


class LabelsLike(Protocol):
    """A folder of labels opened for reading: what `detector.write.open_labels` gives."""

    @property
    def path(self) -> Path: ...
    @property
    def state(self) -> str: ...
    @property
    def books(self) -> Books: ...
    @property
    def lost(self) -> int: ...
    @property
    def inputs(self) -> Sequence[InputLike]: ...
    @property
    def documents(self) -> Sequence[Path]: ...
    @property
    def unlabelled(self) -> Sequence[Path]: ...
    @property
    def contract(self) -> Mapping[str, Any]: ...
    @property
    def runs(self) -> Sequence[RunLike]: ...


@dataclass(frozen=True, slots=True)
class FaultSummary:
    """How often a fault was met, and where it was met first."""

    code: str
    count: int
    example: str
    message: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A folder of labels, summed up.

    state: "running" (unfinished), "complete" or "partial". Counts are by name, the largest first;
    labels in their fixed order. rate: documents per second over the runs that ended by themselves,
    None before there is one. lost: bytes of the inputs passed over as damaged. contract: the
    policy's false-positive rate and thresholds as the manifest holds them, or empty.
    """

    path: str
    state: str
    inputs: int
    finished: int
    failures: tuple[tuple[str, str], ...]
    books: Books
    labels: Mapping[str, int]
    not_assessed: Mapping[str, int]
    languages: Mapping[str, int]
    skips: Mapping[str, int]
    faults: tuple[FaultSummary, ...]
    lost: int
    seconds: float
    rate: float | None
    contract: Mapping[str, Any]


def summarise(labels: LabelsLike) -> Summary:
    """Sum up a folder of labels, finished or not: `summarise(open_labels(Path("labels")))`.

    labels: what `detector.write.open_labels` gives (this room imports no other, so it does not open
    the folder itself). OutputError when a table cannot be read.
    """
    try:
        return _summarised(labels)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise OutputError(
            f"{labels.path}: a table cannot be read ({harmless(str(error), 200)}): a file was"
            " removed or changed; restore it, or scan again into another folder"
        ) from error


def _summarised(labels: LabelsLike) -> Summary:
    documents = _table(labels.documents, ("label", "reasons", "language"))
    unlabelled = _table(
        labels.unlabelled, ("kind", "code", "message", "file", "offset", "length", "inner")
    )
    counted = _count(documents, pl.col("label"))
    reason = pl.col("reasons").list.get(0, null_on_oob=True).fill_null("no reason given")
    not_assessed = documents.filter(pl.col("label") == Label.NOT_ASSESSED.value)
    seconds = sum(run.seconds for run in labels.runs)
    done = sum(run.documents for run in labels.runs)
    return Summary(
        path=str(labels.path),
        state=labels.state,
        inputs=len(labels.inputs),
        finished=sum(one.finished for one in labels.inputs),
        failures=tuple((one.name, one.error) for one in labels.inputs if one.error is not None),
        books=labels.books,
        labels={label.value: counted.get(label.value, 0) for label in Label},
        not_assessed=_count(not_assessed, reason),
        languages=_count(documents, pl.col("language")),
        skips=_count(unlabelled.filter(pl.col("kind") == "skip"), pl.col("code")),
        faults=_faults(unlabelled.filter(pl.col("kind") == "fault")),
        lost=labels.lost,
        seconds=round(seconds, 1),
        rate=round(done / seconds, 2) if seconds and done else None,
        contract=dict(labels.contract),
    )


def summary_json(summary: Summary) -> dict[str, Any]:
    """The summary as JSON values, names as in `Summary`."""
    return asdict(summary)


def render_summary(summary: Summary) -> str:
    """The summary as lines for a terminal; nothing in it can move the cursor or change colours."""
    books = summary.books
    lines = [
        f"Labels in {harmless(summary.path)}: {_state(summary)}",
        "",
        f"  {'records':<24}{thousands(books.records):>14}",
        *_shares("documents", books.documents, summary.labels, books.records),
        *_indented("not assessed because", summary.not_assessed),
        *_indented("languages", summary.languages, most=_MOST_LANGUAGES),
        *_shares("skips", books.skips, summary.skips, books.records),
        *_shares("faults", books.faults, {f.code: f.count for f in summary.faults}, books.records),
        *(f"      {f.code}, first at {harmless(f.example, 200)}" for f in summary.faults),
    ]
    if summary.lost:
        lines.append(f"  {'bytes lost to damage':<24}{thousands(summary.lost):>14}")
    if summary.rate is not None:
        took = f"(in {summary.seconds:,.1f} s)"
        lines.append(f"  {'documents a second':<24}{summary.rate:>14,.1f}  {took}")
    lines += [
        f"  failed: {harmless(name, 200)}: {harmless(error, 300)}"
        for name, error in summary.failures[:_MOST_FAILURES]
    ]
    if len(summary.failures) > _MOST_FAILURES:
        lines.append(f"  and {len(summary.failures) - _MOST_FAILURES} more failed inputs")
    return "\n".join([*lines, *_rules(summary.contract), "", *_where(summary)])


def _table(files: Sequence[Path], columns: Sequence[str]) -> pl.LazyFrame:
    if not files:
        lists: dict[str, pl.DataType] = {"reasons": pl.List(pl.String)}
        return pl.LazyFrame(schema={name: lists.get(name, pl.String()) for name in columns})
    return pl.scan_parquet(list(files), glob=False).select(columns)


def _count(table: pl.LazyFrame, by: pl.Expr) -> dict[str, int]:
    """Rows by the value of an expression, the largest count first, equal ones by name."""
    counts = table.group_by(by.alias("name")).len().sort("len", "name", descending=[True, False])
    return dict(counts.collect().iter_rows())


def _faults(table: pl.LazyFrame) -> tuple[FaultSummary, ...]:
    place = ("message", "file", "offset", "length", "inner")
    found = (
        table.group_by("code")
        .agg(pl.len().alias("count"), *(pl.col(name).first() for name in place))
        .sort("count", "code", descending=[True, False])
    )
    return tuple(
        FaultSummary(
            code=row["code"],
            count=row["count"],
            example=str(Locator(row["file"], row["offset"], row["length"], row["inner"])),
            message=row["message"],
        )
        for row in found.collect().iter_rows(named=True)
    )


def _state(summary: Summary) -> str:
    inputs = f"{summary.inputs} input{'s' if summary.inputs != 1 else ''}"
    if summary.state == "running":
        return f"unfinished, {summary.finished} of {inputs} done (the same command goes on with it)"
    if summary.state == "partial":
        return (
            f"finished, but {len(summary.failures)} of {inputs} failed (the same command retries)"
        )
    return f"complete, {inputs}"


def _shares(title: str, total: int, parts: Mapping[str, int], whole: int) -> list[str]:
    share = f"{total / whole:7.1%}" if whole else ""
    lines = [f"  {title:<24}{thousands(total):>14}{share}"]
    for name, count in parts.items():
        share = f"{count / total:7.1%}" if total else ""
        lines.append(f"    {harmless(name, 60):<22}{thousands(count):>14}{share}")
    return lines


def _indented(title: str, parts: Mapping[str, int], most: int | None = None) -> list[str]:
    if not parts:
        return []
    shown = list(parts.items())[:most]
    text = ", ".join(f"{harmless(name, 60)} {thousands(count)}" for name, count in shown)
    more = len(parts) - len(shown)
    return [f"      {title}: {text}" + (f" and {more} more" if more else "")]


def _rules(contract: Mapping[str, Any]) -> list[str]:
    """The policy's thresholds, each with the bound of its false-positive rate."""
    rules = contract.get("thresholds")
    if not isinstance(rules, list):
        return []
    said = [str(rule["statement"]) for rule in rules if "statement" in rule]
    lines = ["", f"  policy at a false-positive rate of {harmless(str(contract.get('fpr')), 20)}"]
    lines += [f"    {harmless(text, 300)}" for text in said[:_MOST_RULES]]
    if len(said) > _MOST_RULES:
        lines.append(f"    and {len(said) - _MOST_RULES} more (manifest.json names them)")
    return lines


def _where(summary: Summary) -> list[str]:
    path = harmless(summary.path)
    return [
        f"  {path}/documents/*.parquet   one row for each page: label, scores, reasons",
        f"  {path}/signatures/*.parquet  MinHash signatures, joined by file and ordinal",
        f"  {path}/unlabelled/*.parquet  skips and faults, with the reason for each",
        f"  {path}/manifest.json         settings, digests, versions, books",
    ]
