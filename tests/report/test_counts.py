"""Counts are those of the documents, however they lie in parts, and long tables add up."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

import polars as pl
import pytest

from detector.report import counts, figures
from detector.report.counts import COLUMNS, LABELS, Kind, count_documents

KINDS = [Kind("en", 40, 80), Kind("en", 80, None)]
HOSTS = ["a.example.co.uk", "b.example.co.uk", "x.org", "203.0.113.9", None, "localhost"]
PATHS = ["x", "2021/03/y", "2031/01/z", "2020-07-01"]
DOMAINS = {"a.example.co.uk": "example.co.uk", "b.example.co.uk": "example.co.uk", "x.org": "x.org"}


def made(count: int, seed: int = 0) -> pl.DataFrame:
    draw = random.Random(seed)
    rows = []
    for at in range(count):
        host = draw.choice(HOSTS)
        rows.append(
            {
                "file": "a.warc.gz",
                "ordinal": at,
                "url": f"http://{host}/{draw.choice(PATHS)}",
                "host": host,
                "domain": DOMAINS.get(host or ""),
                "captured": datetime(2023, draw.randrange(1, 5), 3, tzinfo=timezone.utc),
                "language": draw.choice(["en", "de"]),
                "words": draw.randrange(40, 200),
                "score": draw.choice([None, float("nan"), draw.gauss(0, 9)]),
                "p_value": draw.choice([None, draw.random(), 1.0]),
                "label": draw.choice(LABELS),
                "reasons": draw.choice([[], ["classifier"], ["classifier", "artefact.cutoff"]]),
                "findings": draw.choice([[], [{"code": "artefact.cutoff"}] * 2]),
                "matches": draw.choice(
                    [[], [{"index": "old", "kind": "pre-llm", "id": draw.choice("ab")}]]
                ),
            }
        )
    return pl.DataFrame(rows, schema=dict(COLUMNS))


@pytest.fixture
def documents() -> pl.DataFrame:
    return made(700)


def counted(documents: pl.DataFrame, folder: Path, size: int) -> counts.Counts:
    files = []
    for start in range(0, len(documents), size):
        files.append(folder / f"{size}-{start}.parquet")
        documents[start : start + size].write_parquet(files[-1])
    return count_documents(files, KINDS, lambda _: None, lambda parts: parts)


def totals(found: pl.DataFrame) -> dict[object, int]:
    return dict(found.group_by("name").agg(pl.col("len").sum()).iter_rows())


@pytest.mark.parametrize("size", [700, 3])
def test_documents_are_counted_by_each_dimension(
    documents: pl.DataFrame, tmp_path: Path, size: int
) -> None:
    found = counted(documents, tmp_path, size)
    rows = documents.to_dicts()
    assert totals(found.of("language")) == Counter(row["language"] for row in rows)
    assert totals(found.of("host")) == Counter(row["host"] or "(no host)" for row in rows)
    suffixes = {None: "(no host)", "203.0.113.9": "(address)", "localhost": "localhost"}
    suffixes |= {"x.org": "org", "a.example.co.uk": "co.uk", "b.example.co.uk": "co.uk"}
    assert totals(found.of("suffix")) == Counter(suffixes[row["host"]] for row in rows)
    reasons = Counter(reason for row in rows for reason in row["reasons"])
    assert totals(found.of("reason")) == reasons
    with_findings = sum(bool(row["findings"]) for row in rows)
    assert totals(found.of("finding")) == {"artefact.cutoff": with_findings}
    assert found.of("match")["len"].sum() == sum(bool(row["matches"]) for row in rows)


def test_a_month_in_the_address_counts_if_it_is_before_the_capture(
    documents: pl.DataFrame, tmp_path: Path
) -> None:
    found = totals(counted(documents, tmp_path, 100).of("published"))
    urls = documents["url"].to_list()
    said = {str(key): value for key, value in found.items()}
    assert said["2021-03-01"] == sum("/2021/03/" in url for url in urls)
    assert said["2020-07-01"] == sum("/2020-07" in url for url in urls)
    assert set(said) == {"2021-03-01", "2020-07-01", "None"}


def test_scores_fall_into_the_bins_of_their_kind(documents: pl.DataFrame, tmp_path: Path) -> None:
    curves = figures.score_curves(counted(documents, tmp_path, 50).of("score"), KINDS)
    for curve, kind in zip(curves, KINDS, strict=True):
        own = [
            row
            for row in documents.to_dicts()
            if row["score"] is not None
            and row["score"] == row["score"]
            and row["language"] == "en"
            and kind.min_words <= row["words"] < (kind.max_words or 999)
        ]
        assert sum(curve["pages"]) + sum(curve["old"]) == len(own)
        assert sum(curve["old"]) == sum(row["label"] == "pre-llm" for row in own)
        least = min(row["score"] for row in own)
        both = [sum(pair) for pair in zip(curve["pages"], curve["old"], strict=True)]
        first = curve["first"] + curve["step"] * next(at for at, n in enumerate(both) if n)
        assert first <= max(least, -20) < first + curve["step"]


def test_p_values_of_one_fall_into_the_last_bin(documents: pl.DataFrame, tmp_path: Path) -> None:
    curve = figures.p_value_curve(counted(documents, tmp_path, 50).of("p_value"))
    assert sum(curve["pages"]) + sum(curve["old"]) == documents["p_value"].count()
    assert curve["pages"][-1] >= documents.filter(pl.col("p_value") == 1, label="pre-llm").height


def test_the_rest_of_a_long_table_is_one_row_that_makes_it_whole() -> None:
    names = [f"h{at:04d}" for at in range(1000)]
    rows = {"name": names, "label": ["no-evidence"] * 990 + ["likely-ai"] * 10, "len": [2] * 1000}
    table = figures.group_table(pl.DataFrame(rows), lambda hits, trials: (0.0, 1.0), {})
    assert table["total"] == 1000
    assert len(table["rows"]) == figures.MOST_ROWS + 10  # the flagged ones are named too
    assert sum(row["documents"] for row in [*table["rows"], table["rest"]]) == 2000
    assert sum(row["flagged"] for row in table["rows"]) == 20


def test_pages_that_were_not_judged_have_no_part_in_a_share() -> None:
    rows = {"name": ["a"] * 4, "label": [*LABELS[:1], *LABELS[2:]], "len": [1, 2, 4, 8]}
    table = figures.group_table(pl.DataFrame(rows), lambda hits, trials: (hits, trials), {})
    [row] = table["rows"]
    assert (row["low"], row["high"]) == (row["flagged"], row["judged"]) == (1, 3)


def test_days_are_shown_where_there_are_few_months() -> None:
    day = pl.Series("name", [datetime(2024, 5, d).date() for d in (1, 2, 9)])
    rows = pl.DataFrame({"name": day, "label": ["likely-ai"] * 3, "len": [1, 1, 1]})
    line = figures.timeline(rows)
    assert (line["unit"], [date for date, _ in line["rows"]][-1]) == ("day", "2024-05-09")
    back = [rows.with_columns(pl.col("name").dt.offset_by(by)) for by in ("-1mo", "-2mo")]
    line = figures.timeline(pl.concat([rows, *back]))
    assert (line["unit"], [date for date, _ in line["rows"]]) == (
        "month",
        ["2024-03", "2024-04", "2024-05"],
    )


def test_documents_without_a_date_are_told() -> None:
    rows = pl.DataFrame(
        {"name": [None], "label": ["likely-ai"], "len": [5]}, schema_overrides={"name": pl.Date}
    )
    assert figures.timeline(rows) == {"unit": "month", "rows": [], "undated": 5, "earlier": 0}


def test_columns_that_an_older_scan_lacks_are_empty(tmp_path: Path) -> None:
    made(10).drop("matches", "findings").write_parquet(tmp_path / "old.parquet")
    found = count_documents([tmp_path / "old.parquet"], KINDS, lambda _: None, lambda parts: parts)
    assert found.of("match").is_empty()
    assert found.of("finding").is_empty()
    assert totals(found.of("language"))
