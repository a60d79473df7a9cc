"""Labelled text to a model file: corpora, training, calibration and the model card."""
