"""What a report says of machine text: as `detector prevalence` does, or why it does not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from detector import prevalence, write_report
from tests.pipeline.scored_scans import RATES, Scored, drawn, write_scored


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pages = [
        *drawn(150, True, 1, host="www.made.com"),
        *drawn(150, False, 2, host="www.old.org", year=2019),
        *drawn(100, False, 3, host=None),
        *drawn(5, True, 4, host="www.few.net"),
    ]
    return write_scored(tmp_path_factory.mktemp("scan") / "labels", pages)


def figures(labels: Path, out: Path, **options: Any) -> Any:
    write_report(labels, out, sample=0, **options)
    return json.loads((out / "report.json").read_text())


def test_the_whole_and_every_group_are_what_the_command_says(scan: Path, tmp_path: Path) -> None:
    found = figures(scan, tmp_path / "report")
    said = prevalence(scan, by=["host", "language", "month"])
    whole = found["shares"]["whole"]
    assert (whole["share"], whole["low"], whole["high"], whole["mixture"]) == pytest.approx(
        (said.whole.share, said.whole.low, said.whole.high, said.whole.mixture), abs=1e-6
    )
    rows = {row["name"]: row["estimate"] for row in found["groups"]["host"]["rows"]}
    for one in (one for one in said.groups if one.by == "host" and one.group):
        own = rows[one.group]
        assert (own["low"], own["high"], own["excess"]) == (
            pytest.approx(one.low, abs=1e-6),
            pytest.approx(one.high, abs=1e-6),
            one.excess,
        )
    assert rows["www.made.com"]["excess"]
    assert [row["month"] for row in found["shares"]["months"]] == ["2019-06", "2024-06"]


def test_a_group_with_few_scores_has_no_estimate(scan: Path, tmp_path: Path) -> None:
    found = figures(scan, tmp_path / "report")
    rows = {row["name"]: row["estimate"] for row in found["groups"]["host"]["rows"]}
    assert rows["www.few.net"] is None
    assert found["shares"]["min_pages"] == 30


def test_pages_from_before_language_models_are_a_placebo(scan: Path, tmp_path: Path) -> None:
    placebo = figures(scan, tmp_path / "report")["shares"]["placebo"]
    assert placebo["counted"] == 150
    assert placebo["low"] == 0


def test_without_enough_old_pages_there_is_no_placebo(tmp_path: Path) -> None:
    labels = write_scored(tmp_path / "labels", drawn(60, False, 5))
    assert figures(labels, tmp_path / "report")["shares"]["placebo"] is None


def test_another_model_has_no_estimate_and_a_reason(tmp_path: Path) -> None:
    pages = drawn(60, False, 6)
    labels = write_scored(tmp_path / "labels", pages, digests={RATES.detector: "f" * 64})
    found = figures(labels, tmp_path / "report")
    assert "error rates are known of" in found["shares"]["refused"]
    assert all(row["estimate"] is None for row in found["groups"]["host"]["rows"])


def test_pages_without_scores_have_no_estimate_and_a_reason(tmp_path: Path) -> None:
    pages = [replace(Scored(None), host=f"h{at}.com") for at in range(40)]
    found = figures(write_scored(tmp_path / "labels", pages), tmp_path / "report")
    assert found["shares"]["refused"] == "no document has a score"
