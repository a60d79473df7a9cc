"""Compile a kernel ahead of its first call, and keep the machine code on disk where possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(signature: str) -> Callable[[F], F]:
    """Compile a function with numba for one signature, at once, cached if any folder allows.

    numba keeps its cache beside the source, or in NUMBA_CACHE_DIR or the user's cache folder; where
    none can be written it raises, and the function is compiled for this process alone.
    """

    def decorate(function: F) -> F:
        try:
            made: Any = numba.njit(signature, cache=True, nogil=True)(function)
        except (RuntimeError, OSError):
            made = numba.njit(signature, nogil=True)(function)
        return cast(F, made)

    return decorate
