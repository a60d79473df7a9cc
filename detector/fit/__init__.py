"""Labelled text to a model file: corpora, training, calibration and the model card."""

from detector.fit.config import BandReport, FitConfig, FitReport
from detector.fit.deep import fit_deep_model
from detector.fit.deep_config import DeepBand, DeepConfig, DeepReport
from detector.fit.model import fit_model

__all__ = [
    "BandReport",
    "DeepBand",
    "DeepConfig",
    "DeepReport",
    "FitConfig",
    "FitReport",
    "fit_deep_model",
    "fit_model",
]
