"""Candidates: exactly the pairs that share a band, whatever fits into memory at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.fingerprint import candidates
from detector.fingerprint.bands import Banding, banding_for
from detector.fingerprint.candidates import bucket_pairs, find_candidates, pair
from detector.fingerprint.store import open_signatures
from tests.fingerprint.made import Rows, signatures, slow_candidates, written


def found(folder: Path, rows: Rows, texts: list[int], how: Banding) -> list[list[int]]:
    work = folder / "work"
    work.mkdir(parents=True)
    numbers = np.array(texts, np.uint32)
    with open_signatures(written(folder, rows)) as opened:
        return [window.tolist() for window in find_candidates(opened, numbers, how, work)]


@pytest.mark.parametrize(("keys", "window"), [(1 << 20, 1 << 20), (7, 1 << 20), (50, 3), (1, 1)])
def test_candidates_are_the_pairs_that_share_a_band(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: int, window: int
) -> None:
    monkeypatch.setattr(candidates, "KEYS", keys)
    monkeypatch.setattr(candidates, "WINDOW", window)
    monkeypatch.setattr(candidates, "SLICE", 16)
    rows, how = signatures(90, seed=3), banding_for(0.8)
    windows = found(tmp_path, rows, list(range(90)), how)
    wanted = slow_candidates(rows, how)
    assert len(wanted) > 20
    assert [one for window in windows for one in window] == sorted(pair(*one) for one in wanted)


def test_the_order_of_the_file_makes_no_difference(tmp_path: Path) -> None:
    rows, how = signatures(60, seed=4), banding_for(0.7)
    order = np.random.default_rng(0).permutation(60)
    one = found(tmp_path / "one", rows, list(range(60)), how)
    two = found(tmp_path / "two", rows[order], order.tolist(), how)
    assert one == two != []


def test_no_signatures_have_no_candidates(tmp_path: Path) -> None:
    assert found(tmp_path, signatures(0), [], banding_for(0.8)) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=60))
def test_a_bucket_gives_all_pairs_or_those_with_its_first_eight(hashes: list[int]) -> None:
    keys = np.sort(np.array([h << 32 | n for n, h in enumerate(hashes)], np.uint64))
    wanted = []
    for value in set(hashes):
        bucket = [n for n, h in enumerate(hashes) if h == value]
        for k, second in enumerate(bucket):
            firsts = bucket[:k] if len(bucket) <= 17 else bucket[: min(k, 8)]
            wanted += [pair(first, second) for first in firsts]
    assert sorted(bucket_pairs(keys).tolist()) == sorted(wanted)


def test_ten_thousand_pages_of_one_template_cost_eight_pairs_each() -> None:
    keys = np.arange(10_000, dtype=np.uint64)
    assert len(bucket_pairs(keys)) < 8 * 10_000
