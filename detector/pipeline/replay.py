"""Replay one record from the archive: what was sent, what was read, what was said, and why."""

from __future__ import annotations

from dataclasses import dataclass

from detector.errors import UsageError
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
    when the record holds no page. outcome: what the scan's row says.
    """

    locator: Locator
    record: ArchiveRecord | None
    capture: Capture | None
    outcome: LabelledDocument | Skip | Fault
    policy: str


def replay(locator: Locator, settings: ScanSettings | None = None) -> Replay:
    """Read and judge the one record at a locator, just as the scan does.

    Raises UsageError when the file is missing, InputError when it cannot be read.
    """
    settings = settings or ScanSettings()
    if locator.file == "-":
        raise UsageError("standard input cannot be replayed: store it in a file and name that")
    [ref] = expand_inputs([locator.file], paths_file=None, base_url=None)
    with open_source(ref) as source:
        record = read_record_at(source, locator, block_cap=settings.body_cap + HEAD_ROOM)
    assessor = Assessor(settings)
    if isinstance(record, Fault):
        return Replay(locator, None, None, record, assessor.policy.digest)
    if not is_page(record):
        return Replay(locator, record, None, settle_skip(record), assessor.policy.digest)
    decoded = decode_capture(record, body_cap=settings.body_cap)
    capture = decoded if isinstance(decoded, Capture) else None
    return Replay(locator, record, capture, assessor.assess(record), assessor.policy.digest)
