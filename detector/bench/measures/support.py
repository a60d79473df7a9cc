"""How many texts a figure needs, and what is said when there are fewer.

A false-positive rate needs so many human texts that five of them are expected beyond the cut, as
everywhere in this program; everything else needs enough texts for its interval to mean something.
"""

from __future__ import annotations

import math
from typing import Final

# Human texts that must be expected beyond a cut, for its rate to be more than a guess.
FEWEST_BEYOND: Final = 5
# Texts of each class for an AUROC, and of one class for a rate at a given threshold.
FEWEST: Final = 50
# Texts of each class for probabilities and shares, on both sides of a transfer.
FEWEST_FOR_PROBABILITIES: Final = 100


def fewest_humans(fpr: float) -> int:
    """Give the number of human texts that a threshold at a false-positive rate needs.

    >>> fewest_humans(0.05), fewest_humans(0.01), fewest_humans(0.001)
    (100, 500, 5000)
    """
    return math.ceil(FEWEST_BEYOND / fpr - 1e-9)


def lack_of_texts(humans: int, machines: int, fewest: int = FEWEST) -> str:
    """Say which class has too few texts; "" when both have enough.

    >>> lack_of_texts(200, 3), lack_of_texts(60, 60)
    ('3 AI texts, and it takes 50', '')
    """
    few = [
        f"{count:,} {kind} text{'' if count == 1 else 's'}"
        for count, kind in ((humans, "human"), (machines, "AI"))
        if count < fewest
    ]
    return f"{' and '.join(few)}, and it takes {fewest}" if few else ""


def lack_of_humans(humans: int, fpr: float) -> str:
    """Say that a false-positive rate rests on too few human texts; "" when there are enough.

    >>> lack_of_humans(200, 0.001)
    '200 human texts, and a false-positive rate of 0.1 % takes 5,000'
    """
    needed = fewest_humans(fpr)
    if humans >= needed:
        return ""
    return f"{humans:,} human texts, and a false-positive rate of {100 * fpr:g} % takes {needed:,}"
