"""The report of a benchmark: made from a results folder alone, without texts or detectors."""
