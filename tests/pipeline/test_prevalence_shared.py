"""Prevalence on the labelled archive, whose truth is known."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks.prevalence.pages import assessed, resampled
from detector import scan
from detector.pipeline.prevalence import WHOLE

WEB = Path(__file__).parents[2].parent / "shared" / "web"

pytestmark = [
    pytest.mark.long,
    pytest.mark.shared,
    pytest.mark.skipif(not WEB.exists(), reason="needs ../shared/web, which is not here"),
]


@pytest.mark.timeout(900)
def test_the_interval_holds_what_is_known_of_the_pages(tmp_path: Path) -> None:
    """Rendered pages, mixed to some shares; and real ones, all published before November 2022."""
    labels = scan([str(WEB / "labelled.warc.gz")], tmp_path / "labels").out
    rows, estimator = assessed(labels, WEB)
    for share in (0.0, 0.05, 0.2, 0.5):
        made = [resampled(rows, estimator, share, seed) for seed in range(10)]
        assert all(one["holds"] for one in made)
    real, estimator = assessed(labels, WEB, "real")
    [placebo] = estimator.table(real.with_columns(pl.lit(WHOLE).alias(WHOLE)), WHOLE, 1).to_dicts()
    assert placebo["low"] == placebo["mixture_low"] == 0
    assert placebo["high"] < 0.05
