"""Labelled text to a model file: corpora, training, calibration and the model card."""

from detector.fit.config import BandReport, FitConfig, FitReport
from detector.fit.model import fit_model

__all__ = ["BandReport", "FitConfig", "FitReport", "fit_model"]
