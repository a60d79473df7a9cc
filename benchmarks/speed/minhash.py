"""How fast texts are signed: ours beside datasketch and rensa.

    python -m benchmarks.speed.minhash [--rounds 7]

Every peer makes 128 permutations over the 5-word shingles of the same made-up texts of 644 words,
from the text to the signature. Process CPU time of one process pinned to one core, medians of
interleaved rounds. Writes benchmarks/results/minhash.json.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import xxhash
from datasketch import MinHash

from benchmarks.speed.machine import machine, versions
from benchmarks.speed.tree import pinned
from detector.fingerprint import fingerprint

RESULT = Path(__file__).parents[1] / "results" / "minhash.json"
TEXTS = 100
WORDS = 644
TARGET = 3.0


def made_texts() -> list[str]:
    """Texts of words drawn by Zipf's law from a vocabulary of 20,000, always the same."""
    draw = random.Random(644)
    letters = "abcdefghijklmnopqrstuvwxyz"
    vocabulary = ["".join(draw.choices(letters, k=draw.randint(2, 9))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, 20_001)]
    return [" ".join(draw.choices(vocabulary, weights, k=WORDS)) for _ in range(TEXTS)]


def shingles(text: str) -> list[bytes]:
    """The runs of five words."""
    words = text.split()
    return [" ".join(words[i : i + 5]).encode() for i in range(len(words) - 4)]


def ours(text: str) -> None:
    """The exact hash and the signature."""
    fingerprint(text, "en")


def datasketch_default(text: str) -> None:
    """datasketch's update_batch with its default hash (SHA-1)."""
    MinHash(num_perm=128).update_batch(shingles(text))


def datasketch_xxh32(text: str) -> None:
    """datasketch's update_batch with the hash that we use."""
    MinHash(num_perm=128, seed=1, hashfunc=xxhash.xxh32_intdigest).update_batch(shingles(text))


def peers() -> dict[str, Callable[[str], None]]:
    """Who takes part; rensa where it is installed."""
    found: dict[str, Callable[[str], None]] = {
        "detector": ours,
        "datasketch update_batch, default hash": datasketch_default,
        "datasketch update_batch, xxh32": datasketch_xxh32,
    }
    try:
        from rensa import RMinHash
    except ImportError:
        return found

    def rensa(text: str) -> None:
        sketch = RMinHash(num_perm=128, seed=1)
        words = text.split()
        sketch.update([" ".join(words[i : i + 5]) for i in range(len(words) - 4)])
        sketch.digest()

    found["rensa RMinHash"] = rensa
    return found


def measure(rounds: int) -> dict[str, float]:
    """Texts per second of each peer."""
    texts, seconds = made_texts(), {}
    for name, sign in peers().items():
        sign(texts[0])
        seconds[name] = [0.0] * rounds
    with pinned():
        for n in range(rounds):
            for name, sign in peers().items():
                begin = time.process_time()
                for text in texts:
                    sign(text)
                seconds[name][n] = time.process_time() - begin
    return {name: TEXTS / statistics.median(taken) for name, taken in seconds.items()}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    rates = measure(rounds)
    ratios = {name: rates["detector"] / rate for name, rate in rates.items()}
    for name, rate in rates.items():
        print(f"{name:40} {rate:9,.0f} texts/s   detector is {ratios[name]:6.1f} times as fast")
    least = ratios["datasketch update_batch, default hash"]
    result = {
        "command": f"python -m benchmarks.speed.minhash --rounds {rounds}",
        "machine": machine(),
        "versions": versions("datasketch", "rensa", "numba", "numpy", "xxhash"),
        "texts": TEXTS,
        "words_a_text": WORDS,
        "texts_per_second": {name: round(rate) for name, rate in rates.items()},
        "detector_times_as_fast": {name: round(ratio, 2) for name, ratio in ratios.items()},
        "target": {"least": TARGET, "measured": round(least, 2), "met": least >= TARGET},
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
