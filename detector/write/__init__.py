"""Verdicts become files: Parquet tables, a manifest, and a journal that survives kills.

docs/formats.md specifies what lies in the output folder. Rows are made by `tables`, in the worker
processes, which never load polars; `OutputFolder` writes them.
"""

from detector.write.folder import OutputFolder, ResumePoint
from detector.write.labels import LabelledInput, Labels, open_labels
from detector.write.runs import RunEntry
from detector.write.settings import FORMAT, InputEntry, RunSettings
from detector.write.tables import (
    DocumentRow,
    PartRows,
    SignatureRow,
    UnlabelledRow,
    document_row,
    signature_row,
    unlabelled_row,
)

__all__ = [
    "FORMAT",
    "DocumentRow",
    "InputEntry",
    "LabelledInput",
    "Labels",
    "OutputFolder",
    "PartRows",
    "ResumePoint",
    "RunEntry",
    "RunSettings",
    "SignatureRow",
    "UnlabelledRow",
    "document_row",
    "open_labels",
    "signature_row",
    "unlabelled_row",
]
