"""One call from labelled text and a fast model to the file of the deep tier behind it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import metadata
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.fit.calibrate import BANDS, Scored, cut_stretches
from detector.fit.config import FitConfig
from detector.fit.corpora import LabelledText, read_corpora, stable_fraction
from detector.fit.deep_card import deep_card
from detector.fit.deep_config import DeepBand, DeepConfig, DeepReport
from detector.fit.deep_export import export_onnx
from detector.fit.deep_train import draw_windows, held_out, make_network, require_torch, train
from detector.fit.files import write_file
from detector.fit.folding import folding_table
from detector.fit.train import choose_texts, common_words, require_sklearn
from detector.fit.train import draw_windows as draw_fast_windows
from detector.fit.train import train as train_fast
from detector.score.detectors.hashed_ngram import HashedNgram
from detector.score.detectors.minilm import NAME, SCHEME, Folding, MiniLM
from detector.score.weights import Model, encode_model, load_model

_MACHINES: Final = 150  # stretches of a source and band that the deep network scores
_RATE: Final = 0.01  # of the report


def fit_deep_model(
    config: DeepConfig, progress: Callable[[str], None] = lambda _step: None
) -> DeepReport:
    """Train, quantise, pair with the fast model and write a deep model's file.

    Takes about an hour of one core. Raises UsageError without torch, transformers, onnx and
    scikit-learn, InputError for data that cannot be read, ModelError for a bad fast model.
    """
    started = time.monotonic()
    require_torch(), require_sklearn()
    fast = load_model(config.fast)
    texts = read_corpora(config.data)
    held = held_out(texts, config)
    progress(f"training on windows of {len(texts) - sum(held):,} texts")
    bare = _trained(texts, held, config, progress)
    progress("training a fast detector on the same texts")
    scored = _fast_scores(texts, held, fast, config)
    progress(f"pairing both on the {sum(held):,} texts held out")
    return write_paired(config, bare, fast, texts, scored, started)


def write_paired(
    config: DeepConfig,
    bare: Model,
    fast: Model,
    texts: Sequence[LabelledText],
    scored: Sequence[Scored],
    started: float,
) -> DeepReport:
    """Score the held-out stretches with the network, weigh both scores, and write the file."""
    detector = MiniLM(bare)
    entries: list[dict[str, Any]] = []
    arrays, reports = dict(bare.arrays), []
    bands = {int(band["min_words"]): band for band in fast.calibration["bands"]}
    for (low, high), band in zip(BANDS, scored, strict=True):
        chosen = _chosen(band, texts)
        machine = np.array([texts[band.owners[at]].machine for at in chosen], np.bool_)
        if low not in bands or machine.all() or not machine.any():
            continue
        deep = detector.score([band.texts[at] for at in chosen])
        one = band.scores[chosen]
        sources = [texts[band.owners[at]].source for at in chosen]
        weights = _joint(one, deep, machine, sources, bands[low])
        number = len(entries)
        entries.append(
            {
                "language": bands[low]["language"],
                "min_words": low,
                "max_words": high,
                "sources": len({s for s, m in zip(sources, machine, strict=True) if not m}),
                **weights,
            }
        )
        arrays[f"fast_{number}"] = np.ascontiguousarray(one[~machine])
        arrays[f"deep_{number}"] = np.ascontiguousarray(deep[~machine])
        both = weights["of_fast"] * one + weights["of_deep"] * deep
        found = [_found(scores, machine) for scores in (one, deep, both)]
        humans = int((~machine).sum())
        reports.append(DeepBand(low, high, humans, len(machine) - humans, *found))
    calibration = {"fast": fast.digest, "pairings": entries}
    model = replace(bare, calibration=calibration, arrays=arrays)
    write_file(config.model, encode_model(model))
    digest = load_model(config.model).digest
    report = DeepReport(config.model, digest, tuple(reports), time.monotonic() - started)
    if config.card is not None:
        write_file(config.card, deep_card(texts, model, report).encode("utf-8"))
    return report


def bare_model(onnx: bytes, config: DeepConfig) -> Model:
    """Give the network and what it needs to read a text as a model without a calibration."""
    arrays = {
        "onnx": np.frombuffer(onnx, np.uint8),
        "tokenizer": np.frombuffer((config.base / "tokenizer.json").read_bytes(), np.uint8),
        "folding": folding_table(),
    }
    settings = {
        "layers": config.layers,
        "seed": config.seed,
        "rounds": [one._asdict() for one in config.rounds],
        "held_out": sorted(config.held_out),
    }
    names = ("torch", "transformers", "onnx", "onnxruntime", "tokenizers", "numpy")
    versions = {name: metadata.version(name) for name in names}
    provenance = {"settings": settings, "versions": versions, "base": "all-MiniLM-L6-v2"}
    return Model(NAME, SCHEME, {}, provenance, arrays)


def _trained(
    texts: Sequence[LabelledText],
    held: Sequence[bool],
    config: DeepConfig,
    progress: Callable[[str], None],
) -> Model:
    from tokenizers import Tokenizer  # noqa: PLC0415 - an extra, found by require_torch's advice

    network = make_network(config)
    tokenizer = Tokenizer.from_file(str(config.base / "tokenizer.json"))
    folding = Folding(folding_table())
    for one in config.rounds:
        drawn = draw_windows(texts, held, one)
        train(network, drawn, folding, tokenizer, one, progress)
    return bare_model(export_onnx(network), config)


def _fast_scores(
    texts: Sequence[LabelledText], held: Sequence[bool], fast: Model, config: DeepConfig
) -> list[Scored]:
    """Score the held-out texts by a fast model that has seen none of their sources either."""
    again = FitConfig(config.data, config.fast, None, **fast.provenance["settings"])
    common = common_words(texts, again)
    drawn = draw_fast_windows(texts, common, again)
    keep = ~np.array(held)[drawn.text]
    detector = HashedNgram(train_fast(drawn, keep, common, again))
    chosen = choose_texts(texts, again.calibration_texts, again.seed + 1)
    members = [at for at in chosen if held[at]]
    scored = []
    for number, (low, high) in enumerate(BANDS):
        owners, stretches = cut_stretches(texts, members, low, high, again.seed + number)
        owned = np.array(owners, np.int64)
        scored.append(Scored(owned, tuple(stretches), detector.score(stretches)))
    return scored


def _chosen(band: Scored, texts: Sequence[LabelledText]) -> NDArray[np.int64]:
    """The stretches to pair: all by people, and some of each source of machine text."""
    owners: list[int] = band.owners.tolist()
    order = sorted(
        range(len(owners)), key=lambda at: (stable_fraction(texts[owners[at]].doc_id, 5), at)
    )
    taken: Counter[str] = Counter()
    chosen = []
    for at in order:
        text = texts[owners[at]]
        taken[text.source] += text.machine
        if not np.isnan(band.scores[at]) and not (text.machine and taken[text.source] > _MACHINES):
            chosen.append(at)
    return np.array(chosen, np.int64)


def _joint(
    fast: NDArray[np.float32],
    deep: NDArray[np.float32],
    machine: NDArray[np.bool_],
    sources: Sequence[str],
    band: dict[str, Any],
) -> dict[str, float]:
    """Weigh the two scores by logistic regression, in the units of the fast score.

    Both labels weigh alike, and a source as the square root of its stretches.
    """
    _, logistic_regression, threadpool_limits = require_sklearn()
    counts = Counter(zip(sources, machine.tolist(), strict=True))
    weight = np.array([counts[s, bool(m)] ** -0.5 for s, m in zip(sources, machine, strict=True)])
    for label in (False, True):
        weight[machine == label] *= len(weight) / weight[machine == label].sum()
    with threadpool_limits(1):
        model = logistic_regression(C=100.0)
        model.fit(np.column_stack((fast, deep)).astype(np.float64), machine, weight)
    of_fast, of_deep = (float(value) for value in model.coef_[0])
    slope = float(band["slope"])
    constant = (float(model.intercept_[0]) - float(band["intercept"])) / slope
    return {
        "of_fast": round(of_fast / slope, 6),
        "of_deep": round(of_deep / slope, 6),
        "constant": round(constant, 6),
    }


def _found(scores: NDArray[Any], machine: NDArray[np.bool_]) -> float:
    cut = np.quantile(scores[~machine], 1 - _RATE, method="higher")
    return float((scores[machine] > cut).mean())
