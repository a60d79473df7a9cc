"""A bar for a person who waits: bytes read, records, documents a second."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")


class Progress:
    """Shows how far a scan is, on a terminal only; silent elsewhere and when asked to be.

    total: bytes of all inputs, None when any of them does not tell its size.
    """

    def __init__(self, total: int | None, *, shown: bool, unit: str = "B") -> None:
        self._bar = tqdm(
            total=total,
            unit=unit,
            unit_scale=True,
            unit_divisor=1024 if unit == "B" else 1000,
            disable=None if shown else True,
            dynamic_ncols=True,
            smoothing=0.1,
        )
        self._base = 0
        self._began = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()

    def skip(self, size: int) -> None:
        """Count bytes that an earlier run has done, without a part in the rate."""
        if self._bar.disable:
            return
        self._bar.initial += size
        self._bar.n += size
        self._base += size
        self._bar.refresh()

    def update(self, size: int, records: int, documents: int) -> None:
        """Bytes done so far in this run, and what was found in them."""
        if self._bar.disable:
            return
        rate = documents / max(time.monotonic() - self._began, 1e-3)
        self._bar.set_postfix_str(f"{records:,} records, {rate:,.0f} docs/s", refresh=False)
        self._bar.update(self._base + size - self._bar.n)


def counted(
    items: Iterable[Item], unit: str, shown: bool, total: int | None = None
) -> Iterator[Item]:
    """Pass items on, and count them on a terminal; total: how many there will be, if known."""
    disable = None if shown else True
    yield from tqdm(items, total=total, unit=" " + unit, unit_scale=True, disable=disable)
