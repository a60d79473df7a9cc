"""The page a person reads: what a scan found, summed up."""

from detector.report.summary import (
    FaultSummary,
    Summary,
    render_summary,
    summarise,
    summary_json,
)
from detector.report.terminal import harmless

__all__ = [
    "FaultSummary",
    "Summary",
    "harmless",
    "render_summary",
    "summarise",
    "summary_json",
]
