"""What a page itself says of its making: HTTP headers, meta elements, attributes.

Sources: AI-Disclosure header (draft-abaris-aicdh-01); meta name "ai-generated" (whatwg/html issue
9479); `ai-disclosure` as meta name and attribute (W3C AI Content Disclosure Community Group, and
its earlier spelling `aidisclosure`); "ai-content" and "ai-content-declaration" as found in use.
Many pages use these names to say that people wrote them: only values that state a machine's part
count.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from detector.records import Document, Finding
from detector.score.signals.mentions import QuotedSpans
from detector.score.signals.places import EXCERPT, finding

GENERATED: Final = "disclosure.ai-generated"
ASSISTED: Final = "disclosure.ai-assisted"

_HEADERS: Final = frozenset({"ai-disclosure", "ai-generated", "x-ai-generated", "x-ai-disclosure"})
_METAS: Final = frozenset(
    {"ai-disclosure", "aidisclosure", "ai-generated", "ai_generated", "ai-content",
     "ai-content-declaration", "generator"}
)  # fmt: skip
# Names of which "true" would not say what is true.
_SPELLED_OUT: Final = frozenset({"ai-content-declaration", "generator"})
_AFFIRMED: Final = frozenset({"true", "yes", "1", "all", "full", "fully"})
_IN_PART: Final = frozenset({"partial", "partially", "partly", "some", "mixed"})
_STATED: Final = (
    (re.compile(r"(?:^|=|\W)(?:not|no|non|none|never|without|human[- ]\w+)\b"), None),
    (re.compile(r"\bai[- _](?:assisted|modified|edited|enhanced|augmented|supported)\b"), ASSISTED),
    (re.compile(r"\b(?:ai|machine|llm|chatgpt|gpt)[- _](?:generated|originated|written|authored)\b"
                r"|^autonomous$|=\"?autonomous\b"), GENERATED),
)  # fmt: skip
_META = re.compile(r"<meta\s[^<>]{1,500}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z_-]{4,20})\s{0,3}=\s{0,3}(?:\"([^\"<>]{0,200})\"|'([^'<>]{0,200})'"
                        r"|([^\s\"'<>]{1,100}))", re.IGNORECASE)  # fmt: skip
_ELEMENT = re.compile(r"\bai-?disclosure\s{0,3}=\s{0,3}[\"']?([a-z-]{4,20})", re.IGNORECASE)
_WHOLE: Final = frozenset({"html", "body", "main", "article"})
_MOST: Final = 2000  # meta elements, or attributes, looked at


def stated(name: str, value: str) -> str | None:
    """Give the code of what a named value states of a machine's part, None if it states none.

    >>> stated("ai-disclosure", "mode=ai-originated; model=x"), stated("ai-generated", "partially")
    ('disclosure.ai-generated', 'disclosure.ai-assisted')
    >>> stated("ai-generated", "false"), stated("ai-content-declaration", "human-written")
    (None, None)
    """
    value = value.strip().lower()[:200]
    if value in _AFFIRMED:
        return None if name in _SPELLED_OUT else GENERATED
    if value in _IN_PART:
        return None if name in _SPELLED_OUT else ASSISTED
    for pattern, code in _STATED:
        if pattern.search(value):
            return code
    return None


class Headers:
    """Reports HTTP headers that disclose a machine's part in a response."""

    def observe(self, document: Document) -> list[Finding]:
        return [
            Finding(code, "header", 0, 0, f"{name}: {value}"[:EXCERPT])
            for name, value in document.headers
            if name.lower() in _HEADERS and (code := stated(name.lower(), value))
        ]


def meta_disclosures(markup: str, spans: QuotedSpans) -> list[Finding]:
    """Report the meta elements that disclose a machine's part in a page."""
    found = []
    for meta in islice(_META.finditer(markup), _MOST):
        given = {
            name.lower(): one or other or bare
            for name, one, other, bare in _ATTRIBUTE.findall(meta.group())
        }
        name = (given.get("name") or given.get("property") or "").lower()
        if name not in _METAS or spans.holds(meta.start()):
            continue
        code = stated(name, given.get("content", ""))
        if code:
            found.append(finding(code, "markup", markup, *meta.span()))
    return found


def attribute_disclosures(markup: str, spans: QuotedSpans) -> list[Finding]:
    """Report elements that say how their content was made.

    What is said of less than the page or its article makes the page assisted at most.
    """
    found = []
    for match in islice(_ELEMENT.finditer(markup), _MOST):
        opening = markup.rfind("<", max(0, match.start() - 500), match.start())
        element = re.match(r"<([a-z][a-z0-9-]{0,20})\s[^<>]*\Z", markup[opening : match.start()],
                           re.IGNORECASE) if opening >= 0 else None  # fmt: skip
        code = stated("ai-disclosure", match.group(1))
        if element is None or code is None or spans.holds(match.start()):
            continue
        if element.group(1).lower() not in _WHOLE:
            code = ASSISTED
        found.append(finding(code, "markup", markup, *match.span()))
    return found
