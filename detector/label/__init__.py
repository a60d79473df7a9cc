"""Evidence to Verdict: calibration numbers, the false-positive policy, and reasons."""

from detector.binomial import interval, upper_bound
from detector.label.calibration import Calibration, read_calibration
from detector.label.policy import Policy, decide, make_policy, refusal
from detector.label.policy_file import (
    PolicyFile,
    check_model,
    encode_policy_file,
    read_policy_file,
)
from detector.label.refit import BandCheck, HumanScores, refit
from detector.label.threshold import Threshold, contract, rule_for, state_refusal, state_rule

__all__ = [
    "BandCheck",
    "Calibration",
    "HumanScores",
    "Policy",
    "PolicyFile",
    "Threshold",
    "check_model",
    "contract",
    "decide",
    "encode_policy_file",
    "interval",
    "make_policy",
    "read_calibration",
    "read_policy_file",
    "refit",
    "refusal",
    "rule_for",
    "state_refusal",
    "state_rule",
    "upper_bound",
]
