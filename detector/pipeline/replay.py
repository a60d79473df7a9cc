"""Replay one record from the archive: what was sent, what was read, what was said, and why."""

from __future__ import annotations

from dataclasses import dataclass

from detector.errors import UsageError
from detector.label import Policy, Threshold, refusal, rule_for, state_refusal, state_rule
from detector.pipeline.assess import Assessor
from detector.pipeline.chunks import HEAD_ROOM, settle_skip
from detector.pipeline.settings import ScanSettings
from detector.read import decode_capture, expand_inputs, is_page, open_source, read_record_at
from detector.records import (
    ArchiveRecord,
    Capture,
    Fault,
    LabelledDocument,
    Locator,
    Skip,
)


@dataclass(frozen=True, slots=True)
class Replay:
    """One record with everything that a scan of these settings finds out about it.

    record: None when the archive is damaged there (then `outcome` is the fault). capture: None
    when the record holds no page. outcome: what the scan's row says. fpr: the false-positive rate
    that the label is held to. policy: the digest of the policy. threshold: the rule for texts of
    this language and length, None where there is none. statement: that rule, or why the score was
    not judged, for a person; None for a record without a text.
    """

    locator: Locator
    record: ArchiveRecord | None
    capture: Capture | None
    outcome: LabelledDocument | Skip | Fault
    fpr: float
    policy: str
    threshold: Threshold | None = None
    statement: str | None = None


def replay(locator: Locator, settings: ScanSettings | None = None) -> Replay:
    """Read and judge the one record at a locator, just as the scan does.

    Raises UsageError when the file is missing, InputError when it cannot be read.
    """
    settings = settings or ScanSettings()
    if locator.file == "-":
        raise UsageError("standard input cannot be replayed: store it in a file and name that")
    [ref] = expand_inputs([locator.file], paths_file=None, base_url=None)
    with open_source(ref) as source:
        found = read_record_at(source, locator, block_cap=settings.body_cap + HEAD_ROOM)
    assessor = Assessor(settings)
    capture: Capture | None = None
    outcome: LabelledDocument | Skip | Fault
    if isinstance(found, Fault):
        outcome = found
    elif not is_page(found):
        outcome = settle_skip(found)
    else:
        decoded = decode_capture(found, body_cap=settings.body_cap)
        capture = decoded if isinstance(decoded, Capture) else None
        outcome = assessor.assess(found)
    record = None if isinstance(found, Fault) else found
    policy = assessor.policy
    rule, statement = _contract(policy, outcome)
    return Replay(locator, record, capture, outcome, policy.fpr, policy.digest, rule, statement)


def _contract(
    policy: Policy, outcome: LabelledDocument | Skip | Fault
) -> tuple[Threshold | None, str | None]:
    if not isinstance(outcome, LabelledDocument):
        return None, None
    document = outcome.document
    rule = rule_for(policy, document.language, document.words)
    reason = refusal(policy, document, outcome.evidence)
    if reason is not None:
        return rule, state_refusal(policy, reason, document.language, document.words)
    return rule, None if rule is None else state_rule(rule, policy.fpr)
