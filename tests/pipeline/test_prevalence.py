"""Prevalence over finished scans: what it finds, by what, what it counts, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from detector import Prevalence, prevalence
from detector.errors import OutputError, UsageError
from detector.label import contract, make_policy
from detector.label.calibration import Calibration
from detector.records import Label
from detector.write.prevalence import PREVALENCE
from tests.pipeline import runs
from tests.pipeline.scored_scans import CALIBRATION, FPR, RATES, Scored, drawn, write_scored

HUMANS, MACHINES = drawn(1600, False, 1), drawn(1600, True, 2)


def mixed(people: int, machines: int, **changes: Any) -> list[Scored]:
    return [replace(page, **changes) for page in (*HUMANS[:people], *MACHINES[:machines])]


def found(tmp_path: Path, pages: Sequence[Scored], **options: Any) -> Prevalence:
    return prevalence(write_scored(tmp_path / "labels", pages), **options)


def number(value: float | None) -> float:
    assert value is not None
    return value


@pytest.mark.parametrize("machines", [0, 80, 400, 1600])
def test_the_interval_holds_the_share_that_was_put_in(tmp_path: Path, machines: int) -> None:
    pages = mixed(1600, machines)
    got = found(tmp_path, pages).whole
    truth = machines / len(pages)
    assert number(got.low) <= truth <= number(got.high)
    assert number(got.mixture_low) <= truth <= number(got.mixture_high)
    assert abs(number(got.share) - truth) < 0.05
    assert not got.disagree


def test_pages_that_were_not_assessed_take_no_part(tmp_path: Path) -> None:
    pages = [*mixed(500, 100), *[Scored(None)] * 300]
    got = found(tmp_path, pages).whole
    assert (got.pages, got.not_assessed, got.counted) == (900, 300, 600)
    alone = found(tmp_path / "other", mixed(500, 100)).whole
    assert (got.share, got.low, got.high) == (alone.share, alone.low, alone.high)


def test_copies_count_once_unless_pages_are_asked_for(tmp_path: Path) -> None:
    copies = [replace(MACHINES[0], score=9.0, words=960, text="the same")] * 200
    scan = write_scored(tmp_path / "labels", [*mixed(600, 0), *copies])
    texts, pages = prevalence(scan).whole, prevalence(scan, count="pages").whole
    assert (texts.counted, pages.counted) == (601, 800)
    assert texts.texts == pages.texts == 601
    assert pages.flagged == texts.flagged + 199


def test_a_text_counts_once_in_each_group_that_has_it(tmp_path: Path) -> None:
    pages = [Scored(0.0, host=host, text="the same") for host in ("a.com", "b.com") for _ in "12"]
    got = found(tmp_path, pages, by=["host"], min_pages=1)
    assert got.whole.counted == 1
    assert [(one.group, one.pages, one.counted) for one in got.groups] == [
        ("a.com", 2, 1),
        ("b.com", 2, 1),
    ]


def test_hosts_with_more_than_false_positives_explain_are_named(tmp_path: Path) -> None:
    people = [page for n in range(20) for page in
              drawn(60, False, 50 + n, host=f"h{n}.org")]  # fmt: skip
    farm = drawn(60, True, 99, host="farm.com", words=960)
    farm = [replace(page, score=9.0) if n % 3 else page for n, page in enumerate(farm)]
    got = found(tmp_path, [*people, *farm], by=["host"])
    assert [one.group for one in got.groups if one.excess] == ["farm.com"]
    tested = [one for one in got.groups if one.p_value is not None]
    assert len(tested) == 21
    assert all(number(one.q_value) >= number(one.p_value) for one in tested)


def test_groups_of_few_pages_have_no_row_and_are_counted(tmp_path: Path) -> None:
    pages = [*mixed(40, 0, host="a.com"), *mixed(9, 0, host="b.com"), *mixed(3, 0, host="c.com")]
    got = found(tmp_path, pages, by=["host"], min_pages=9)
    assert [one.group for one in got.groups] == ["a.com", "b.com"]
    assert got.left_out == {"host": 1}


def test_every_kind_of_group(tmp_path: Path) -> None:
    pages = mixed(60, 0, host="www.x.co.uk")
    by = ["scan", "host", "domain", "suffix", "month", "language", "media-type"]
    got = found(tmp_path, pages, by=by)
    assert {one.by: one.group for one in got.groups} == {
        "scan": str(tmp_path / "labels"),
        "host": "www.x.co.uk",
        "domain": "x.co.uk",
        "suffix": "co.uk",
        "month": "2024-06",
        "language": "en",
        "media-type": "text/html",
    }
    lengths = found(tmp_path / "other", pages, by=["length"], min_pages=1).groups
    assert sum(one.pages for one in lengths) == 60
    known = {"40-79", "80-159", "160-319", "320-639", "640-1279", "1280+"}
    assert {one.group for one in lengths} <= known


def test_pages_of_unknown_host_are_a_group_of_their_own_and_not_tested(tmp_path: Path) -> None:
    [got] = found(tmp_path, mixed(50, 50, host=None), by=["host"]).groups
    assert (got.group, got.p_value, got.excess) == (None, None, None)


def test_a_site_alone_has_a_wider_interval_than_as_many_pages_of_many(tmp_path: Path) -> None:
    one = found(tmp_path, mixed(300, 100), by=["host"]).groups[0]
    many = [replace(p, host=f"h{n % 40}.com") for n, p in enumerate(mixed(300, 100))]
    whole = found(tmp_path / "many", many).whole
    assert one.share == whole.share
    assert number(one.high) > number(whole.high)


def test_the_placebo_takes_old_pages_by_date_whatever_their_label(tmp_path: Path) -> None:
    old = [replace(page, year=2019, label=Label.PRE_LLM) for page in HUMANS]
    got = found(tmp_path, [*old, *MACHINES[:300]], placebo=True)
    assert (got.whole.pages, got.whole.pre_llm) == (1600, 1600)
    assert got.contains_zero
    assert got.whole.flagged > 0


def test_a_placebo_that_is_none_says_so(tmp_path: Path) -> None:
    got = found(tmp_path, [replace(page, year=2020) for page in mixed(200, 600)], placebo=True)
    assert not got.contains_zero


def test_the_table_has_the_promised_columns_and_all_groups(tmp_path: Path) -> None:
    out = tmp_path / "p.parquet"
    got = found(tmp_path, mixed(200, 50), by=["host", "month"], out=out)
    table = pl.read_parquet(out)
    assert table.schema == pl.Schema(PREVALENCE)
    assert table["by"].to_list() == ["all", "host", "month"]
    assert table.row(0, named=True)["share"] == got.whole.share


def test_several_scans_are_one_whatever_their_order(tmp_path: Path) -> None:
    one = write_scored(tmp_path / "one", HUMANS[:300])
    pages = [replace(page, text=f"m{n}") for n, page in enumerate(MACHINES[:100])]
    other = write_scored(tmp_path / "other", pages)
    got = prevalence([one, other], by=["scan"])
    assert got.whole.pages == 400
    assert got == prevalence([other, one], by=["scan"])


def test_under_a_policy_of_ones_own_there_is_no_mixture(tmp_path: Path) -> None:
    bands = [replace(b, body=tuple(s + 1 for s in b.body), tail=tuple(s + 1 for s in b.tail))
             for b in CALIBRATION.bands]  # fmt: skip
    policy = make_policy(Calibration(CALIBRATION.detector, 0.5, tuple(bands)), FPR)
    scan = write_scored(tmp_path / "labels", mixed(500, 200), contract=contract(policy))
    got = prevalence(scan).whole
    assert (got.mixture, got.mixture_low, got.disagree) == (None, None, None)
    assert got.share is not None
    assert got.flagged < found(tmp_path / "shipped", mixed(500, 200)).whole.flagged


def test_scans_of_the_deep_tier_are_estimated_by_the_fast_scores(tmp_path: Path) -> None:
    pages = mixed(500, 200)
    settings, joint = {"with_text": False, "budget": 0.05}, {"fpr": FPR, "thresholds": []}
    deep = write_scored(tmp_path / "deep", pages, settings=settings, contract=joint)
    assert prevalence(deep).whole == found(tmp_path, pages).whole


def test_nothing_assessed_is_no_estimate(tmp_path: Path) -> None:
    got = found(tmp_path, [Scored(None)] * 5).whole
    assert (got.counted, got.share, got.low, got.mixture) == (0, None, None, None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"digests": {RATES.detector: "f" * 64}}, "error rates are known of"),
        ({"digests": {}}, "no model"),
        ({"contract": {}}, "names no cuts"),
        ({"contract": {"fpr": FPR, "thresholds": []}}, "other bands"),
    ],
)
def test_scans_whose_errors_are_not_known_are_refused(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    scan = write_scored(tmp_path / "labels", HUMANS[:10], **changes)
    with pytest.raises(UsageError, match=said):
        prevalence(scan)


def test_a_contract_that_makes_no_sense_is_damage(tmp_path: Path) -> None:
    scan = write_scored(tmp_path / "labels", HUMANS[:10], contract={"fpr": FPR, "thresholds": [{}]})
    with pytest.raises(OutputError, match="makes no sense"):
        prevalence(scan)


def test_scans_of_different_rates_do_not_mix(tmp_path: Path) -> None:
    other = contract(make_policy(CALIBRATION, 0.05))
    scans = [
        write_scored(tmp_path / "one", HUMANS[:10]),
        write_scored(tmp_path / "two", HUMANS[:10], contract=other),
    ]
    with pytest.raises(UsageError, match="other cuts"):
        prevalence(scans)


@pytest.mark.parametrize(
    "options",
    [{"by": ["hosts"]}, {"min_pages": 0}, {"confidence": 1.0}, {"count": "words"}],
)
def test_options_out_of_their_bounds_are_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        found(tmp_path, HUMANS[:5], **options)


def test_a_placebo_without_old_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="captured before"):
        found(tmp_path, HUMANS[:5], placebo=True)


def test_an_output_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        found(tmp_path, HUMANS[:5], out=tmp_path / "absent" / "p.parquet")
    assert not (tmp_path / "absent").exists()


def test_the_command_prints_the_groups_and_json(tmp_path: Path) -> None:
    scan = write_scored(tmp_path / "labels", mixed(300, 100, host="a\x1b[31m.com"))
    shown = runs.detector("prevalence", scan, "--by", "host,month", "--out", tmp_path / "p.parquet")
    assert shown.returncode == 0, shown.stderr
    assert "machine text" in shown.stdout
    assert "2024-06" in shown.stdout
    assert "\x1b" not in shown.stdout
    told = json.loads(runs.detector("prevalence", scan, "--json").stdout)
    assert told["whole"]["counted"] == 400
    assert "contains_zero" not in told
    refused = runs.detector("prevalence", scan, "--by", "colour")
    assert (refused.returncode, "there are scan, host" in refused.stderr) == (2, True)
