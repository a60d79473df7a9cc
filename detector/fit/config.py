"""What a fit is made from, and what it reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FitConfig:
    """Everything a model file depends on: the same config and data give the same bytes.

    data: a folder of labelled Parquet files. model: the file to write. card: the model card to
    write, None for none. seed: of every random choice. folds: parts of the calibration's
    cross-fitting. The rest are the settings of the shipped model.
    """

    data: Path
    model: Path
    card: Path | None = None
    seed: int = 20221130
    language: str = "en"
    folds: int = 4
    vocabulary: int = 3000  # common words that masking leaves as they are
    bucket_bits: int = 20
    shortest_window: int = 80  # words
    longest_window: int = 300
    human_windows: int = 6  # at most, of one text
    machine_windows: int = 3
    texts_per_source: int = 4000  # at most, of one label
    mirror_weight: float = 4.0
    strength: float = 30.0  # inverse of the regularisation, scikit-learn's C
    iterations: int = 60
    calibration_texts: int = 600  # at most, of one source and label


@dataclass(frozen=True, slots=True)
class BandReport:
    """One calibration band: human texts, their sources, the 1 % cut, and AI texts found by it."""

    min_words: int
    max_words: int | None
    humans: int
    sources: int
    cut: float
    machines: int
    found: float


@dataclass(frozen=True, slots=True)
class Slice:
    """One kind of text under cross-fitting: its stretches, and how many are above the 1 % cut.

    what: "human" (a kind of human text), "source" (a source of human text) or "machine" (the years
    of a language model).
    """

    what: str
    name: str
    stretches: int
    above: int


@dataclass(frozen=True, slots=True)
class FitReport:
    """What came of a fit; digest: of the model file. seconds: wall-clock time."""

    model: Path
    digest: str
    texts: int
    windows: int
    bands: tuple[BandReport, ...]
    slices: tuple[Slice, ...]
    seconds: float
