"""Shingle sets on disk give the Jaccard similarity of their definition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.fingerprint.boilerplate import Boilerplate
from detector.fingerprint.reference import shingles
from detector.fingerprint.sets import jaccard, open_sets, shingle_set, write_sets
from detector.fingerprint.shingles import shingling
from detector.fingerprint.store import Signatures
from detector.fingerprint.verify import Texts, looser, similarity, verified
from tests.fingerprint.made import NOTHING_COMMON

NORMAL = st.lists(st.sampled_from("abc"), max_size=40).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(NORMAL, NORMAL, st.sampled_from(["en", "ja"]))
def test_similarity_is_that_of_the_sets(
    tmp_path_factory: pytest.TempPathFactory, one: str, two: str, language: str
) -> None:
    path = tmp_path_factory.mktemp("sets") / "sets"
    written = write_sets(path, [(2, two, language), (0, one, language)], 3)
    a, b = (set(shingles(text, shingling(language))) for text in (one, two))
    with open_sets(written) as sets:
        found = jaccard(sets.hashes, sets.bounds, 0, 2)
        assert jaccard(sets.hashes, sets.bounds, 0, 1) == 0
    assert found == pytest.approx(len(a & b) / len(a | b) if a | b else 0)


def test_a_set_is_ascending_and_has_each_shingle_once() -> None:
    found = shingle_set("a b c d e a b c d e a b c d e", "en")
    assert found.tolist() == sorted(set(found.tolist()))
    assert len(found) == 5


WIDE = st.lists(st.text("aé語\U00020000", min_size=1, max_size=3), max_size=12).map(" ".join)


@given(WIDE, st.sampled_from(["en", "ja"]))
def test_a_set_holds_the_hash_of_each_shingle(normal: str, language: str) -> None:
    wanted = {xxhash.xxh3_64_intdigest(one) for one in shingles(normal, shingling(language))}
    assert shingle_set(normal, language).tolist() == sorted(wanted)


def test_sets_decide_where_they_are_at_hand_and_estimates_elsewhere(tmp_path: Path) -> None:
    """Equal signatures, but of the first two texts the sets are known and differ."""
    rows = np.arange(128, dtype=np.uint32) * np.ones((3, 1), np.uint32)
    written = write_sets(tmp_path / "sets", [(0, "a b c d e f", "en"), (1, "a b c d e g", "en")], 3)
    pairs = np.array([0 << 32 | 1, 0 << 32 | 2], np.uint64)
    with open_sets(written) as sets:
        texts = Texts(Signatures(rows), np.arange(3, dtype=np.uint32), NOTHING_COMMON, sets)
        assert similarity(texts.known, 0, 1, 0.0) == pytest.approx(1 / 3)
        assert similarity(texts.known, 0, 2, 0.0) == 1
        assert verified(texts, pairs, 0.8).tolist() == [2]
        assert verified(texts, pairs, 0.3).tolist() == [1, 2]
        common = Boilerplate(rows[0][:, None].copy(), np.ones(128, np.int64))
        guarded = Texts(Signatures(rows), texts.at, common, sets)
        assert similarity(guarded.known, 0, 1, 0.0) == 0


def test_the_looser_bound_misses_hardly_a_pair_at_the_threshold() -> None:
    """Of 20,000 pairs of signatures that agree in each place with the chance of the threshold."""
    draw = np.random.default_rng(1)
    for threshold in (0.3, 0.5, 0.8, 0.95):
        estimates = (draw.random((20_000, 128)) < threshold).mean(axis=1)
        assert (estimates < looser(threshold)).mean() < 0.01
    assert looser(1.0) == 1.0
