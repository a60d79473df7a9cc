"""How long to wait before a failed request is tried again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with full jitter, bounded in count and wait.

    attempts: tries in a row without a single byte gained, before giving up. base, cap: seconds;
    the wait before try n is uniform in [0, min(cap, base * 2**n)] (Brooker, "Exponential Backoff
    and Jitter", AWS 2015), but never under a server's Retry-After, which is itself cut at
    `patience`. timeout: seconds to connect, and between two reads.
    """

    attempts: int = 8
    base: float = 0.5
    cap: float = 60.0
    patience: float = 300.0
    timeout: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = random.random

    def wait(self, failures: int, retry_after: float | None = None) -> None:
        """Sleep before the next try, after `failures` tries in a row have failed."""
        ceiling = min(self.cap, self.base * 2.0 ** min(failures, 30))
        seconds = self.draw() * ceiling
        if retry_after is not None:
            seconds = max(seconds, min(retry_after, self.patience))
        self.sleep(seconds)
