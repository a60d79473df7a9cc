"""The results as a page for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Result = dict[str, Any]


def page(result: Result) -> str:
    """All that was measured, as Markdown."""
    lines = ["# Clusters of near-duplicates", "", "Made by `python -m benchmarks.clusters`."]
    for name, tell in TELLERS.items():
        if name in result:
            about = result[name]["machine"]
            lines += ["", *tell(result[name]), ""]
            lines.append(
                f"{about['processor']}, {about['cores']} cores, {about['memory_gib']} GiB."
            )
    return "\n".join(lines) + "\n"


def _rows(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    head = list(head)
    yield "| " + " | ".join(head) + " |"
    yield "|" + "--:|" * len(head)
    for row in rows:
        yield "| " + " | ".join(str(one) for one in row) + " |"


def _met(met: bool) -> str:
    return "met" if met else "**missed**"


def _signatures(found: Result) -> Iterator[str]:
    yield "## Signatures"
    yield ""
    yield (
        f"Root-mean-square error of the Jaccard similarity that two signatures of 128 values"
        f" estimate, over {found['pairs_of_each']:,} pairs of each known similarity J, against"
        f" theory, sqrt(J (1 - J) / 128). Target: within {found['target']['within']:.0%},"
        f" {_met(found['target']['met'])}; pooled {found['pooled_ratio']:.3f} of theory."
    )
    yield ""
    keys = ("jaccard", "bias", "rms", "theory", "ratio")
    yield from _rows(keys, ([row[key] for key in keys] for row in found["rows"]))


def _planted(found: Result) -> Iterator[str]:
    by = found["by"]
    yield "## Planted duplicates"
    yield ""
    yield (
        f"{found['texts']:,} texts of 150 to 600 words, threshold {found['threshold']}:"
        f" {found['planted_pairs']:,} pairs of a text and an edited copy, or of two copies, whose"
        f" Jaccard similarity is known; and {found['templated']:,} pages of one template, whose own"
        " words are 7 to 12 % of them. Similarity is estimated from signatures, or exact where the"
        " scans kept their texts; the guard is the rule about boilerplate. Target: recall above"
        f" 0.85 at least {found['target']['recall_above_0.85']}, precision of verified links at"
        f" least {found['target']['precision']}."
    )
    yield ""
    names = {
        "recall_above_0.85": "pairs above 0.85 in one cluster",
        "recall_above_0.8": "pairs from 0.8 in one cluster",
        "links": "links (members, without the templated)",
        "precision": "of these, at 0.8 or more",
        "links_at_least_0.75": "of these, at 0.75 or more",
        "least_similarity_of_a_link": "least similarity of a link",
        "links_between_unrelated": "links between unrelated texts",
        "templated_merged": "templated pages merged (all are false)",
        "kept_apart": "texts kept apart that union-find would join",
        "candidates": "candidates",
        "verified": "verified",
    }
    rows = ([title, *(one[key] for one in by.values())] for key, title in names.items())
    yield from _rows(["", *by], rows)
    met = found["target"]["met"]
    yield from _rows_end("both targets", (_met(met[name]) for name in by))
    yield ""
    yield "Share of planted pairs that end in one cluster, by their similarity:"
    yield ""
    curves = [one["curve"] for one in by.values()]
    yield from _rows(
        ["similarity", "pairs", *by],
        (
            [f"{row['from']} to {row['to']}", row["pairs"], *(c[n]["together"] for c in curves)]
            for n, row in enumerate(curves[0])
        ),
    )
    yield from _traded(found)


def _traded(found: Result) -> Iterator[str]:
    """What another threshold buys where there are signatures alone, and what texts do."""
    yield ""
    yield (
        "A signature's estimate cannot have both recall and precision at the threshold: what"
        " `--threshold` buys by signatures alone, and what texts at"
        f" {found['threshold']} give, kept by the scan or read again from its archives"
        " (`--from-archives`), which come to the same. Links at 0.8 and 0.75 are counted by the"
        " exact similarity of both texts."
    )
    yield ""
    names = {
        "recall_above_0.85": "pairs above 0.85 in one cluster",
        "recall_above_0.9": "pairs above 0.9 in one cluster",
        "links": "links",
        "precision": "of these, at 0.8 or more",
        "links_at_least_0.75": "of these, at 0.75 or more",
    }
    yield from _rows(
        ["by, threshold", *names.values()],
        ([name, *(one[key] for key in names)] for name, one in found["cut_offs"].items()),
    )


def _rows_end(title: str, values: Iterable[str]) -> Iterator[str]:
    yield "| " + " | ".join([title, *values]) + " |"


def _scale(found: Result) -> Iterator[str]:
    yield "## Scale"
    yield ""
    yield (
        "Synthetic signatures in a file, a fifth of them copies in 50 to 100 % of the places;"
        " each run is a process of its own, its start included. Peak memory is the process's"
        " largest resident set (`ru_maxrss`), which is never less than the"
        f" {found['floor_megabytes']} MB of the process that starts it. All cut 18 bands of 7 rows;"
        " ours and datasketch's verify at 0.8."
    )
    yield ""
    rows = {f"{int(count):,}": one for count, one in found["signatures"].items()}
    rows |= {f"200,000, {name}": one for name, one in found["on_200000"].items()}
    keys = ("cpu_seconds", "wall_seconds", "peak_megabytes", "candidates", "verified", "joined")
    yield from _rows(
        ["signatures", *(key.replace("_", " ") for key in keys)],
        ([name, *(_or_none(one[key]) for key in keys)] for name, one in rows.items()),
    )
    yield ""
    for name, times in found["takes_times"].items():
        if name != "ours":
            yield (
                f"{_NAMED[name]} {times['cpu_seconds']} times the CPU time and"
                f" {times['peak_megabytes']} times the memory on the same 200,000."
            )
    if found["not_run"]:
        yield f"Not run: {', '.join(f'{n:,}' for n in found['not_run'])}."
    yield ""
    yield from (f"* {name}: {_met(met)}" for name, met in found["target"].items())


def _text(found: Result) -> Iterator[str]:
    yield "## Real texts"
    yield ""
    yield (
        "The exact Jaccard similarity (runs of five words) of human abstracts and their polishes by"
        " language models (`hppt`), and of news texts at three levels of English"
        " (`onestopenglish`): the share of pairs at or above each similarity."
    )
    for name in ("hppt", "onestopenglish"):
        yield ""
        one = found[name]
        if "skipped" in one:
            yield f"{name}: skipped, {one['skipped']}."
            continue
        steps = list(next(iter(one["pairs"].values()))["share_at_least"])
        yield from _rows(
            [name, "pairs", "median", *steps],
            (
                [kind, some["pairs"], some["median"], *some["share_at_least"].values()]
                for kind, some in one["pairs"].items()
            ),
        )
        yield ""
        yield from _rows(
            ["threshold", "texts joined to one of their pair", "to another's"],
            ([c["threshold"], c["same_pair"], c["different_pairs"]] for c in one["clusters"]),
        )


_NAMED = {
    "datasketch": "`datasketch.MinHashLSH` takes",
    "datatrove": "datatrove's `MinhashDedupBuckets` and `MinhashDedupCluster`, which unite whatever"
    " shares a bucket, take",
}


def _or_none(value: object) -> object:
    return "" if value is None else value


def _peers(found: Result) -> Iterator[str]:
    low, high = found["words"]
    yield "## Whole path, beside others"
    yield ""
    yield (
        f"{found['texts']:,} texts of {low} to {high} words in one Parquet file, {found['pairs']:,}"
        " known pairs: read, sign (runs of five words, 18 bands of 7 rows), find clusters, write"
        " the texts that stay; one process each, its start included, in the same run. datasketch's"
        " recipe verifies candidates by their signatures, as ours does; ours by texts reads them"
        " once more. datatrove and text-dedup unite whatever shares a bucket; datatrove cuts words"
        " with spaCy's tokenizer, the others at spaces and punctuation."
    )
    yield ""
    runs = {name: one for name, one in found["runs"].items() if "skipped" not in one}
    times = found["takes_times"]
    titles = {
        "cpu_seconds": "cpu seconds",
        "peak_megabytes": "peak megabytes",
        "kept": "kept",
        "together_above_0.85": "pairs above 0.85 together",
        "of_those_together_at_least_0.8": "pairs together that are at 0.8 or more",
        "of_those_together_at_least_0.6": "at 0.6 or more",
        "clusters_of_unrelated": "unrelated texts merged",
    }
    yield from _rows(
        ["", "times our cpu", "times our memory", *titles.values()],
        (
            [
                name,
                times[name]["cpu_seconds"],
                times[name]["peak_megabytes"],
                *(one[key] for key in titles),
            ]
            for name, one in runs.items()
        ),
    )
    for name, one in found["runs"].items():
        if "skipped" in one:
            yield ""
            yield f"{name}: not run, {one['skipped']}."


def _reread(found: Result) -> Iterator[str]:
    yield "## Texts read again"
    yield ""
    if "skipped" in found:
        yield f"Skipped: {found['skipped']}."
        return
    yield (
        f"`--from-archives` on `{found['archive']}`, {found['documents']:,} documents, whose scan"
        f" takes {found['scan_milliseconds']} ms of CPU a document in one process. For each text:"
        " reading, extraction, checking its hash, and its shingles."
    )
    yield ""
    rows = {name: one for name, one in found.items() if isinstance(one, dict) and "of_scan" in one}
    yield from _rows(
        ["read again", "texts", "milliseconds a text", "of the scan's"],
        (
            [name.replace("_", " "), one["texts"], one["milliseconds"], one["of_scan"]]
            for name, one in rows.items()
        ),
    )
    yield ""
    whole = found["clustering"]
    yield (
        f"Clustering them takes {whole['signatures_seconds']} s of CPU by signatures, and"
        f" {whole['from_archives_seconds']} s with the {whole['read_again']:,} texts that have"
        " candidates read again."
    )


TELLERS: dict[str, Callable[[Result], Iterator[str]]] = {
    "signatures": _signatures,
    "planted": _planted,
    "scale": _scale,
    "peers": _peers,
    "reread": _reread,
    "text": _text,
}
