"""The rooms joined: from one archive record to what the scan says about it."""

from __future__ import annotations

from pathlib import Path

from detector.errors import UsageError
from detector.extract import Extractor, get_extractor
from detector.fingerprint import fingerprint_document
from detector.label import (
    Policy,
    check_model,
    decide,
    make_policy,
    read_calibration,
    read_policy_file,
)
from detector.pipeline.deep import DeepTier, shipped_deep_model
from detector.pipeline.document import read_document
from detector.pipeline.known import KnownTexts
from detector.pipeline.settings import FPR, ScanSettings
from detector.records import (
    ArchiveRecord,
    Document,
    Fault,
    LabelledDocument,
    Skip,
)
from detector.score import Panel, default_panel, load_panel


class Assessor:
    """Judges single records; holds the loaded models, so make one a process and keep it.

    check: whether the indexes of known texts are read whole and compared with their digests.
    """

    def __init__(self, settings: ScanSettings, *, check: bool = False) -> None:
        self.settings = settings
        self.extractor: Extractor = get_extractor(settings.extractor)
        self.panel: Panel = load_panel(Path(settings.model)) if settings.model else default_panel()
        self.deep: DeepTier | None = _deep(settings, self.panel)
        self.known = KnownTexts(settings.indexes, check=check)
        self.policy: Policy = _policy(settings, self.panel, self.deep)

    @property
    def digests(self) -> dict[str, str]:
        """The digests of the model files in use, by detector name, and of the indexes."""
        deep = {} if self.deep is None else {self.deep.name: self.deep.digest}
        return {**self.panel.digests, **deep, **self.known.digests}

    def document(self, record: ArchiveRecord) -> Document | Skip | Fault:
        """The text of a record, or why there is none."""
        return read_document(record, self.settings, self.extractor)

    def assess(self, record: ArchiveRecord) -> LabelledDocument | Skip | Fault:
        """What becomes of a record: a labelled document, a skip or a fault, exactly one.

        A bug of ours on one page is that page's fault, with the error's text, and not the end of
        a night's run; MemoryError and the like pass through and end the worker.
        """
        try:
            document = self.document(record)
            if not isinstance(document, Document):
                return document
            return self.label(document)
        except (MemoryError, UsageError):
            raise
        except Exception as error:
            message = f"{type(error).__name__}: {str(error)[:200]!r}"
            return Fault(
                record.locator,
                record.ordinal,
                "extract-error",
                message,
                record_type=record.type,
                url=record.url,
            )

    def label(self, document: Document) -> LabelledDocument:
        """Fingerprint, evidence and verdict of a document."""
        fingerprint = fingerprint_document(document)
        [evidence] = self.panel.assess([document])
        if self.deep is not None:
            evidence = self.deep.deepen(document, evidence)
        evidence = self.known.recall(document, fingerprint, evidence)
        return LabelledDocument(
            document, fingerprint, evidence, decide(self.policy, document, evidence)
        )


def _deep(settings: ScanSettings, panel: Panel) -> DeepTier | None:
    """The deep tier, where there is a budget for it."""
    if settings.budget is None:
        return None
    fast = read_calibration(panel.calibration)
    digest = panel.digests[fast.detector]
    rate = settings.fpr or FPR
    return DeepTier(shipped_deep_model(), fast, digest, settings.budget, rate)


def _policy(settings: ScanSettings, panel: Panel, deep: DeepTier | None) -> Policy:
    """The policy file's cut points where one is given, else the models' own."""
    fast = read_calibration(panel.calibration)
    if settings.policy is None:
        calibration = fast if deep is None else deep.cascade.calibration
        return make_policy(calibration, fpr=settings.fpr or FPR, parts=fast)
    stored = read_policy_file(Path(settings.policy))
    check_model(stored, panel.digests, settings.policy)
    if stored.extractor != settings.extractor:
        raise UsageError(
            f"policy file {settings.policy!r} was calibrated on texts that {stored.extractor!r:.40}"
            f" extracted, not {settings.extractor!r}: give the same --extractor, or calibrate again"
        )
    return make_policy(stored.calibration, fpr=settings.fpr or stored.fpr)
