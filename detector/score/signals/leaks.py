"""Traces of chat assistants in the text of a page: citation tokens, phrases, placeholders."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from detector.records import Document, Finding
from detector.score.signals.leak_patterns import LEAKS, PRIVATE_USE, TEMPLATE, Leak
from detector.score.signals.mentions import (
    QuotedSpans,
    is_about_models,
    is_announced,
    is_quoted,
    stands_free,
)
from detector.score.signals.needles import Needles
from detector.score.signals.places import MOST_OF_A_CODE, MOST_TEXT, finding

_MOST_LOOKED_AT: Final = 20  # matches of one kind
_NEEDLES: Final = Needles(sorted({needle for leak in LEAKS for needle in leak.needles}))
_PLACEHOLDER: Final = "artefact.placeholder"


class Leaks:
    """Reports what a chat assistant left in a text, unless the page only speaks of it."""

    def observe(self, document: Document) -> list[Finding]:
        text = document.text[:MOST_TEXT]
        needles = _NEEDLES.found(text)
        leaks = [leak for leak in LEAKS if not needles.isdisjoint(leak.needles)]
        if not text.isascii() and "\ue200" in text:
            leaks.append(PRIVATE_USE)
        matches = [
            (leak, match)
            for leak in leaks
            for match in islice(leak.pattern.finditer(text), _MOST_LOOKED_AT)
        ]
        return self._left(document, text, matches) if matches else []

    def _left(
        self, document: Document, text: str, matches: list[tuple[Leak, re.Match[str]]]
    ) -> list[Finding]:
        """Keep the traces that were left, not spoken of."""
        if is_about_models(text, document.words, (match.span() for _, match in matches)):
            return []
        on_purpose = TEMPLATE.search(text) or TEMPLATE.search(document.title or "")
        spans = QuotedSpans(document.markup)
        free: dict[str, bool] = {}
        found: dict[str, list[Finding]] = {}
        for leak, match in matches:
            start, end = match.span()
            if leak.code == _PLACEHOLDER and on_purpose:
                continue
            kept = found.setdefault(leak.code, [])
            if len(kept) == MOST_OF_A_CODE or is_quoted(text, start, end):
                continue
            if is_announced(text, start):
                continue
            trace = match.group()
            if trace not in free:
                free[trace] = stands_free(document.markup, spans, trace)
            if free[trace]:
                kept.append(finding(leak.code, "text", text, start, end))
        return sorted((f for kept in found.values() for f in kept), key=lambda f: f.start)
