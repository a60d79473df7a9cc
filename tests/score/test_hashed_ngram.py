"""The hashed n-gram detector: what it computes, and what must not change its scores."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import ModelError
from detector.score.contract import check_detector
from detector.score.detectors.hashed_ngram import MOST_BYTES, HashedNgram
from detector.score.panel import SHIPPED
from detector.score.weights import load_model
from tests.score import reference

with resources.as_file(resources.files("detector.score") / "models" / SHIPPED) as shipped:
    MODEL = load_model(Path(shipped))
    SIZE = Path(shipped).stat().st_size
DETECTOR = HashedNgram(MODEL)
# Written for this test in the two manners that the model should tell apart.
PLAIN = (
    "We got to the hut about four, wet through, and found the stove already lit. Tom had gone up"
    " ahead and said nothing of it. He'd also eaten the last of the cheese, which he denied until"
    " my sister found the rind in his coat. Nobody minded much. It rained until Thursday and we"
    " played cards for matches, and when the matches were needed for the stove we stopped.",
    "The council voted 7 to 4 on Monday to close the old ferry slip, ending a row that has run"
    " since 1998. Mr Hale, who keeps the chandlery opposite, said he would believe it when he saw"
    " the gates. “They've voted on this before,” he said, “and I've still got cars in my yard.”",
)
POLISHED = (
    "Embarking on a hiking journey offers a unique opportunity to connect with nature and foster"
    " personal growth. By prioritizing preparation, individuals can significantly enhance their"
    " overall experience. Additionally, it is essential to consider various factors, including"
    " weather conditions, equipment, and physical fitness, to ensure a safe, enjoyable adventure.",
    "In today's fast-paced digital landscape, businesses must leverage innovative strategies to"
    " remain competitive. Moreover, effective communication plays a crucial role in fostering"
    " collaboration and driving sustainable growth. Ultimately, embracing change empowers"
    " organizations to navigate challenges and unlock their full potential.",
)


def score(text: str) -> float:
    return float(DETECTOR.score([text])[0])


def test_it_keeps_the_contract_of_detectors() -> None:
    assert check_detector(DETECTOR, human=PLAIN, machine=POLISHED) == []


def test_the_shipped_file_is_small_and_english() -> None:
    assert SIZE <= 8_000_000
    assert DETECTOR.languages == {"en"}


@settings(max_examples=200)
@given(st.text(alphabet="abcdeéПаo10'’.,!?…“ \n\u200b\u00ad天🙂*-ﬁ\ufeff\U000e0041", max_size=200))
def test_the_kernel_agrees_with_the_obvious_way_on_odd_texts(text: str) -> None:
    expected = np.float32(reference.score(text, MODEL.arrays))
    assert np.array_equal(DETECTOR.score([text])[0], expected, equal_nan=True)


@pytest.mark.parametrize("text", [*PLAIN, *POLISHED, " ".join(PLAIN + POLISHED) * 9])
def test_the_kernel_agrees_with_the_obvious_way_on_prose(text: str) -> None:
    assert score(text) == np.float32(reference.score(text, MODEL.arrays))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" ", "\n\n  "),
        ("a", "а"),  # Cyrillic
        ("o", "ο"),  # Greek
        ("e", "é"),
        ("an", "a\u200bn"),
        ("an", "a\ufeffn\ufe0f"),
        ("an", "a\U000e0041n\U000e0101"),
        ("the ", "**the** "),
        ("'", "’"),
        ("“", '"'),
        ("w", "W"),
        ("s", "ｓ"),  # fullwidth
        (" ", " \u00ad"),
    ],
)
def test_dress_changes_no_score(old: str, new: str) -> None:
    text = " ".join(PLAIN + POLISHED)
    assert old in text
    assert score(text.replace(old, new)) == score(text)


def test_the_windows_of_a_text_follow_each_other_from_its_first_word_to_its_end() -> None:
    """And their places count characters, not bytes."""
    text = "  " + " ".join(PLAIN + POLISHED) * 9
    windows = DETECTOR.windows(text)
    assert [window.value for window in windows] == reference.windows(text, MODEL.arrays)
    assert len(windows) > 5
    assert windows[0].start == 2
    assert windows[-1].end == len(text)
    for one, following in pairwise(windows):
        assert one.end == following.start
        assert not re.match(r"\w\w", text[following.start - 1 : following.start + 1])


def test_of_a_very_long_text_the_windows_are_a_sample() -> None:
    """As many as the cap, from the first word to the last."""
    text = " ".join(f"word{at % 977}" for at in range(30_000))
    windows = DETECTOR.windows(text)
    assert len(windows) == 64
    assert {len(text[one.start : one.end].split()) for one in windows} == {288}
    assert (windows[0].start, windows[-1].end) == (0, len(text))
    assert [window.value for window in windows] == reference.windows(text, MODEL.arrays)
    assert score(text) == np.float32(sum(one.value for one in windows) / 64)


def test_a_text_without_words_has_no_windows() -> None:
    assert DETECTOR.windows("\n \u200b 🙂") == ()


def test_a_text_without_words_has_no_score() -> None:
    assert math.isnan(score(""))
    assert math.isnan(score("\n \u200b 🙂"))


def test_what_is_beyond_the_cap_is_not_looked_at() -> None:
    text = "a b c " * (MOST_BYTES // 6 + 1)
    assert score(text + "This matters not.") == score(text)


def test_a_model_for_another_scheme_is_refused() -> None:
    with pytest.raises(ModelError, match="made for the scheme"):
        HashedNgram(replace(MODEL, scheme={**MODEL.scheme, "windows": 5}))


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("plain", np.zeros(1000, np.int16)),
        ("folding", np.zeros(10, np.uint8)),
        ("fit", np.zeros(3)),
        ("common", np.ones(1 << 14, np.uint32)),
        ("masked", np.zeros(0, np.int16)),
    ],
)
def test_arrays_that_would_lead_the_kernel_astray_are_refused(name: str, array: np.ndarray) -> None:
    with pytest.raises(ModelError, match="again"):
        HashedNgram(replace(MODEL, arrays={**MODEL.arrays, name: array}))


def test_a_missing_array_is_named() -> None:
    arrays = {name: array for name, array in MODEL.arrays.items() if name != "masked"}
    with pytest.raises(ModelError, match="'masked'"):
        HashedNgram(replace(MODEL, arrays=arrays))
