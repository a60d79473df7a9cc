"""The benchmark for unseen sources counts as it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality.folds import by_source
from benchmarks.quality.held_out import Scored, judge_families, judge_sources, score_unseen, summary
from detector.errors import UsageError
from detector.fit import FitConfig
from detector.fit.corpora import read_corpora
from detector.fit.train import common_words, draw_windows
from tests.fit.made import write_corpus


def scored(rows: list[tuple[int, str, str, float]]) -> Scored:
    lows, sources, families, scores = zip(*rows, strict=True)
    return Scored(
        np.array(lows), np.array(sources), np.array(families), np.array(families) != "",
        np.array(scores),
    )  # fmt: skip


def example() -> Scored:
    """People score 0 to 199 in "a"; in "b" they score 195.5 to 199.5; machines 100 and 300."""
    return scored(
        [
            *((160, "a", "", float(n)) for n in range(200)),
            *((160, "b", "", 195.5 + n) for n in range(5)),
            *((160, "b", "llama", 100.0 + 200 * (n % 2)) for n in range(4)),
            *((40, "a", "", float(n)) for n in range(100)),
            *((40, "b", "llama", 99.5) for n in range(2)),
        ]
    )


def test_a_source_is_judged_by_the_people_of_all_others_band_by_band() -> None:
    a, b = judge_sources(example())
    assert (a["humans"], b["humans"]) == (300, 5)
    assert b["fpr"] == pytest.approx(2 / 5)  # the cut is 198, the second highest of 200
    assert a["fpr"] == 0  # the cut is 199.5; in the band of 40 words nobody else is there
    assert (b["machines_40_159"], b["tpr_40_159"]) == (2, 1.0)
    assert (b["machines_160"], b["tpr_160"]) == (4, 0.5)
    assert a["tpr_160"] is None


def test_auroc_needs_thirty_people_of_the_band() -> None:
    a, b = judge_sources(example())
    assert a["auroc_all_humans"] is a["auroc_own_humans"] is b["auroc_own_humans"] is None
    middle = (100.5 / 205 + 1) / 2
    assert b["auroc_all_humans"] == pytest.approx((4 * middle + 2 * 1) / 6)


def test_a_family_is_judged_by_all_people() -> None:
    (llama,) = judge_families(example())
    assert llama["family"] == "llama"
    assert (llama["tpr_40_159"], llama["tpr_160"]) == (1.0, 0.5)


def test_the_summary_counts_sources_of_150_stretches_and_pools_all() -> None:
    totals = summary(list(judge_sources(example())))
    assert totals["fpr_pooled"] == pytest.approx(2 / 305)
    assert (totals["human_sources"], totals["worst_source"]) == (1, "a")
    assert totals["fpr_mean"] == totals["fpr_worst"] == totals["sources_over_2_percent"] == 0
    assert totals["tpr_160"] is None  # of four stretches
    assert totals["sources_160"] == 0


def test_every_stretch_is_scored_once_by_a_model_that_tells_the_manners_apart(
    tmp_path: Path,
) -> None:
    config = FitConfig(
        write_corpus(tmp_path / "c"), tmp_path / "none", bucket_bits=12, iterations=5
    )
    texts = read_corpora(config.data)
    common = common_words(texts, config)
    drawn = draw_windows(texts, common, config)
    folds = by_source(texts, 2, 1)
    found = score_unseen(texts, drawn, common, folds, False, config)
    long_enough = sum(len(text.text.split()) >= 40 for text in texts)
    assert (found.low == 40).sum() == long_enough
    assert found.score[found.machine].mean() > found.score[~found.machine].mean()
    one_sided = [int(text.machine) for text in texts]
    with pytest.raises(UsageError, match="one label"):
        score_unseen(texts, drawn, common, one_sided, False, config)
