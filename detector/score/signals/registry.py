"""The signals that every scan observes."""

from __future__ import annotations

from detector.score.protocol import Signal
from detector.score.signals.capture_date import CaptureDate


def default_signals() -> tuple[Signal, ...]:
    """Give the signals in the order in which their findings are reported."""
    return (CaptureDate(),)
