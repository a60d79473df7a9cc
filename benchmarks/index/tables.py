"""The results page, made from the numbers alone."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

NAMES = {"build": "without signatures", "build-signed": "with signatures"}


def page(found: dict[str, Any]) -> str:
    """Write benchmarks/results/index.md."""
    lines = [
        "# Indexes of known texts",
        "",
        f"Made by `{found['command']}` (larger indexes with `--only scale --documents N`);"
        " [docs/index.md](../../docs/index.md) explains what is measured. One thread, CPU time.",
        "",
    ]
    if "scale" in found:
        lines += scale(found["scale"])
    if "scan" in found:
        lines += scan(found["scan"])
    about = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    return "\n".join([*lines, f"Measured on: {about}.", ""])


def scale(sizes: dict[str, Any]) -> Iterator[str]:
    """Size and speed of the made-up indexes."""
    yield "## Size and speed"
    yield ""
    yield (
        "Made-up documents of 600 words each (random hashes, signatures and shingles). An unknown"
        " page is in no index; an equal one is found by its exact hash; the others hold a known"
        " text. Time to build is that of the index alone, fingerprints given. Peak memory includes"
        " 170 MB of Python with its libraries, and whatever pages of mapped files were touched: of"
        " the index, and while building, of its runs; these are the system's to take back."
    )
    yield ""
    yield (
        "| documents | | bytes each | build | peak | open | lookups/s: unknown | equal | inside"
        " | peak | add 1,000 | peak |"
    )
    yield "|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for count, of in sorted(sizes.items(), key=lambda item: int(item[0])):
        for name, title in NAMES.items():
            built, looked, added = (of[name][key] for key in ("build", "look_up", "add"))
            rates = looked["rates"]
            yield (
                f"| {int(count):,} | {title} | {built['size'] / int(count):.1f}"
                f" | {built['cpu']:.0f} s | {built['peak']:,.0f} MB"
                f" | {1000 * looked['open']:.1f} ms"
                f" | {rates['unknown']:,.0f} | {rates['equal']:,.0f} | {rates['inside']:,.0f}"
                f" | {looked['peak']:,.0f} MB | {added['cpu']:.1f} s | {added['peak']:,.0f} MB |"
            )
    yield ""


def scan(found: dict[str, Any]) -> Iterator[str]:
    """Cost within a scan, and what was found end to end."""
    yield "## In a scan"
    yield ""
    if "skipped" in found:
        yield f"Skipped: {found['skipped']}."
        yield ""
        return
    cost = found["cost"]
    share = cost["lookup_ms"] / cost["scan_ms"]
    yield (
        f"Looking a page up in an index of {cost['in_index']:,} documents with signatures takes"
        f" {cost['lookup_ms']:.3f} ms of CPU, sampling its shingles included, where the rest of its"
        f" way through a scan takes {cost['scan_ms']:.2f} ms: {share:.1%}"
        f" (medians of 5 rounds over {cost['documents']:,} real pages; target: under 5 %)."
    )
    yield ""
    yield from end_to_end(found["end_to_end"])


def end_to_end(found: dict[str, Any]) -> Iterator[str]:
    """What the two indexes find of copies, and claim of pages they have not seen."""
    indexed, unrelated = found["indexed"], found["unrelated"]
    yield "## End to end"
    yield ""
    yield (
        f"The first half of an archive became a pre-LLM index ({indexed['pre-llm']:,} human pages,"
        f" dated 2019) and a known-AI index ({indexed['ai']:,} texts). The crawl: the second half,"
        " and pages made from texts of the first. Found: the right index has a match. Labelled: by"
        " that match, as the index says. Elsewhere: the other index claims it too."
    )
    yield ""
    yield "| index | copies made how | copies | found | labelled | elsewhere |"
    yield "|---|---|--:|--:|--:|--:|"
    for row in found["copies"]:
        yield (
            f"| {row['kind']} | {row['way']} | {row['copies']} | {row['found']}"
            f" | {row['labelled']} | {row['other_index']} |"
        )
    yield ""
    yield (
        "Of a page that quotes a text as long as the rest of it, half is known, which is the share"
        " that `pre-llm` asks for: about half of these are labelled by any unbiased estimate."
    )
    yield ""
    yield (
        f"Of the second half, **{unrelated['pages']:,} pages share no shingle of 13 words with any"
        f" indexed text; {unrelated['wrong']} of them are claimed** (target: 0 of at least 1,000)."
        " The others do repeat pages of the first half. Those labelled by a match, and the true"
        " share of the page's shingles (all of them, word for word) that a matched text has:"
    )
    yield ""
    yield "| label | pages | median | least | fewer than half | fewer than a quarter |"
    yield "|---|--:|--:|--:|--:|--:|"
    for label, shares in unrelated["labelled"].items():
        if shares:
            half, quarter = (sum(share < cut for share in shares) for cut in (0.5, 0.25))
            yield (
                f"| {label} | {len(shares)} | {statistics.median(shares):.2f} | {min(shares):.2f}"
                f" | {half} | {quarter} |"
            )
    yield ""
