"""Bands: the S-curve of the book, and keys that agree exactly where bands do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import UsageError
from detector.fingerprint.bands import Banding, band_keys, banding_for
from tests.fingerprint.made import signatures


def test_the_s_curve_is_that_of_the_book() -> None:
    """Leskovec, Rajaraman and Ullman, figure 3.8: 20 bands of 5 rows."""
    figure = {0.2: 0.006, 0.3: 0.047, 0.4: 0.186, 0.5: 0.470, 0.6: 0.802, 0.7: 0.975, 0.8: 0.9996}
    for similarity, chance in figure.items():
        assert Banding(20, 5).chance(similarity) == pytest.approx(chance, abs=5e-4)


@given(st.floats(0.3, 1))
def test_the_bands_bring_up_what_they_must_and_no_longer_bands_would(threshold: float) -> None:
    how = banding_for(threshold)
    assert how.bands * how.rows <= 128
    assert how.chance(threshold) >= 0.98
    longer = [Banding(128 // rows, rows) for rows in range(how.rows + 1, 129)]
    assert all(other.chance(threshold) < 0.98 for other in longer)


@pytest.mark.parametrize("threshold", [0, 0.29, 1.01, float("nan")])
def test_a_threshold_that_makes_no_sense_is_refused(threshold: float) -> None:
    with pytest.raises(UsageError, match=r"not in \[0.3, 1\]: 0.8 is usual"):
        banding_for(threshold)


def test_the_measured_chance_is_the_computed_one() -> None:
    """Of 4,000 pairs that agree in each place with a chance of 0.75."""
    draw = np.random.default_rng(5)
    one = draw.integers(0, 1 << 32, (4000, 128), dtype=np.uint32)
    other = draw.integers(0, 1 << 32, (4000, 128), dtype=np.uint32)
    two = np.where(draw.random((4000, 128)) < 0.75, one, other)
    how, zeros = banding_for(0.8), np.zeros(4000, np.uint32)
    met = (band_keys(one, zeros, how) == band_keys(two, zeros, how)).any(axis=0).mean()
    assert met == pytest.approx(how.chance(0.75), abs=0.02)


def test_a_key_holds_the_hash_of_its_band_and_the_number_of_its_text() -> None:
    how = Banding(4, 3)
    rows = signatures(2)
    rows[1, 3:6] = rows[0, 3:6]
    keys = band_keys(rows, np.array([7, 0xFFFFFFFF], np.uint32), how)
    assert (keys & np.uint64(0xFFFFFFFF)).T.tolist() == [[7] * 4, [0xFFFFFFFF] * 4]
    hashes = keys >> np.uint64(32)
    assert (hashes[:, 0] == hashes[:, 1]).tolist() == [False, True, False, False]


def test_bands_of_equal_values_have_unequal_hashes() -> None:
    """Otherwise a text that repeats one value would fill the buckets of others."""
    keys = band_keys(np.ones((1, 128), np.uint32), np.zeros(1, np.uint32), Banding(18, 7))
    assert len(np.unique(keys)) == 18
