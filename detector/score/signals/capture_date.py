"""When a page was captured: before large language models were public, nothing they wrote."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Final

from detector.records import Document, Finding

# The day ChatGPT was released to the public.
FIRST_DAY: Final = datetime(2022, 11, 30, tzinfo=timezone.utc)
CODE: Final = "origin.pre-llm"


class CaptureDate:
    """Reports a page that an archive holds from before 30 November 2022.

    The date is the archive's (WARC-Date), never one that the page claims for itself.
    """

    def observe(self, document: Document) -> list[Finding]:
        captured = document.origin.captured
        if captured is None:
            return []
        if captured.tzinfo is None:
            captured = captured.replace(tzinfo=timezone.utc)
        if captured >= FIRST_DAY:
            return []
        return [Finding(CODE, "origin", 0, 0, captured.date().isoformat())]
