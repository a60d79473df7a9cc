"""Made-up signatures, and clustering written slowly and obviously from its definitions."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detector.fingerprint.bands import Banding
from detector.fingerprint.boilerplate import Boilerplate

Rows = npt.NDArray[np.uint32]
NOTHING_COMMON = Boilerplate(np.zeros((128, 1), np.uint32), np.zeros(128, np.int64))


def signatures(count: int, *, seed: int = 0, copies: float = 0.5) -> Rows:
    """Random signatures, a share of them copies of earlier ones in 40 to 100 % of the places."""
    draw = np.random.default_rng(seed)
    rows = draw.integers(0, 1 << 32, (count, 128), dtype=np.uint32)
    for n in range(1, count):
        if draw.random() < copies:
            same = draw.random(128) < draw.uniform(0.4, 1)
            rows[n] = np.where(same, rows[draw.integers(n)], rows[n])
    return rows


def written(folder: Path, rows: Rows) -> Path:
    """The signatures as a file."""
    path = folder / "signatures"
    path.write_bytes(rows.astype("<u4").tobytes())
    return path


def slow_candidates(rows: Rows, how: Banding) -> set[tuple[int, int]]:
    """All pairs that agree in all rows of some band."""
    found = set()
    for one, two in combinations(range(len(rows)), 2):
        for band in range(how.bands):
            place = slice(band * how.rows, (band + 1) * how.rows)
            if rows[one, place].tolist() == rows[two, place].tolist():
                found.add((one, two))
    return found


def slow_similarity(one: Rows, two: Rows, common: list[set[int]]) -> float:
    """The share of equal places; boilerplate does not count in favour of a pair."""
    plain = sum(x == y for x, y in zip(one, two, strict=True)) / 128
    own = [(x, y) for x, y, many in zip(one, two, common, strict=True) if min(x, y) not in many]
    if len(own) < 16:
        return plain if plain >= 0.95 else 0.0
    return min(plain, sum(x == y for x, y in own) / len(own))


def slow_components(pairs: set[tuple[int, int]], count: int) -> list[int]:
    """The least number that each can walk to."""
    least = list(range(count))
    changed = True
    while changed:
        changed = False
        for one, two in pairs:
            low = min(least[one], least[two])
            changed |= least[one] != low or least[two] != low
            least[one] = least[two] = low
    return least


def slow_centres(rows: Rows, pairs: set[tuple[int, int]], threshold: float) -> list[int]:
    """Most pairs first, each joins the most similar centre it is led to, or is one."""
    degree = [sum(n in one for one in pairs) for n in range(len(rows))]
    centres: dict[int, int] = {}
    nothing: list[set[int]] = [set()] * 128
    for text in sorted(range(len(rows)), key=lambda n: (-degree[n], n)):
        paired = {one for pair in pairs if text in pair for one in pair} - {text}
        led = {centres[one] for one in paired if one in centres}
        close = [(-slow_similarity(rows[text], rows[one], nothing), one) for one in led]
        centres[text] = min((c for c in close if -c[0] >= threshold), default=(0.0, text))[1]
    return [centres[n] for n in range(len(rows))]


def slow_firsts(centres: list[int]) -> list[int]:
    """The least text of each text's cluster."""
    return [centres.index(one) for one in centres]
