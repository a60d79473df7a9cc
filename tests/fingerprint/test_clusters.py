"""Verification, union and leaders against their definitions; what must not be merged is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import UsageError
from detector.fingerprint.boilerplate import Boilerplate, find_boilerplate
from detector.fingerprint.candidates import pair
from detector.fingerprint.centres import find_stars
from detector.fingerprint.cluster import Clusters, cluster_signatures
from detector.fingerprint.store import Signatures, open_signatures
from detector.fingerprint.union import components
from detector.fingerprint.verify import Texts, similarity, verified
from tests.fingerprint.made import (
    NOTHING_COMMON,
    Rows,
    signatures,
    slow_candidates,
    slow_centres,
    slow_components,
    slow_firsts,
    slow_similarity,
    written,
)

PAIRS = st.sets(st.tuples(st.integers(0, 19), st.integers(0, 19)).filter(lambda p: p[0] < p[1]))
SMALL_VALUES = st.lists(st.integers(0, 3), min_size=128, max_size=128)


def as_array(pairs: set[tuple[int, int]]) -> np.ndarray:
    return np.array(sorted(pair(*one) for one in pairs), np.uint64)


def clustered(folder: Path, rows: Rows, texts: list[int] | None = None, **how: float) -> Clusters:
    (folder / "work").mkdir(parents=True)
    numbers = np.arange(len(rows)) if texts is None else np.array(texts)
    path = written(folder, rows)
    return cluster_signatures(path, numbers.astype(np.uint32), folder / "work", **how)


@settings(max_examples=100, deadline=None)
@given(PAIRS)
def test_components_are_what_can_be_walked_to(pairs: set[tuple[int, int]]) -> None:
    assert components(as_array(pairs), 20).tolist() == slow_components(pairs, 20)


@settings(max_examples=150, deadline=None)
@given(SMALL_VALUES, SMALL_VALUES, st.sets(st.integers(0, 3)), st.integers(0, 128))
def test_boilerplate_counts_for_no_pair(
    one: list[int], two: list[int], values: set[int], places: int
) -> None:
    """At the first so many places, these values are boilerplate."""
    common = [values if k < places else set[int]() for k in range(128)]
    table = np.zeros((128, 4), np.uint32)
    table[:, : len(values)] = sorted(values)
    counts = np.array([len(some) for some in common], np.int64)
    rows = np.array([one, two], np.uint32)
    texts = Texts(Signatures(rows), np.arange(2, dtype=np.uint32), Boilerplate(table, counts))
    fast = similarity(texts.known, 0, 1, 0.0)
    assert fast == pytest.approx(slow_similarity(rows[0], rows[1], common))


def test_only_pairs_at_the_threshold_are_verified(tmp_path: Path) -> None:
    rows = signatures(80, seed=8)
    pairs = as_array({(one, two) for two in range(80) for one in range(two)})
    at = np.arange(80, dtype=np.uint32)
    with open_signatures(written(tmp_path, rows)) as opened:
        kept = verified(Texts(opened, at, NOTHING_COMMON), pairs, 0.8)
    wanted = [p for p in pairs.tolist() if (rows[p >> 32] == rows[p % 2**32]).mean() >= 0.8]
    assert kept.tolist() == wanted != []


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.integers(0, 50))
def test_centres_are_chosen_by_their_pairs(
    tmp_path_factory: pytest.TempPathFactory, pairs: set[tuple[int, int]], seed: int
) -> None:
    rows = signatures(20, seed=seed, copies=0.9)
    at = np.arange(20, dtype=np.uint32)
    with open_signatures(written(tmp_path_factory.mktemp("s"), rows)) as opened:
        stars = find_stars(Texts(opened, at, NOTHING_COMMON), as_array(pairs), 0.5)
    centres = slow_centres(rows, pairs, 0.5)
    assert stars.centres.tolist() == centres
    assert stars.firsts.tolist() == slow_firsts(centres)
    for ones, told in ((stars.centres, stars.links), (stars.firsts, stars.similarity)):
        assert told.tolist() == [(rows[n] == rows[one]).mean() for n, one in enumerate(ones)]


def test_the_whole_agrees_with_the_definitions(tmp_path: Path) -> None:
    rows = signatures(150, seed=11, copies=0.7)
    found = clustered(tmp_path, rows)
    pairs = slow_candidates(rows, found.banding)
    close = {p for p in pairs if (rows[p[0]] == rows[p[1]]).mean() >= 0.8}
    assert (found.candidates, found.verified) == (len(pairs), len(close))
    assert found.stars.centres.tolist() == slow_centres(rows, close, 0.8)
    apart = np.array(slow_components(close, 150)) != found.stars.firsts
    assert found.parted == apart.sum() > 0


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_file_makes_no_difference(tmp_path: Path, seed: int) -> None:
    rows = signatures(200, seed=12)
    order = np.random.default_rng(seed).permutation(200)
    one = clustered(tmp_path / "one", rows)
    two = clustered(tmp_path / "two", rows[order], order.tolist())
    assert one.stars.centres.tolist() == two.stars.centres.tolist() != list(range(200))
    assert one.stars.similarity.tolist() == two.stars.similarity.tolist()


def test_a_chain_does_not_join_its_ends(tmp_path: Path) -> None:
    """Forty texts, each 94 % like the one before: together they would reach from end to end."""
    draw = np.random.default_rng(1)
    rows = signatures(40, copies=0)
    for n in range(1, 40):
        rows[n] = rows[n - 1]
        rows[n, draw.choice(128, 8, replace=False)] = draw.integers(0, 1 << 32, 8)
    found = clustered(tmp_path, rows)
    assert len(set(found.stars.firsts.tolist())) > 5
    assert found.parted > 20
    assert all((rows[n] == rows[one]).mean() >= 0.8 for n, one in enumerate(found.stars.centres))
    assert (found.stars.similarity >= 0.6).all()


def templated(count: int, share: float) -> Rows:
    """Signatures of so many pages that have this share of their shingles in common."""
    draw = np.random.default_rng(2)
    rows = draw.integers(0, 1 << 32, (count, 128), dtype=np.uint32)
    template = draw.integers(0, 1 << 28, 128, dtype=np.uint32)
    return np.where(draw.random((count, 128)) < share, template, np.maximum(rows, 1 << 28))


def test_pages_of_one_template_are_not_merged(tmp_path: Path) -> None:
    """94 % of each page is template: alone by similarity, most would be near-duplicates."""
    rows = templated(2000, 0.94)
    rows[-1] = rows[0]
    rows[-1, :3] = 0xFFFFFFFF
    guarded = clustered(tmp_path / "on", rows)
    assert guarded.boilerplate == 128
    assert guarded.stars.firsts[-1] == 0
    merged = (guarded.stars.firsts != np.arange(2000)).mean()
    unguarded = clustered(tmp_path / "off", rows, boilerplate=1)
    assert unguarded.boilerplate == 0
    assert merged < 0.05 < 0.9 < (unguarded.stars.firsts != np.arange(2000)).mean()


def test_many_copies_of_one_text_are_no_template(tmp_path: Path) -> None:
    """Thousands of hardly edited copies stay one cluster, although all of it is common."""
    rows = templated(1500, 0.985)
    found = clustered(tmp_path, rows)
    assert found.boilerplate == 128
    assert (found.stars.firsts == 0).mean() > 0.8


def test_what_is_common_is_found_where_it_stands(tmp_path: Path) -> None:
    rows = signatures(3000, copies=0)
    rows[:700, 5] = 77
    rows[700:1500, 5] = 11
    rows[:400, 6] = 88
    at = np.arange(3000, dtype=np.uint32)
    with open_signatures(written(tmp_path, rows)) as opened:
        common = find_boilerplate(opened, at, 0.02)
        none: Boilerplate = find_boilerplate(opened, at, 1.0)
    assert common.counts.sum() == common.counts[5] == 2
    assert common.values[5].tolist() == [11, 77]
    assert none.counts.sum() == 0


@pytest.mark.parametrize("share", [0.0, -1, 1.5, float("nan")])
def test_a_share_that_makes_no_sense_is_refused(tmp_path: Path, share: float) -> None:
    with pytest.raises(UsageError, match=r"not in \(0, 1\]"):
        clustered(tmp_path, signatures(3), boilerplate=share)


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_and_one_text_are_clustered(tmp_path: Path, count: int) -> None:
    found = clustered(tmp_path, signatures(count))
    assert found.stars.firsts.tolist() == list(range(count))
    assert found.candidates == 0
