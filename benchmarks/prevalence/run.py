"""Coverage of the intervals of `detector prevalence`.

    python -m benchmarks.prevalence --labels LABELS [--web ../shared/web]

LABELS is a finished scan of `labelled.warc.gz`.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.prevalence.crawls import Maker, Outcome
from benchmarks.prevalence.pages import PAGES, assessed, resampled
from benchmarks.quality.results import ROOT, surroundings
from benchmarks.quality.tables import table
from detector.label.rates import shipped_rates
from detector.pipeline.prevalence import SOURCES

SHARES = (0.0, 0.01, 0.05, 0.2, 0.5)
CRAWL = 3_000
DRAWS = 400
SEED = 7


def simulate(crawls: int) -> list[dict[str, Any]]:
    """Coverage for crawls of few and of many sources, known and unknown to the rates."""
    rows = []
    for unseen in (False, True):
        for sources in (1, 2, 4, 8):
            effective = 1.0 if sources == 1 else SOURCES
            maker = Maker(shipped_rates(), CRAWL, sources, unseen, effective, DRAWS)
            for share in SHARES:
                rng = np.random.default_rng(SEED)
                made = [maker.make(rng, share) for _ in range(crawls)]
                rows.append(_row(unseen, sources, effective, share, made))
                print(rows[-1], flush=True)
    return rows


def _row(
    unseen: bool, sources: int, effective: float, share: float, made: list[Outcome]
) -> dict[str, Any]:
    count, mixture = [one.by_count for one in made], [one.by_mixture for one in made]
    return {
        "rates": "without the crawl's sources" if unseen else "with the crawl's sources",
        "sources of each": sources,
        "assumed": f"{effective:g}",
        "share": share,
        "by count": float(np.mean([one.holds(one.by_count) for one in made])),
        "width": float(np.median([float(one.high[0] - one.low[0]) for one in count])),
        "error": float(np.median([abs(float(one.by_count.raw[0]) - one.truth) for one in made])),
        "by distribution": float(np.mean([one.holds(one.by_mixture) for one in made])),
        "its width": float(np.median([float(one.high[0] - one.low[0]) for one in mixture])),
        "its error": float(
            np.median([abs(float(one.by_mixture.raw[0]) - one.truth) for one in made])
        ),
        "contradict": float(np.mean([one.disagree for one in made])),
    }


def on_pages(folder: Path, web: Path, times: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rendered pages, resampled; and one estimate of all of them."""
    rows, estimator = assessed(folder, web)
    found = []
    for share in (0.0, 0.05, 0.2, 0.5):
        made = [resampled(rows, estimator, share, SEED + n) for n in range(times)]
        found.append({
            "share": share,
            "estimate": float(np.median([one["share"] for one in made])),
            "low": float(np.median([one["low"] for one in made])),
            "high": float(np.median([one["high"] for one in made])),
            "by count": float(np.mean([one["holds"] for one in made])),
            "its estimate": float(np.median([one["mixture"] for one in made])),
            "its low": float(np.median([one["mixture_low"] for one in made])),
            "its high": float(np.median([one["mixture_high"] for one in made])),
            "by distribution": float(np.mean([one["mixture_holds"] for one in made])),
            "contradict": float(np.mean([one["disagree"] for one in made])),
        })  # fmt: skip
        print(found[-1], flush=True)
    return found, {"human": int((~rows["machine"]).sum()), "machine": int(rows["machine"].sum())}


def report(content: dict[str, Any]) -> str:
    facts = "\n".join(f"* {name}: {value}" for name, value in content["about"].items())
    names = tuple(content["crawls"][0])
    pages = tuple(content["pages"][0])
    return f"""\
# Prevalence: whether the intervals hold the truth

{facts}

## Made crawls

Each of {CRAWL:,} texts of so many human and so many machine sources, each source with the same part
of it; their scores are by models that had not seen the source. "By count" and "by distribution" are
the shares of crawls whose 95 % interval holds the true share; "width" is the median width of the
interval, "error" the median distance of the estimate. "Assumed" is the number of effective sources
that the interval allows for: 1 for a single site, {SOURCES:g} for anything else. Half of the tables
keep the sources of the crawl out of the rates, the harder case: nothing at all is known of them.

{table(content["crawls"], names)}

## Rendered pages

The {content["rendered"]["human"]:,} human and {content["rendered"]["machine"]:,} machine pages of
the labelled archive that were assessed, {PAGES} of them at a time without replacement, mixed to
each share. Estimate, low and high are medians over the samples. All sources of these texts but one
(`kpanuragh_blog`) are in the model's training, so more is found of them than of unseen ones.

{table(content["pages"], pages)}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--web", type=Path, default=ROOT.parent / "shared" / "web")
    parser.add_argument("--crawls", type=int, default=500)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args()
    started = time.process_time()
    pages, rendered = on_pages(options.labels, options.web, options.times)
    crawls = simulate(options.crawls)
    content = {
        "about": {
            "command": "python -m benchmarks.prevalence " + shlex.join(sys.argv[1:]),
            "made crawls": options.crawls,
            "samples of pages": options.times,
            **surroundings("numpy", "polars"),
            "CPU seconds": round(time.process_time() - started, 1),
        },
        "crawls": crawls,
        "pages": pages,
        "rendered": rendered,
    }
    (options.out / "prevalence.json").write_text(json.dumps(content, indent=1) + "\n")
    (options.out / "prevalence.md").write_text(report(content))
    print(f"written: {options.out}/prevalence.json and .md")
