"""The signals that every scan observes."""

from __future__ import annotations

from detector.score.protocol import Signal
from detector.score.signals.capture_date import CaptureDate
from detector.score.signals.characters import Characters
from detector.score.signals.disclosures import Headers
from detector.score.signals.leaks import Leaks
from detector.score.signals.source import Source


def default_signals() -> tuple[Signal, ...]:
    """Give the signals in the order in which their findings are reported."""
    return (CaptureDate(), Headers(), Source(), Leaks(), Characters())
