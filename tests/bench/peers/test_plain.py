"""Compression, stylometry and the detectors of other packages: numbers, direction, odd texts."""

from __future__ import annotations

import math
import zlib
from importlib import metadata

import numpy as np
import pytest

from detector.bench.peers import ENTRIES
from detector.bench.peers.compression import compressibility
from detector.bench.peers.one_by_one import OneByOne
from detector.bench.peers.optional import needed
from detector.bench.peers.stylometry import FEATURES, style
from detector.bench.registry import Options
from detector.errors import UsageError
from detector.score.contract import check_detector

HUMAN = [
    "I didn't go. Why would I? The road was wet, and my brother, who never could keep a secret,"
    " told everyone at the shop that we'd lost the dog again! So there we stood. Rain. Nobody spoke"
    " for ten minutes or so, until old Pat laughed and said he'd seen worse in the navy.",
    "Can't say I liked the film! We left early, got chips, missed the bus, and then walked home"
    " along the river in shoes that weren't made for it. Was it worth it? Ask me when the blisters"
    " heal.",
]
MACHINE = [
    "Effective communication plays a pivotal role in organizational success, fostering"
    " collaboration and enhancing engagement. Moreover, it underscores the importance of"
    " transparency, enabling teams to navigate challenges. Additionally, leveraging comprehensive"
    " insights can enhance productivity, ensuring sustainable development across departments.",
    "The implementation of renewable technologies represents a crucial advancement in"
    " sustainability, reducing emissions and fostering innovation. Furthermore, comprehensive"
    " investment in infrastructure enhances efficiency, promoting economic development. This"
    " transformation underscores the potential of collaboration, highlighting the importance"
    " of education.",
]
PLAIN = ["compression.v1", "stylometry.v1"]
PACKAGES = {
    "zippy.v1": "thinkst-zippy",
    "lmscan.v1": "lmscan",
    "llm_detector.v1": "llm-detector",
    "aifingerprint.v1": "aifingerprint",
}
ODD = ["", " \n", "\0" * 9, "\ud800 lone", "🙂" * 200, "天地玄黃" * 50, "a" * 3000, "." * 3000]


def load(name: str) -> OneByOne:
    entry = next(entry for entry in ENTRIES if entry.name == name)
    detector = entry.load(Options())
    assert isinstance(detector, OneByOne)
    return detector


def package_of(name: str) -> str:
    """The package of an entry; skips where it is not installed."""
    try:
        metadata.version(PACKAGES[name])
    except metadata.PackageNotFoundError:
        pytest.skip(f"needs the PyPI package {PACKAGES[name]}")
    return PACKAGES[name]


@pytest.mark.parametrize("name", PLAIN)
def test_it_keeps_the_contract(name: str) -> None:
    assert check_detector(load(name)) == []


def test_stylometry_puts_machines_above_humans() -> None:
    assert check_detector(load("stylometry.v1"), human=HUMAN, machine=MACHINE) == []


def test_each_feature_counts_in_its_direction() -> None:
    def counted(text: str) -> dict[str, float]:
        words = text.lower().replace(",", "").replace(".", "").split()
        return {name: f.sign * (f.value(text, words) - f.centre) for name, f in FEATURES.items()}

    human, machine = counted(HUMAN[0]), counted(MACHINE[0])
    assert {name: machine[name] > human[name] for name in FEATURES} == dict.fromkeys(FEATURES, True)


def test_style_is_the_mean_of_its_features() -> None:
    """Two sentences of two and six words; one `n't`; no other feature but one risen word."""
    text = "Dogs bark. They didn't hear the crucial bell."
    burst = math.tanh((2 / 4 - 0.55) / 0.25)
    expected = [-burst, math.tanh(-1), math.tanh(-1.5)]
    expected += [-math.tanh(12.5 - 1), math.tanh((12.5 - 0.5) / 0.5)]
    assert style(text) == pytest.approx(sum(expected) / 5, rel=1e-9)


def test_what_repeats_itself_compresses() -> None:
    same = "the same words come back again and again in this text " * 20
    assert compressibility(same) > compressibility(" ".join(HUMAN)) > -8


def test_compression_is_that_of_stretches_of_one_length() -> None:
    """The ratio of a long text is the mean over its whole stretches, without what is left over."""
    text = "".join(chr(97 + at * at % 23) for at in range(3700))
    sizes = [
        len(zlib.compress(text[at : at + 1500].encode(), 9)) - 6  # head and checksum (RFC 1950)
        for at in (0, 1500)
    ]
    assert compressibility(text) == pytest.approx(-8 * sum(sizes) / 3000)
    assert compressibility("a b") == compressibility(" a \n\t b ")


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_scores_offline_and_repeatably(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package_of(name)

    def refuse(*_: object) -> None:
        raise AssertionError("a detector that should be offline opened a connection")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    detector = load(name)
    texts = [HUMAN[0], MACHINE[0]]
    scores = detector.score(texts)
    assert np.isfinite(scores).all()
    np.testing.assert_array_equal(detector.score(texts[::-1])[::-1], scores)
    assert scores[1] > scores[0]
    assert detector.version == f"{PACKAGES[name]} {metadata.version(PACKAGES[name])}"


@pytest.mark.parametrize("name", [name for name in PACKAGES if name != "llm_detector.v1"])
def test_a_package_never_raises(name: str) -> None:
    package_of(name)
    scores = load(name).score(ODD)
    assert scores.shape == (len(ODD),)
    assert np.isnan(scores[:2]).all()
    assert not np.isinf(scores).any()


def test_zippy_gives_what_the_package_gives() -> None:
    """Chunks one after the other, where the package starts a pool of processes."""
    package_of("zippy.v1")
    from zippy.zippy import Zippy

    texts = [HUMAN[0], MACHINE[0], " ".join(HUMAN + MACHINE) * 3]
    package = Zippy()
    for text, score in zip(texts, load("zippy.v1").score(texts), strict=True):
        label, strength = package.run_on_text_chunked(text)
        assert score == pytest.approx(strength if label == "AI" else -strength, rel=1e-5)


def test_a_function_that_raises_abstains() -> None:
    def judge(text: str) -> float:
        return 1 / len(text) if text != "endless" else math.inf

    detector = OneByOne("judge.v1", judge, languages=frozenset(("en",)), min_words=1)
    scores = detector.score(["ab", "", "endless"])
    assert scores[0] == 0.5
    assert np.isnan(scores[1:]).all()


def test_a_missing_package_is_said_with_the_way_to_get_it() -> None:
    with pytest.raises(UsageError, match="pip install no-such-thing"):
        needed("no_such_module_at_all", "no-such-thing")
