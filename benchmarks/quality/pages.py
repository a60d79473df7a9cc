"""The labels of a whole scan on labelled pages, and how often each finding occurs on them.

    python -m benchmarks.quality.pages [--web ../shared/web] [--budget all]

Real pages were published before November 2022; rendered ones are texts, human or AI, in page
layouts of one kind. Archive dates carry no signal there. Of the real pages, those of `dragnet`,
`cleaneval` and `l3s-gn1` are in the training as texts; of the rendered ones, all sources but
`kpanuragh_blog`.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.quality.results import ROOT, processor
from benchmarks.quality.tables import table
from detector import ScanSettings
from detector.binomial import upper_bound
from detector.cli.options import Budget
from detector.label.policy import CONCLUSIVE, SUGGESTIVE
from detector.pipeline.scan import Scanner
from detector.write.labels import open_labels

TRAINED_PAGES = ("cleaneval", "dragnet", "l3s-gn1")
UNSEEN_TEXTS = ("kpanuragh_blog",)
LABELS = ("likely-ai", "uncertain", "not-assessed")


def read_rows(web: Path, settings: ScanSettings) -> tuple[pl.DataFrame, str]:
    """Scan the labelled archive; gives its English documents with what they are, and the policy."""
    truth = pl.read_ndjson(web / "labelled.truth.jsonl")
    truth = truth.select("url", "kind", "source", truth="label")
    with tempfile.TemporaryDirectory() as folder:
        result = Scanner(settings).scan([str(web / "labelled.warc.gz")], Path(folder) / "labels")
        labels = open_labels(result.out)
        rows = pl.read_parquet(list(labels.documents), glob=False)
        policy = str(labels.settings.digests["policy"])
    return rows.filter(language="en").join(truth, on="url"), policy


def by_source(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """The shares of labels for each kind and source."""
    groups = rows.group_by("kind", "truth", "source").agg(
        pl.len().alias("documents"),
        *(pl.col("label").eq(label).mean().alias(label) for label in LABELS),
        pl.col("ai_fraction").mean().alias("mean ai_fraction"),
    )
    return groups.sort("kind", "truth", "source").to_dicts()


def totals(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """The two shares that matter most, on pages and texts that nothing was trained on."""
    real = rows.filter(pl.col("kind") == "real")
    unseen = real.filter(~pl.col("source").is_in(TRAINED_PAGES))
    found = rows.filter(pl.col("source").is_in(UNSEEN_TEXTS))
    groups = {
        "real pages, sources not trained on": unseen,
        "real pages, all": real,
        "rendered AI texts of sources not trained on": found,
    }
    return [
        {"what": what, "documents": len(group), "likely-ai": (group["label"] == "likely-ai").mean()}
        for what, group in groups.items()
    ]


def base_rates(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """How many real human pages, and rendered AI texts, carry each finding."""
    sides = {
        "real human pages": rows.filter(pl.col("kind") == "real"),
        "AI texts": rows.filter(pl.col("truth") == "ai"),
    }
    counts = {
        name: Counter(
            code
            for found in side["findings"].to_list()
            for code in {finding["code"] for finding in found}
        )
        for name, side in sides.items()
    }
    codes = {*CONCLUSIVE, *SUGGESTIVE}.union(*counts.values())
    return [
        {"finding": code, "counts as": weight_of(code)}
        | {name: f"{counts[name][code]:,} of {len(side):,}" for name, side in sides.items()}
        | {"at most": upper_bound(counts["real human pages"][code], len(sides["real human pages"]))}
        for code in sorted(codes)
    ]


def weight_of(code: str) -> str:
    """What the policy makes of a finding by itself."""
    if code in CONCLUSIVE:
        return "likely-ai"
    return "uncertain" if code in SUGGESTIVE else "nothing"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--web", type=Path, default=ROOT.parent / "shared" / "web")
    parser.add_argument("--budget", type=lambda text: Budget().convert(text, None, None))
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args()
    rows, policy = read_rows(options.web, ScanSettings(budget=options.budget))
    content = {
        "about": {
            "command": "python -m benchmarks.quality.pages " + shlex.join(sys.argv[1:]),
            "policy": policy,
            "machine": processor(),
        },
        "totals": totals(rows),
        "by_source": by_source(rows),
        "base_rates": base_rates(rows),
    }
    name = "pages" if options.budget is None else "pages-deep"
    text = report(content)
    print(text)
    (options.out / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")
    (options.out / f"{name}.md").write_text(text)


def report(content: dict[str, Any]) -> str:
    facts = "\n".join(f"* {name}: {value}" for name, value in content["about"].items())
    shown = ("kind", "truth", "source", "documents", *LABELS, "mean ai_fraction")
    sides = ("finding", "counts as", "real human pages", "at most", "AI texts")
    return f"""\
# The labels of a whole scan on labelled pages

{(__doc__ or "").split(chr(10) * 2, 2)[2].strip()}
English documents only. The rate is 1 %.

{facts}

{table(content["totals"], ("what", "documents", "likely-ai"))}

{table(content["by_source"], shown)}

How often each finding occurs (a document counts once). "At most" is the 95 % upper bound of the
share of human pages (Clopper and Pearson). A code that does not occur is listed all the same:

{table(content["base_rates"], sides)}
"""


if __name__ == "__main__":
    main()
