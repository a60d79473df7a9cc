"""The archive's date decides whether a page is older than public language models."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from detector.score.signals.capture_date import FIRST_DAY, CaptureDate
from tests.score.made import page


@pytest.mark.parametrize(
    ("captured", "expected"),
    [
        (FIRST_DAY - timedelta(seconds=1), ["2022-11-29"]),
        (FIRST_DAY, []),
        (datetime(2019, 5, 1), ["2019-05-01"]),
        (datetime(2022, 11, 30, 1, tzinfo=timezone(timedelta(hours=3))), ["2022-11-30"]),
        (None, []),
    ],
)
def test_only_captures_from_before_the_first_day_are_reported(
    captured: datetime | None, expected: list[str]
) -> None:
    found = CaptureDate().observe(page("A page of 2001 by its own account.", captured=captured))
    assert [(f.code, f.place, f.excerpt) for f in found] == [
        ("origin.pre-llm", "origin", day) for day in expected
    ]
