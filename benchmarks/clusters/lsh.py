"""The usual recipe with datasketch: insert all, query each, verify each candidate, unite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasketch import LeanMinHash

BANDS, ROWS = 18, 7
THRESHOLD = 0.8


def unite(signed: Sequence[LeanMinHash]) -> tuple[list[int], int, int]:
    """Give the first member of each one's cluster, and the pairs looked at and verified."""
    from datasketch import MinHashLSH

    lsh = MinHashLSH(num_perm=128, params=(BANDS, ROWS))
    for n, one in enumerate(signed):
        lsh.insert(n, one, check_duplication=False)
    parents = list(range(len(signed)))

    def root(n: int) -> int:
        while parents[n] != n:
            parents[n] = parents[parents[n]]
            n = parents[n]
        return n

    candidates = kept = 0
    for n, one in enumerate(signed):
        for other in lsh.query(one):
            if other < n:
                candidates += 1
                if one.jaccard(signed[other]) >= THRESHOLD:
                    kept += 1
                    parents[max(root(n), root(other))] = min(root(n), root(other))
    return [root(n) for n in range(len(signed))], candidates, kept
