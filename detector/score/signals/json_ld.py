"""What JSON-LD says of a page's making: schema.org's digitalSourceType with IPTC's terms.

https://schema.org/digitalSourceType and https://cv.iptc.org/newscodes/digitalsourcetype/; also
`aiDisclosure`, proposed with the `ai-disclosure` attribute. What is said of an image, a film or a
sound says nothing of the text beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from detector.records import Finding
from detector.score.signals.disclosures import ASSISTED, GENERATED, stated
from detector.score.signals.mentions import QuotedSpans
from detector.score.signals.places import finding

_OPEN = re.compile(r"<script\s[^<>]{0,200}\bapplication/ld\+json\b[^<>]{0,200}>", re.IGNORECASE)
_CLOSE = re.compile(r"</script\b", re.IGNORECASE)
_MOST_BLOCKS: Final = 100
_LARGEST: Final = 1 << 18  # characters of one block, and of all of them four times that
_MOST_NODES: Final = 20_000
_MEDIA = re.compile(r"Image|Video|Audio|Media|Photo|3D|Logo|Clip|Music", re.IGNORECASE)
_MEDIA_KEYS: Final = frozenset(
    {"image", "images", "thumbnail", "video", "audio", "logo", "photo", "associatedMedia"}
)
_TERM = re.compile(r"\b(compositeWith)?trainedAlgorithmicMedia", re.IGNORECASE)


def json_ld_disclosures(markup: str, spans: QuotedSpans) -> list[Finding]:
    """Report the JSON-LD blocks that disclose a machine's part in the text of a page.

    spans: comments and the like, inside which no block counts.
    """
    found: list[Finding] = []
    room = 4 * _LARGEST
    for opening in islice(_OPEN.finditer(markup), _MOST_BLOCKS):
        closing = _CLOSE.search(markup, opening.end(), opening.end() + _LARGEST)
        if closing is None or spans.holds(opening.start() - 1):
            continue
        room -= closing.start() - opening.end()
        if room < 0:
            break
        block = markup[opening.end() : closing.start()]
        for code, words in _disclosed(block):
            start = opening.end() + max(block.find(words), 0)
            found.append(finding(code, "markup", markup, start, start + len(words)))
    return found


def _disclosed(block: str) -> Iterator[tuple[str, str]]:
    """Give the codes that a block states, each once, with the words that state it."""
    try:
        root = json.loads(block)
    except (ValueError, RecursionError):
        return
    seen = set()
    waiting: list[Any] = [root]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        if not isinstance(node, dict) or _MEDIA.search(str(node.get("@type", ""))[:200]):
            continue
        for code, words in (*_source_type(node), *_level(node)):
            if code not in seen:
                seen.add(code)
                yield code, words
        waiting.extend(value for key, value in node.items() if key not in _MEDIA_KEYS)


def _source_type(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for value in _strings(node.get("digitalSourceType")):
        term = _TERM.search(value)
        if term:
            yield (ASSISTED if term.group(1) else GENERATED), term.group()


def _level(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    stating = node.get("aiDisclosure")
    if isinstance(stating, dict):
        stating = stating.get("level")
    for value in _strings(stating):
        code = stated("ai-disclosure", value)
        if code:
            yield code, value


def _strings(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        inner = one.get("@id") if isinstance(one, dict) else one
        if isinstance(inner, str):
            yield inner[:200]
