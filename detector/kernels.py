"""How kernels are compiled: ahead of their first call, the machine code kept where possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


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
