"""Detectors: each judges a text by its words alone."""
