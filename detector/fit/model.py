"""One call from labelled text to a model file."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib import metadata
from typing import Any

import numpy as np

from detector.fit.calibrate import cross_scores, make_calibration
from detector.fit.card import model_card
from detector.fit.config import FitConfig, FitReport
from detector.fit.corpora import LabelledText, assign_folds, read_corpora
from detector.fit.files import write_file
from detector.fit.slices import slices
from detector.fit.train import common_words, draw_windows, require_sklearn, train
from detector.score.weights import encode_model, load_model


def _quiet(_message: str) -> None:
    return None


def fit_model(config: FitConfig, progress: Callable[[str], None] = _quiet) -> FitReport:
    """Train, calibrate and write a model file; the same config and data give the same bytes.

    progress: is told each step in a few words. Raises UsageError without scikit-learn, InputError
    for data that cannot be read, OutputError for a file that cannot be written.
    """
    started = time.monotonic()
    require_sklearn()
    progress(f"reading {config.data}")
    texts = read_corpora(config.data, config.language)
    folds = assign_folds(texts, config.folds, config.seed)
    progress(f"counting n-grams of {len(texts)} texts")
    common = common_words(texts, config)
    drawn = draw_windows(texts, common, config)
    progress(f"cross-fitting {config.folds} models for the calibration")
    scored = cross_scores(texts, drawn, folds, common, config)
    calibration, bands = make_calibration(texts, scored, config)
    progress(f"training on {len(drawn.text)} windows")
    model = train(drawn, np.ones(len(drawn.text), np.bool_), common, config)
    provenance = {**model.provenance, **_provenance(texts, config)}
    model = replace(model, calibration=calibration, provenance=provenance)
    write_file(config.model, encode_model(model))
    digest = load_model(config.model).digest
    sliced = slices(texts, [(band.owners.tolist(), band.scores.tolist()) for band in scored])
    seconds = time.monotonic() - started
    report = FitReport(config.model, digest, len(texts), len(drawn.text), bands, sliced, seconds)
    if config.card is not None:
        write_file(config.card, model_card(texts, config, report).encode("utf-8"))
    return report


def _provenance(texts: list[LabelledText], config: FitConfig) -> dict[str, Any]:
    """Say what the model was made from; no paths and no times, which would change the bytes."""
    settings = {k: v for k, v in asdict(config).items() if k not in ("data", "model", "card")}
    counts = Counter((text.source, text.machine) for text in texts)
    licenses: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        licenses[text.source].add(text.license or "unknown")
    sources = {
        source: {
            "human": counts[source, False],
            "machine": counts[source, True],
            "licenses": sorted(licenses[source]),
        }
        for source in sorted(licenses)
    }
    versions = {name: metadata.version(name) for name in ("numpy", "scikit-learn", "scipy")}
    return {"settings": settings, "sources": sources, "versions": versions}
