"""What the benchmark of detectors costs itself."""
