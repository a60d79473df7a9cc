"""The sampled shingles are those of a slow and obvious reference, wherever they stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detector.fingerprint.containment import MODULUS, WORDS, sample
from tests.fingerprint.known import made_text

MASK = (1 << 64) - 1


def mix(h: int) -> int:
    h = (h ^ h >> 33) * 0xFF51AFD7ED558CCD & MASK
    h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53 & MASK
    return h ^ h >> 33


def word_hash(word: bytes) -> int:
    h = 0xCBF29CE484222325
    for byte in word:
        h = (h ^ byte) * 0x100000001B3 & MASK
    return mix(h)


def reference(normal: str) -> list[tuple[int, str]]:
    """Key and words of every kept shingle."""
    words = normal.split()
    kept = []
    for at in range(len(words) - WORDS + 1):
        h = 0
        for word in words[at : at + WORDS]:
            h = (h * 0x9E3779B97F4A7C15 + word_hash(word.encode())) & MASK
        h = mix(h)
        if h % MODULUS == 0:
            kept.append((h >> 33, " ".join(words[at : at + WORDS])))
    return kept


def sampled(normal: str) -> list[tuple[int, str]]:
    data = normal.encode()
    made = sample(data)
    places = zip(made.starts.tolist(), made.stops.tolist(), strict=True)
    return [
        (key, data[start:stop].decode())
        for key, (start, stop) in zip(made.keys.tolist(), places, strict=True)
    ]


@given(st.lists(st.sampled_from(["a", "bb", "été", "дом", "x9", "the"]), max_size=400))
def test_the_kernel_samples_what_the_reference_does(words: list[str]) -> None:
    normal = " ".join(words)
    assert sampled(normal) == reference(normal)


def test_one_shingle_in_sixty_four_is_kept() -> None:
    kept = len(sample(made_text(1, 64_012).encode()).keys)
    assert 900 < kept < 1100  # 1,000 expected, deviation 31


def test_no_text_below_thirteen_words_has_a_shingle() -> None:
    assert all(not sampled(made_text(seed, 12)) for seed in range(200))


def test_a_quotation_keeps_its_shingles_in_any_page() -> None:
    text = made_text(2)
    page = f"{made_text(3, 50)} {text} {made_text(4, 50)}"
    assert set(sampled(text)) <= set(sampled(page))


def test_more_shingles_than_room_was_made_for_are_all_found() -> None:
    """Words of one letter have many more shingles a byte than the first guess allows for."""
    normal = " ".join("abcdefghijklmnop"[i * i % 16] for i in range(30_000))
    assert sampled(normal) == reference(normal)
