"""Evidence to Verdict: calibration numbers, the false-positive policy, and reasons."""

from detector.label.calibration import Calibration, read_calibration
from detector.label.policy import Policy, decide, make_policy

__all__ = ["Calibration", "Policy", "decide", "make_policy", "read_calibration"]
