"""What a rate rests on: how many human texts must stand behind it."""

from __future__ import annotations

import math
from typing import Final

from detector.label.calibration import Band

# Human texts that must be expected beyond the cut, for the rate to be more than a guess.
FEWEST_BEYOND: Final = 5


def supports(band: Band, fpr: float) -> bool:
    """Whether enough human texts stand behind a false-positive rate in this band."""
    return band.n >= fewest_texts(fpr)


def fewest_texts(fpr: float) -> int:
    """Give the number of human texts that a rate needs: so many that five are beyond the cut.

    >>> fewest_texts(0.01), fewest_texts(0.003)
    (500, 1667)
    """
    return math.ceil(FEWEST_BEYOND / fpr - 1e-9)
