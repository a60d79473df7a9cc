"""The results as a page for people, made from the numbers alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TARGET = 1.25


def page(found: dict[str, Any]) -> str:
    """Write benchmarks/results/filter.md."""
    about = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    lines = [
        "# Filtering",
        "",
        f"Made by `{found['command']}`; [docs/filter.md](../../docs/filter.md) explains what is"
        " measured.",
        "",
        *_cpu(found["cpu"]),
        *_memory(found["memory"]),
        *_end_to_end(found["end_to_end"]),
        f"Measured on: {about}.",
    ]
    return "\n".join([*lines, ""])


def _cpu(rows: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield "## CPU"
    yield ""
    yield (
        "The pages of one archive, stored in several ways, with one page in three kept. CPU"
        " seconds in one process, start and imports not counted: a plain read by FastWARC (every"
        " block read, HTTP heads not parsed), the same by our reader (blocks not kept), and the"
        " filtering, with its ledger, digests and everything else. Medians of interleaved rounds."
        f" Target: at most {TARGET} times a plain read. Without compression, reading is little more"
        " than copying, and the SHA-256 of what is written costs as much; a member for all must be"
        " inflated, and deflated again."
    )
    yield ""
    yield (
        "| archive | MB | records | kept | FastWARC | our reader | filter | filter / FastWARC"
        " | filter / our reader |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for title, row in rows.items():
        yield (
            f"| {title} | {row['bytes_in'] / 1e6:.0f} | {row['records']:,} | {row['kept']:,}"
            f" | {row['fastwarc']:.3f} s | {row['ours']:.3f} s | {row['filter']:.3f} s"
            f" | {row['filter'] / row['fastwarc']:.2f} | {row['filter'] / row['ours']:.2f} |"
        )
    yield ""


def _memory(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "## Memory"
    yield ""
    yield (
        "The archive with requests and metadata, that many times behind itself; peak of resident"
        " memory of the process, Python and its libraries included."
    )
    yield ""
    yield "| MB | records | peak |"
    yield "|--:|--:|--:|"
    for row in rows:
        yield f"| {row['bytes'] / 1e6:,.0f} | {row['records']:,} | {row['peak']:.0f} MB |"
    yield ""
    yield f"Per record: {_slope(rows):.0f} bytes."
    yield ""


def _slope(rows: list[dict[str, Any]]) -> float:
    first, last = rows[0], rows[-1]
    grown = (last["peak"] - first["peak"]) * (1 << 20)
    return float(grown / (last["records"] - first["records"]))


def _end_to_end(found: dict[str, Any]) -> Iterator[str]:
    yield "## End to end"
    yield ""
    yield (
        f"The archive scanned, filtered with `--drop likely-ai`, and scanned again: of"
        f" {found['records']:,} records {found['left']:,} are left and {found['in_ledger']:,} stand"
        f" in the ledger ({'all explained' if found['explained'] else '**not all explained**'})."
        f" `likely-ai` before: {found['likely_ai_before']:,}, after: {found['likely_ai_after']:,}."
        f" Kept members that differ from the original's bytes: {found['members_that_differ']}."
        f" Kept pages whose label changed: {found['labels_that_changed']}."
        f" {found['bytes_in'] / 1e6:.1f} MB became {found['bytes_out'] / 1e6:.1f} MB, in"
        f" {found['filter_cpu']:.1f} s of CPU with the start of the program; the scan took"
        f" {found['scan_cpu']:.1f} s."
    )
    yield ""
