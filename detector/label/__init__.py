"""Evidence to Verdict: calibration numbers, the false-positive policy, and reasons."""
