"""MinHash: bit for bit what datasketch computes, from the slow definition to the fast kernel."""

from __future__ import annotations

import numpy as np
import pytest
import xxhash
from datasketch import LeanMinHash, MinHash
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detector.fingerprint import minhash, reference
from detector.fingerprint.permutations import PERMUTATIONS, coefficients
from detector.fingerprint.shingles import WORDS, Shingling, shingling

CHARACTERS = shingling("ja")
WORD = st.text("abcdefgé漢𝒳ß0123456789", min_size=1, max_size=40)
NORMAL = st.lists(WORD, max_size=60).map(" ".join)
HOW = st.sampled_from([WORDS, CHARACTERS, shingling("th"), Shingling("word", 1)])


def theirs(normal: str, how: Shingling) -> MinHash:
    """datasketch's own MinHash of a normal form, one shingle at a time."""
    made = MinHash(num_perm=128, seed=1, hashfunc=xxhash.xxh32_intdigest)
    for shingle in reference.shingles(normal, how):
        made.update(shingle)
    return made


def lean(signature: bytes) -> LeanMinHash:
    """The one line of the documentation."""
    return LeanMinHash(seed=1, hashvalues=np.frombuffer(signature, "<u4"), scheme="affine32")


@settings(max_examples=200, deadline=None)
@given(NORMAL, HOW)
@example("one two three four five", WORDS)
@example("one two three four five six", WORDS)
@example("漢" * 8, CHARACTERS)
def test_a_signature_is_that_of_datasketch_bit_for_bit(normal: str, how: Shingling) -> None:
    signature = minhash.signature(normal.encode(), how)
    if reference.shingles(normal, how):
        assert len(signature) == 512
        assert np.array_equal(np.frombuffer(signature, "<u4"), theirs(normal, how).hashvalues)
        assert lean(signature) == LeanMinHash(theirs(normal, how))
    else:
        assert signature == b""


@settings(max_examples=200, deadline=None)
@given(NORMAL, HOW)
def test_the_kernel_agrees_with_the_slow_definition(normal: str, how: Shingling) -> None:
    fast = np.frombuffer(minhash.signature(normal.encode(), how), "<u4")
    assert fast.tolist() == reference.signature(normal, how)


def test_estimates_interchange_with_those_of_datasketch() -> None:
    """Ours against theirs, ours against ours and theirs against theirs give one estimate."""
    words = [f"w{n * n}" for n in range(600)]
    one, two = " ".join(words[:500]), " ".join(words[100:])
    ours = [lean(minhash.signature(text.encode(), WORDS)) for text in (one, two)]
    datasketchs = [LeanMinHash(theirs(text, WORDS)) for text in (one, two)]
    estimate = datasketchs[0].jaccard(datasketchs[1])
    assert ours[0].jaccard(ours[1]) == ours[0].jaccard(datasketchs[1]) == estimate
    true = 396 / (2 * 496 - 396)
    assert abs(estimate - true) < 3 * (true * (1 - true) / PERMUTATIONS) ** 0.5


def test_the_bytes_of_a_lean_minhash_of_datasketch_end_with_ours() -> None:
    text = " ".join(f"w{n}" for n in range(50))
    stored = LeanMinHash(theirs(text, WORDS))
    buffer = bytearray(stored.bytesize("<"))
    stored.serialize(buffer, "<")
    assert bytes(buffer).endswith(minhash.signature(text.encode(), WORDS))


def test_the_permutations_are_those_of_datasketch() -> None:
    a, b = coefficients()
    their_a, their_b = MinHash(num_perm=PERMUTATIONS, seed=1).permutations
    assert np.array_equal(a, their_a)
    assert np.array_equal(b, their_b)
    assert (a % 2 == 1).all()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 5), st.integers(0, 5))
def test_the_hash_is_xxh32(data: bytes, before: int, after: int) -> None:
    padded = np.frombuffer(b"x" * before + data + b"y" * after, np.uint8)
    found = minhash.xxh32(padded, before, before + len(data))
    assert found == xxhash.xxh32_intdigest(data)


@pytest.mark.parametrize(
    ("normal", "how", "shingles"),
    [
        ("a b c d e f", WORDS, [b"a b c d e", b"b c d e f"]),
        ("a b c d", WORDS, []),
        ("", WORDS, []),
        ("いろは にほへとち", CHARACTERS, ["いろはにほへとち".encode()]),
        ("いろはにほへと", CHARACTERS, []),
    ],
)
def test_shingles_are_runs_of_words_or_of_characters_without_spaces(
    normal: str, how: Shingling, shingles: list[bytes]
) -> None:
    assert reference.shingles(normal, how) == shingles
    assert bool(minhash.signature(normal.encode(), how)) == bool(shingles)


@pytest.mark.parametrize("language", ["zh", "ja", "th", "lo", "km", "my", "bo"])
def test_languages_without_spaces_are_cut_into_characters(language: str) -> None:
    assert shingling(language).unit == "character"


@pytest.mark.parametrize("language", ["en", "de", "ko", "ar", "ru", "und", "xx"])
def test_all_others_are_cut_into_five_words(language: str) -> None:
    assert shingling(language) == Shingling("word", 5)
