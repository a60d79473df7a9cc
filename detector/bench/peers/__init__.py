"""Detectors that come with the bench, beside which others are measured."""

from __future__ import annotations

from typing import Final

from detector.bench.peers.formulas import FORMULAS
from detector.bench.registry import Entry, Judge, Options
from detector.bench.records import Family

_LM: Final = "contamination-detector[lm]"


def _lm(options: Options) -> Family:
    from detector.bench.peers.causal_lm import CausalLM  # noqa: PLC0415 - loads with the detector
    from detector.bench.peers.lm_family import LMFamily  # noqa: PLC0415

    return LMFamily(CausalLM(options.lm, options.device))


ENTRIES: Final[tuple[Entry, ...]] = tuple(
    Entry(name, _LM, (formula.__doc__ or "").splitlines()[0], _lm)
    for name, formula in FORMULAS.items()
)
