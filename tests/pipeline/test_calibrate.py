"""Calibration on own pages, from old archives to the labels of a scan that uses the policy."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from detector import Scanner, ScanSettings, calibrate
from detector.binomial import interval
from detector.errors import InputError, ModelError, UsageError
from detector.label import read_policy_file
from detector.label.calibration import p_value
from detector.records import Label, LabelledDocument
from detector.score.weights import encode_model, load_model
from tests.pipeline import runs
from tests.pipeline.crawl import write_crawl

OLD = "2015-06-07T08:09:10Z"
FPR = "0.05"  # which needs 100 texts of a kind


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """650 pages of 2015, some of them in a second archive again, and 30 of 2026."""
    folder = tmp_path_factory.mktemp("old")
    write_crawl(folder / "a.warc.gz", 650, seed=5, date=OLD)
    write_crawl(folder / "b.warc.gz", 40, seed=5, date=OLD)
    write_crawl(folder / "c.warc.gz", 30, seed=8)
    return folder


@pytest.fixture(scope="module")
def policy(old: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policy that the command makes of them, with its report beside it."""
    folder = tmp_path_factory.mktemp("policy")
    out = folder / "mine.policy"
    done = runs.detector("calibrate", old, "--out", out, "--fpr", FPR, "--json", "--quiet")
    assert done.returncode == 0, done.stderr
    (folder / "report.json").write_text(done.stdout)
    return out


def report_of(policy: Path) -> Any:
    return json.loads((policy.parent / "report.json").read_text())


@pytest.fixture(scope="module")
def pages(old: Path) -> list[LabelledDocument]:
    """Every page of the three archives with a text, read in this process."""
    items = [item for path in sorted(old.iterdir()) for item in Scanner().read(str(path))]
    return [item for item in items if isinstance(item, LabelledDocument)]


def scores_of(pages: list[LabelledDocument], low: int, high: int | None) -> list[float]:
    """Scores of the old texts of one range of lengths, each text once."""
    found = {
        page.fingerprint.exact: page.verdict.score
        for page in pages
        if page.verdict.label is Label.PRE_LLM
        and page.verdict.score is not None
        and low <= page.document.words < (high or 10**6)
    }
    return [score for score in found.values() if score is not None]


def test_every_old_text_counts_once_and_no_later_page(
    pages: list[LabelledDocument], policy: Path
) -> None:
    told = report_of(policy)
    before = [page for page in pages if page.verdict.label is Label.PRE_LLM]
    texts = {page.fingerprint.exact for page in before}
    assert told["pages"] == len(pages)
    assert told["later"] == len(pages) - len(before) > 15
    assert told["copies"] == len(before) - len(texts) > 20
    for band in told["bands"]:
        scores = scores_of(pages, band["min_words"], band["max_words"])
        assert band["texts"] == len(scores)
    unscored = sum(count for _, count in told["unscored"])
    assert sum(band["texts"] for band in told["bands"]) + unscored == len(texts)


def test_the_observed_rate_is_that_of_the_shipped_p_values(
    pages: list[LabelledDocument], policy: Path
) -> None:
    """Counted again by hand for the fullest band, with its interval."""
    from detector.label import read_calibration
    from detector.score import default_panel

    told = max(report_of(policy)["bands"], key=lambda band: band["texts"])
    [band] = [
        band
        for band in read_calibration(default_panel().calibration).bands
        if band.min_words == told["min_words"]
    ]
    scores = scores_of(pages, band.min_words, band.max_words)
    flagged = sum(p_value(band, score) <= float(FPR) for score in scores)
    assert (told["texts"], told["flagged"]) == (len(scores), flagged)
    assert (told["low"], told["high"]) == interval(flagged, len(scores))


def test_the_policy_holds_its_rate_on_the_pages_it_was_made_of(
    pages: list[LabelledDocument], policy: Path
) -> None:
    stored = read_policy_file(policy)
    refitted = {band["min_words"] for band in report_of(policy)["bands"] if band["refitted"]}
    assert refitted
    for band in stored.calibration.bands:
        if band.min_words not in refitted:
            continue
        scores = scores_of(pages, band.min_words, band.max_words)
        assert band.n == len(scores)
        assert sum(p_value(band, score) <= stored.fpr for score in scores) <= stored.fpr * band.n


def test_the_policy_is_the_same_for_any_number_of_workers(
    old: Path, policy: Path, tmp_path: Path
) -> None:
    settings = ScanSettings(fpr=float(FPR))
    found = calibrate([str(old)], tmp_path / "one.policy", settings, workers=1)
    assert (tmp_path / "one.policy").read_bytes() == policy.read_bytes()
    assert found.digest == read_policy_file(policy).digest


def test_a_scan_is_held_to_the_policy_and_not_gone_on_with_under_another(
    crawl: Path, policy: Path, tmp_path: Path
) -> None:
    """Its rate, its cuts and its digest; the plain command over the same folder is refused."""
    out = tmp_path / "out"
    archive = crawl / "b.warc"
    runs.scan(archive, "--out", out, "--policy", policy)
    manifest = runs.manifest(out)
    assert manifest["settings"]["fpr"] == float(FPR)
    assert "policy" not in manifest["settings"]
    stored = read_policy_file(policy).calibration
    assert [rule["n"] for rule in manifest["contract"]["thresholds"]] == [
        band.n for band in stored.bands
    ]
    rows = runs.table(out, "documents")
    assert rows["policy"].unique().to_list() == [manifest["digests"]["policy"]]
    shown = runs.detector("show", out).stdout
    assert "95 % confidence" in shown
    refused = runs.detector("scan", archive, "--out", out, "--fpr", FPR)
    assert refused.returncode == 2
    assert "digest of policy" in refused.stderr

    row = rows.filter(rows["p_value"].is_not_null()).row(0, named=True)
    place = f"{row['file']}@{row['offset']}+{row['length']}"
    told = json.loads(runs.detector("explain", place, "--policy", policy, "--json").stdout)
    assert told["policy"] == row["policy"]
    assert told["outcome"]["verdict"]["p_value"] == pytest.approx(row["p_value"])
    assert told["threshold"]["bound"] > float(FPR) / 2
    assert told["statement"]


def test_a_policy_that_does_not_fit_ends_the_scan_before_it_begins(
    crawl: Path, policy: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.policy"
    damaged.write_bytes(policy.read_bytes().replace(b'"fpr":0.05', b'"fpr":0.06'))
    for path in (damaged, tmp_path / "none.policy"):
        done = runs.detector("scan", crawl, "--out", tmp_path / "out", "--policy", path)
        assert done.returncode == ModelError.exit_code
        assert path.name in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_policy_of_another_model_or_extractor_is_refused(
    crawl: Path, policy: Path, tmp_path: Path
) -> None:
    from detector.pipeline.assess import Assessor
    from detector.score.panel import SHIPPED

    with resources.as_file(resources.files("detector.score") / "models" / SHIPPED) as path:
        model = load_model(path)
    other = tmp_path / "other.model"
    other.write_bytes(encode_model(replace(model, provenance={**model.provenance, "not": "it"})))
    with pytest.raises(ModelError, match="belongs to the model"):
        Assessor(ScanSettings(model=str(other), policy=str(policy)))
    with pytest.raises(UsageError, match="give the same --extractor"):
        Assessor(ScanSettings(extractor="trafilatura", policy=str(policy)))


def test_too_few_old_pages_are_refused_with_their_numbers(old: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.policy"
    with pytest.raises(UsageError) as caught:
        calibrate([str(old / "c.warc.gz")], out, ScanSettings(fpr=0.01), workers=1)
    assert not out.exists()
    for said in ("needs 500", "en, 40-79 words: 0", "pages are from later", "--fpr"):
        assert said in str(caught.value)


def test_an_archive_that_breaks_off_leaves_no_policy(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers from a part of the pages would differ from run to run."""
    from detector.pipeline import chunks

    def broken(*_: object, **__: object) -> object:
        raise InputError("a.warc.gz: gone")

    monkeypatch.setattr(chunks, "open_source", broken)
    with pytest.raises(InputError, match="no policy was written"):
        calibrate([str(old)], tmp_path / "mine.policy", ScanSettings(fpr=0.05), workers=1)
    assert list(tmp_path.iterdir()) == []


def test_mistakes_in_the_call_are_told_before_anything_is_read(old: Path, tmp_path: Path) -> None:
    for arguments, said in (
        ((), "no inputs"),
        ((old, "--fpr", "0.5"), "0.5"),
        ((old / "none", "--fpr", FPR), "none"),
    ):
        done = runs.detector("calibrate", *arguments, "--out", tmp_path / "x")
        assert done.returncode == 2
        assert said in done.stderr
    done = runs.detector("calibrate", old, "--out", tmp_path / "no" / "x")
    assert done.returncode == 2
    assert "folder that exists" in done.stderr
    with pytest.raises(UsageError, match="leave --policy out"):
        calibrate([str(old)], tmp_path / "x", ScanSettings(policy="other.policy"))


def test_the_report_says_how_far_the_shipped_cuts_were_off(old: Path, tmp_path: Path) -> None:
    shutil.copy(old / "a.warc.gz", tmp_path / "a.warc.gz")
    done = runs.detector(
        "calibrate", tmp_path / "a.warc.gz", "--out", tmp_path / "p", "--fpr", "0.1"
    )
    assert done.returncode == 0, done.stderr
    for said in ("refitted at a false-positive rate of 0.1", "as shipped:", "95 %", "at most"):
        assert said in done.stdout
