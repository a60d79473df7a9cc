"""The shipped rates: whose they are, where they are counted, and what a damaged file says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from detector.errors import ModelError
from detector.label.calibration import read_calibration
from detector.label.rates import CHANCES, above, encode_rates, read_rates, shipped_rates
from detector.label.threshold import cut_point
from detector.score.panel import default_panel


def test_the_rates_are_those_of_the_shipped_model() -> None:
    panel, rates = default_panel(), shipped_rates()
    calibration = read_calibration(panel.calibration)
    assert (rates.detector, rates.model) == (
        calibration.detector, panel.digests[calibration.detector],
    )  # fmt: skip
    for band, known in zip(calibration.bands, rates.bands, strict=True):
        cuts = [cut_point(band, chance) for chance in CHANCES]
        assert known.edges == tuple(cut[0] for cut in cuts if cut)
        assert (known.language, known.min_words, known.max_words) == (
            band.language, band.min_words, band.max_words,
        )  # fmt: skip


def test_human_texts_of_unseen_sources_score_about_as_the_calibration_says() -> None:
    for band in shipped_rates().bands:
        beyond = above(band.human.sum(0), band.edges, band.edges[CHANCES.index(0.01)])
        assert 0.005 < beyond / band.human.sum() < 0.02


def test_the_file_is_what_its_content_encodes_to() -> None:
    data = encode_rates(shipped_rates())
    assert encode_rates(read_rates(data)) == data


def test_texts_above_a_cut_are_interpolated_between_edges() -> None:
    counts, edges = np.array([[10, 4, 6]]), (0.0, 2.0)
    assert above(counts, edges, 0.0).tolist() == [10]
    assert above(counts, edges, 1.5).tolist() == [7]
    assert above(counts, edges, 2.0).tolist() == [6]
    assert above(counts, edges, 9.0).tolist() == [6]
    assert above(counts, edges, -9.0).tolist() == [10]


@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "another"},
        {"format": 2},
        {"bands": [{}]},
        {"human": [["one", "kind"]]},
        {"machine": 7},
    ],
)
def test_a_file_that_makes_no_sense_is_refused(damage: dict[str, object]) -> None:
    stored = json.loads(encode_rates(shipped_rates())) | damage
    with pytest.raises(ModelError, match="makes no sense"):
        read_rates(json.dumps(stored).encode())


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ModelError, match="reinstall"):
        read_rates(b"{")
