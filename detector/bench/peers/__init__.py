"""Detectors that come with the bench, beside which others are measured.

What they need is imported when they are loaded, not before.
"""

from __future__ import annotations

from typing import Final

from detector.bench.peers import (
    aifingerprint,
    binoculars,
    compression,
    llm_detector,
    lmscan,
    stylometry,
    zippy,
)
from detector.bench.peers.causal_lm import EXTRA, CausalLM
from detector.bench.peers.formulas import FORMULAS
from detector.bench.peers.lm_family import LMFamily
from detector.bench.peers.sequence_classifier import PREFIX, SequenceClassifier
from detector.bench.records import Family
from detector.bench.registry import Entry, Judge, Options
from detector.errors import UsageError

CLASSIFIER: Final = PREFIX  # what a detector's name begins with that is a classifier's path


def _lm(options: Options) -> Family:
    return LMFamily(CausalLM(options.lm, options.device))


def _binoculars(options: Options) -> Judge:
    if options.performer is None:
        raise UsageError(
            "binoculars.v1 compares two models of one tokenizer: give --lm and --performer, such as"
            " a base model and its instruction-tuned form; or take binoculars_one_model.v1"
        )
    observer = CausalLM(options.lm, options.device)
    return binoculars.Binoculars(observer, CausalLM(options.performer, options.device))


def classifier(spec: str, options: Options) -> Judge:
    """Load the detector that "hf:PATH" names."""
    return SequenceClassifier(spec, options.device)


ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        compression.NAME,
        "",
        "how well a text compresses (DEFLATE)",
        lambda _: compression.detector(),
    ),
    Entry(stylometry.NAME, "", "five features of style, added up", lambda _: stylometry.detector()),
    *(
        Entry(name, EXTRA, (formula.__doc__ or "").splitlines()[0].rstrip("."), _lm)
        for name, formula in FORMULAS.items()
    ),
    Entry(
        binoculars.NAME,
        f"{EXTRA}, --lm and --performer",
        "Binoculars of two models (Hans et al. 2024)",
        _binoculars,
    ),
    Entry(
        zippy.NAME,
        zippy.PACKAGE,
        "compression behind a prelude (ZipPy)",
        lambda _: zippy.detector(),
    ),
    Entry(lmscan.NAME, lmscan.PACKAGE, "counts of style (lmscan)", lambda _: lmscan.detector()),
    Entry(
        llm_detector.NAME,
        llm_detector.PACKAGE,
        "logistic regression over sentences (llm-detector)",
        lambda _: llm_detector.detector(),
    ),
    Entry(
        aifingerprint.NAME,
        aifingerprint.PACKAGE,
        "words and habits of machines (aifingerprint)",
        lambda _: aifingerprint.detector(),
    ),
)
