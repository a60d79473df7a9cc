"""Union-find: what hangs together by verified pairs, directly or through others."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from detector.kernels import compiled

_U64: Final = np.uint64


def components(pairs: npt.NDArray[np.uint64], count: int) -> npt.NDArray[np.uint32]:
    """Name each text's connected component by the least text in it.

    pairs: uint64[m], as `candidates.pair` makes them. count: of the texts, numbered from 0. Gives
    uint32[count]. Path halving, the lesser root wins (R. Tarjan and J. van Leeuwen 1984).
    """
    parents = np.arange(count, dtype=np.uint32)
    _unite(pairs, parents)
    return parents


@compiled("uint32(uint32[::1], uint32)")
def _root(parents: Any, text: Any) -> Any:
    while parents[text] != text:
        parents[text] = parents[parents[text]]
        text = parents[text]
    return text


@compiled("void(Array(uint64, 1, 'C', readonly=True), uint32[::1])")
def _unite(pairs: Any, parents: Any) -> None:
    for n in range(len(pairs)):
        one = _root(parents, np.uint32(pairs[n] >> _U64(32)))
        two = _root(parents, np.uint32(pairs[n] & _U64(0xFFFFFFFF)))
        if one < two:
            parents[two] = one
        elif two < one:
            parents[one] = two
    for text in range(len(parents)):
        parents[text] = _root(parents, np.uint32(text))
