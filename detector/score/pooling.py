"""Pooling: from the scores of a text's windows to the score of the text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from detector.records import Window


def pooled(windows: Sequence[Window]) -> float:
    """Give the score of a text from those of its windows: their mean, NaN where there are none.

    What a mean of so many windows is worth, the calibration says by the length of the text.
    """
    return sum(window.value for window in windows) / len(windows) if windows else math.nan
