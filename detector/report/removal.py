"""The page of a removal audit: what would go, what of it people wrote, and a sample to read.

Markdown. What came from the crawl stands in code spans and code blocks, with everything escaped
that could end one or move a cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from detector.report.terminal import harmless, thousands

_MOST_GROUPS: Final = 25
_LONGEST_TEXT: Final = 3_000  # characters of a text on the page; the table has more
_LONGEST_LINE: Final = 400
_KINDS: Final = {
    "host": "Hosts",
    "length": "Lengths, in words",
    "language": "Languages",
    "media-type": "Media types",
    "suffix": "Suffixes of registered domains",
}


def removal_summary(settings: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """The outcome in a few lines."""
    asked = [f"drop {name}" for name in settings["drop"]]
    if settings["keep"] is not None:
        asked.append(f"keep {harmless(settings['keep'], 300)}")
    share = found["dropped"] / found["pages"] if found["pages"] else 0.0
    lines = [
        f"{thousands(found['dropped'])} of {thousands(found['pages'])} pages ({share:.1%}) would go"
        f" ({'; '.join(asked)})",
        f"  {thousands(found['proven'])} carry a conclusive trace or a known text",
        f"  {thousands(found['unjudged'])} were not assessed: nothing is known of who wrote them",
        f"  {thousands(found['scored'])} go by their scores; {_humans(found)} of these are expected"
        " to be human-written",
    ]
    if found["machine"] is not None:
        lines.append(
            f"machine text among the assessed pages: {found['machine']:.1%}"
            f" ({found['machine_low']:.1%} to {found['machine_high']:.1%})"
        )
    if found["texts_missing"]:
        lines.append(
            f"{thousands(found['texts_missing'])} of {thousands(found['sampled'])} sampled texts"
            " could not be read again:"
        )
        lines += [f"  {harmless(problem, 300)}" for problem in found["problems"]]
    return "\n".join(lines)


def removal_page(
    settings: Mapping[str, Any],
    found: Mapping[str, Any],
    groups: pl.DataFrame,
    writers: pl.DataFrame,
    sample: pl.DataFrame,
) -> str:
    """The whole page. groups, writers, sample: the tables of the audit."""
    rate = settings["fpr"]
    lines = [
        "# Removal audit",
        "",
        f"Of {_code(settings['scan'])}, at a false-positive rate of {rate:g}.",
        "",
        *_block(removal_summary(settings, found)),
        "",
    ]
    for by, title in _KINDS.items():
        own = groups.filter(by=by)
        lines += [f"## {title}", "", *_group_table(own, settings["min_pages"]), ""]
    lines += ["## Kinds of writer", "", *_writers(writers), ""]
    lines += [f"## A sample of {len(sample)} to read", "", f"Seed {settings['seed']}.", ""]
    for number, row in enumerate(sample.iter_rows(named=True), 1):
        lines += [*_document(number, row), ""]
    return "\n".join(lines)


def _group_table(groups: pl.DataFrame, min_pages: int) -> Iterator[str]:
    if groups.is_empty():
        yield f"None has {min_pages} pages or more."
        return
    yield "| | pages | would go | share | of these human-written, expected |"
    yield "|---|--:|--:|--:|--:|"
    for row in groups.head(_MOST_GROUPS).iter_rows(named=True):
        name = "(unknown)" if row["group"] is None else _code(row["group"], 60)
        yield (
            f"| {name} | {thousands(row['pages'])} | {thousands(row['dropped'])} |"
            f" {row['share_dropped']:.1%} | {_humans(row)} |"
        )
    if len(groups) > _MOST_GROUPS:
        yield ""
        yield f"And {thousands(len(groups) - _MOST_GROUPS)} more in `groups.parquet`."


def _writers(writers: pl.DataFrame) -> Iterator[str]:
    yield "Who wrote a page is not known. Were its texts of one of these kinds, so many human ones"
    yield "would score above the cut (at the lengths of this scan's pages; measured on sources"
    yield "that the model had not seen):"
    yield ""
    yield "| human texts | known | above the cut | 95 % interval |"
    yield "|---|--:|--:|--:|"
    for row in writers.iter_rows(named=True):
        yield (
            f"| {row['kind']} | {thousands(row['texts'])} | {row['rate']:.1%} |"
            f" {row['low']:.1%} to {row['high']:.1%} |"
        )


def _document(number: int, row: Mapping[str, Any]) -> Iterator[str]:
    reasons = ", ".join(row["reasons"]) or "none"
    yield f"### {number}. {_code(row['url'] or '(no address)', 200)}"
    yield ""
    yield f"* {_code(row['locator'], 300)}"
    yield f"* title: {_code(row['title'] or '', 200)}; language {_code(row['language'], 20)};"
    yield f"  {thousands(row['words'])} words; goes as {_code(row['why'], 60)}; label"
    yield f"  {_code(row['label'], 60)} for {_code(reasons, 300)};"
    yield f"  p-value {_number(row['p_value'])}"
    for finding in row["findings"][:5]:
        yield f"* {_code(finding['code'], 60)}: {_code(finding['excerpt'], 200)}"
    yield ""
    if row["text"] is None:
        yield "The text could not be had."
        return
    text = row["text"][:_LONGEST_TEXT]
    yield from _block(text + (" …" if len(row["text"]) > _LONGEST_TEXT else ""))


def _humans(row: Mapping[str, Any]) -> str:
    if row["human"] is None or not row["scored"]:
        return "0"
    return f"{row['human']:,.0f} ({row['human_low']:,.0f} to {row['human_high']:,.0f})"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"


def _block(text: str) -> list[str]:
    """A code block by indentation, which nothing in the text can end."""
    return [f"    {harmless(line, _LONGEST_LINE)}".rstrip() for line in text.splitlines()]


def _code(text: str, longest: int = 200) -> str:
    """A code span; a grave accent would end it, a bar would end a cell."""
    safe = harmless(text, longest).replace("`", "'").replace("|", "\\u007c")
    return f"`{safe or ' '}`"
