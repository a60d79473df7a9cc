"""How kernels are compiled: ahead of their first call, the machine code kept where possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
from numba import int64, types, uint8


def compiled(signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function with numba for one signature, at once; division by zero gives inf or NaN.

    The machine code is kept beside the source, in NUMBA_CACHE_DIR or in the user's cache folder;
    where none can be written, the function is compiled for this process alone.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
        try:
            return numba.njit(signature, cache=True, **options)(function)
        except (RuntimeError, OSError):
            return numba.njit(signature, **options)(function)

    return decorate


# Numba describes its array types to no type checker.
_array: Any = types.Array
_tuple: Any = types.Tuple


@compiled(_tuple((int64, int64))(_array(uint8, 1, "C", readonly=True), int64))
def decode_utf8(data: Any, at: Any) -> Any:
    """Read one code point of valid UTF-8; gives it and the offset after it."""
    first = int64(data[at])
    end = len(data)
    if first < 0x80:
        return first, at + 1
    if first < 0xE0 and at + 1 < end:
        return ((first & 0x1F) << 6) | (int64(data[at + 1]) & 0x3F), at + 2
    if first < 0xF0 and at + 2 < end:
        tail = ((int64(data[at + 1]) & 0x3F) << 6) | (int64(data[at + 2]) & 0x3F)
        return ((first & 0x0F) << 12) | tail, at + 3
    if at + 3 < end:
        tail = ((int64(data[at + 2]) & 0x3F) << 6) | (int64(data[at + 3]) & 0x3F)
        return ((first & 0x07) << 18) | ((int64(data[at + 1]) & 0x3F) << 12) | tail, at + 4
    return int64(0), end
