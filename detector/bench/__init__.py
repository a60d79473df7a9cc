"""Benchmarking detectors: data sets, detectors to compare, and what they score."""
