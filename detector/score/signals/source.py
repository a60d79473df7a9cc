"""Traces in the source of a page: disclosures, and links that a chatbot made."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from detector.records import Document, Finding
from detector.score.signals.disclosures import attribute_disclosures, meta_disclosures
from detector.score.signals.json_ld import json_ld_disclosures
from detector.score.signals.mentions import QuotedSpans
from detector.score.signals.needles import Needles
from detector.score.signals.places import MOST_OF_A_CODE, finding

CHATBOT_LINK: Final = "artefact.chatbot-link"
GROK_CARD: Final = "artefact.grok-card"

_META: Final = ("ai-disclosure", "aidisclosure", "ai-generated", "ai_generated", "ai-assisted",
                'ai-content"', "ai-content-declaration", "written by chatgpt")  # fmt: skip
_ATTRIBUTE: Final = ("ai-disclosure", "aidisclosure")
_JSON_LD: Final = ("algorithmicmedia", "aidisclosure")
_LINK: Final = ("e=chatgpt.com", "source=openai", "=copilot.com", "e=claude.ai", "=perplexity",
                "er=grok.com")  # fmt: skip
_GROK: Final = ("<grok-card ",)
_NEEDLES: Final = Needles(sorted({*_META, *_ATTRIBUTE, *_JSON_LD, *_LINK, *_GROK}))

_HREF = re.compile(
    r"(?<=[?&;])(?:utm_source|referrer)="
    r"(?:chatgpt\.com|openai|copilot\.com|claude\.ai|perplexity(?:\.ai)?|grok\.com)"
    r"(?=[\"'&#\s>])",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"<a\s[^<>]{0,400}?href\s{0,3}=\s{0,3}[\"']?([^\"'<>\s]{1,1500})\Z", re.I)
_CARD = re.compile(r"<grok-card\s[^<>]{1,200}>", re.IGNORECASE)
_MOST_LINKS: Final = 100  # looked at


class Source:
    """Reports what the source of a page says or betrays of a machine's part in it."""

    def observe(self, document: Document) -> list[Finding]:
        markup = document.markup
        needles = _NEEDLES.found(markup)
        if not needles:
            return []
        hidden = QuotedSpans(markup, elements=False)
        found: list[Finding] = []
        if not needles.isdisjoint(_META):
            found += meta_disclosures(markup, hidden)
        if not needles.isdisjoint(_ATTRIBUTE):
            found += attribute_disclosures(markup, hidden)
        if not needles.isdisjoint(_JSON_LD):
            found += json_ld_disclosures(markup, hidden)
        if not needles.isdisjoint(_LINK):
            found += _links(markup, document.origin.url or "")
        if not needles.isdisjoint(_GROK):
            found += _cards(markup)
        return sorted(found, key=lambda f: f.start)


def _links(markup: str, page: str) -> list[Finding]:
    """Report links to elsewhere that carry a chatbot's name as their source.

    A link to the page's own host shows only that its reader came from there.
    """
    spans = QuotedSpans(markup)
    own = _host(page)
    found: list[Finding] = []
    for match in islice(_HREF.finditer(markup), _MOST_LINKS):
        opening = max(0, markup.rfind("<", max(0, match.start() - 2000), match.start()))
        before = _BEFORE.match(markup, opening, match.start())
        if before is None or spans.holds(match.start()) or _host(before.group(1)) in ("", own):
            continue
        found.append(finding(CHATBOT_LINK, "markup", markup, *match.span()))
        if len(found) == MOST_OF_A_CODE:
            break
    return found


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _cards(markup: str) -> list[Finding]:
    spans = QuotedSpans(markup)
    free = (card for card in _CARD.finditer(markup) if not spans.holds(card.start()))
    return [finding(GROK_CARD, "markup", markup, *c.span()) for c in islice(free, MOST_OF_A_CODE)]
