"""Make `detector/label/rates.json`: how human and machine texts of each source score, unseen.

    python scripts/make_rates.py [--data ../shared/data/train]

Each source is scored by a model of the shipped recipe that was trained on other sources alone, and
on no text that shares a prompt or a beginning with one it judges (as `benchmarks.quality.unseen`
does). Scores are counted between the scores of round p-values of the shipped calibration. Takes
four minutes of CPU; the same texts, versions and model give the same file.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.quality.folds import by_source, may_learn  # noqa: E402
from detector.fit import FitConfig  # noqa: E402
from detector.fit.calibrate import BANDS, cut_stretches  # noqa: E402
from detector.fit.corpora import LabelledText, read_corpora  # noqa: E402
from detector.fit.slices import kind_of  # noqa: E402
from detector.fit.train import choose_texts, common_words, draw_windows, train  # noqa: E402
from detector.label.calibration import read_calibration  # noqa: E402
from detector.label.rates import CHANCES, BandRates, Rates, encode_rates  # noqa: E402
from detector.label.threshold import cut_point  # noqa: E402
from detector.score.detectors.hashed_ngram import HashedNgram  # noqa: E402
from detector.score.panel import SHIPPED  # noqa: E402
from detector.score.weights import load_model  # noqa: E402

FOLDS = 5
MODEL = ROOT / "detector" / "score" / "models" / SHIPPED
OUT = ROOT / "detector" / "label" / "rates.json"

Unit = tuple[str, str]  # source and kind of writing
Scores = list[tuple[int, int, float]]  # band, text, score


def score_unseen(texts: list[LabelledText], config: FitConfig) -> Scores:
    """The score of a stretch of each text in each band, by a model that has not seen its source."""
    common = common_words(texts, config)
    drawn = draw_windows(texts, common, config)
    folds = by_source(texts, config.folds, config.seed)
    chosen = choose_texts(texts, config.calibration_texts, config.seed + 1)
    found: Scores = []
    for fold in range(config.folds):
        keep = may_learn(texts, folds, fold, humans_only=False)[drawn.text]
        detector = HashedNgram(train(drawn, keep, common, config))
        members = [at for at in chosen if folds[at] == fold]
        for number, (low, high) in enumerate(BANDS):
            owners, stretches = cut_stretches(texts, members, low, high, config.seed + number)
            scores = detector.score(stretches).tolist()
            pairs = zip(owners, scores, strict=True)
            found.extend((number, own, score) for own, score in pairs if not math.isnan(score))
        print(f"fold {fold + 1} of {config.folds}", file=sys.stderr)
    return found


def unit_of(text: LabelledText) -> Unit:
    return text.source, "" if text.machine else kind_of(text)


def make_rates(texts: list[LabelledText], scores: Scores) -> Rates:
    """Count the scores of each source and kind between the edges of each band."""
    model = load_model(MODEL)
    calibration = read_calibration(model.calibration)
    units = {
        machine: sorted(Counter(unit_of(t) for t in texts if t.machine == machine))
        for machine in (False, True)
    }
    bands = []
    for number, band in enumerate(calibration.bands):
        cuts = [cut_point(band, chance) for chance in CHANCES]
        edges = tuple(cut[0] for cut in cuts if cut is not None)
        counts = {m: np.zeros((len(units[m]), len(edges) + 1), np.int64) for m in units}
        for at, owner, score in scores:
            if at == number:
                text = texts[owner]
                row = units[text.machine].index(unit_of(text))
                counts[text.machine][row, np.searchsorted(edges, score)] += 1
        ends = band.language, band.min_words, band.max_words
        bands.append(BandRates(*ends, edges, counts[False], counts[True]))
    human = tuple(units[False])
    machine = tuple(source for source, _ in units[True])
    return Rates(calibration.detector, model.digest, human, machine, tuple(bands))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "train")
    options = parser.parse_args()
    config = FitConfig(options.data, Path(os.devnull), folds=FOLDS)
    texts = read_corpora(config.data, config.language)
    rates = make_rates(texts, score_unseen(texts, config))
    OUT.write_bytes(encode_rates(rates))
    print(f"written: {OUT}, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
