"""Document to Evidence: detectors judge text alone, signals observe a page in context."""
