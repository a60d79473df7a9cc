"""Made-up texts, and indexes of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from detector.fingerprint import fingerprint
from detector.fingerprint.containment import sample
from detector.fingerprint.index_build import Batch, Known, write_index
from detector.fingerprint.index_lookup import KnownIndex, KnownMatch

_LETTERS = random.Random(7)
VOCABULARY = [
    "".join(_LETTERS.choices("abcdefghij", k=_LETTERS.randrange(2, 9))) for _ in range(3000)
]


def made_text(seed: int, words: int = 600) -> str:
    """Words that no other seed has in this order."""
    return " ".join(random.Random(seed).choices(VOCABULARY, k=words))


def known(name: str, text: str, when: date | None = None, *, signed: bool = True) -> Known:
    made = fingerprint(text, "en")
    signature = made.signature if signed else b""
    words = len(text.split())
    return Known(name, words, made.exact, signature, sample(text.encode()), when)


def made_index(path: Path, texts: Sequence[str], **options: bool) -> KnownIndex:
    write_index(path, "ai", [Batch([known(f"t{n}", t, **options) for n, t in enumerate(texts)])])
    return KnownIndex(path)


def look_up(index: KnownIndex, text: str) -> list[KnownMatch]:
    made = fingerprint(text, "en")
    data = text.encode()
    return index.find(made, sample(data), len(text.split()), len(data))
