"""Telling a trace that a machine left from one that a person writes about.

A trace is spoken of when it stands in quotation marks, in a code block or a quotation of the page,
after words that announce it ("the phrase ..."), or on a page about language models.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import islice
from typing import Final

_LOOK_BACK: Final = 400  # characters searched for an opening quotation mark
_OPENING: Final = "“„«‹‘‚「『"
_CLOSING: Final = "”“»›’‘」』"
_ANNOUNCED = re.compile(
    r"\b(?:phrases?|strings?|tokens?|tags?|markers?|marks?|arti?efacts?|artifacts?|placeholders?|"
    r"messages?|sentences?|wording|text|prompts?|repl(?:y|ies)|responses?|outputs?|disclaimers?|"
    r"errors?|citations?|parameters?)\b[^.!?\n]{0,40}\Z"
    r"|\b(?:says?|said|saying|replie[sd]|respond(?:s|ed)|answer(?:s|ed)|wrote|writes|reads|"
    r"stat(?:es|ed)|print(?:s|ed)|search(?:ed|ing)? for|look(?:ed|ing)? for|"
    r"contains?|containing|called)\b[^.!?\n]{0,12}\Z",
    re.IGNORECASE,
)
_MODELS = re.compile(
    r"\b(?:chat ?gpt|open ?ai|gpt-?[345]|llms?|language models?|chatbots?|ai[- ]generated|"
    r"generative ai|ai (?:text|writing|content|detect\w+|assistants?|tools?|models?)|"
    r"prompt(?:s|ing)|gemini|copilot|claude|perplexity|grok|hallucinat\w+)\b",
    re.IGNORECASE,
)
FEWEST_MENTIONS: Final = 3
WORDS_A_MENTION: Final = 250


def is_quoted(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] stands in quotation marks on its line, or on a quoted line.

    >>> line = 'Reviews that begin "As an AI language model, I" are fake.'
    >>> is_quoted(line, line.index("As"), line.index('" are')), is_quoted(line, 0, 7)
    (True, False)
    """
    line = text.rfind("\n", max(0, start - _LOOK_BACK), start) + 1
    before = text[max(line, start - _LOOK_BACK) : start]
    stop = text.find("\n", end, end + _LOOK_BACK)
    after = text[end : stop if stop >= 0 else end + _LOOK_BACK]
    if before.lstrip()[:1] == ">":
        return True
    if before.count('"') % 2 and '"' in after:
        return True
    if before[-1:] in ("'", "`", "‘") and re.match(r"[^\n]{0,80}?['`’]", after):
        return True
    for opening, closing in zip(_OPENING, _CLOSING, strict=True):
        opened = before.rfind(opening)
        if opened < 0 or closing in before[opened + 1 :]:
            continue
        if opening != "‘" or len(before) - opened <= 3:
            return True
    return False


def is_announced(text: str, start: int) -> bool:
    """Tell whether the words before `start`, in the same sentence, announce something quoted.

    >>> is_announced("Search for the phrase as an AI language model", 22)
    True
    """
    return _ANNOUNCED.search(text[max(0, start - 60) : start]) is not None


def is_about_models(text: str, words: int, traces: Iterable[tuple[int, int]]) -> bool:
    """Tell whether a text speaks of language models, apart from the traces at the given places."""
    own = sum(len(_MODELS.findall(text, start, end)) for start, end in traces)
    fewest = max(FEWEST_MENTIONS, words // WORDS_A_MENTION)
    found = sum(1 for _ in islice(_MODELS.finditer(text), fewest + own))
    return found - own >= fewest


_ELEMENTS: Final = "code|pre|samp|kbd|tt|blockquote|q"
_OPAQUE: Final = "script|style|textarea|xmp|template|title"  # never read as elements inside
_TAG = re.compile(rf"<(?=[!/bckpqstx])(?:(!--)|(/?)({_ELEMENTS})\b|({_OPAQUE})\b)", re.IGNORECASE)
_ENDS: Final = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in _OPAQUE.split("|")} | {
    "!--": re.compile("-->")
}
_MOST_TAGS: Final = 20_000  # of a page; what comes after them counts as quoted
_MOST_PLACES: Final = 200  # where one trace is looked for


class QuotedSpans:
    """Where a page's source quotes, shows code, or is not read as text at all."""

    def __init__(self, markup: str, elements: bool = True) -> None:
        """elements: whether quotations and code count, or only scripts, comments and the like."""
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._fill(markup, elements)

    def _fill(self, markup: str, elements: bool) -> None:
        open_names: list[str] = []
        opened = at = 0
        for _ in range(_MOST_TAGS):
            tag = _TAG.search(markup, at)
            if tag is None:
                break
            comment, slash, element, opaque = tag.groups()
            at = tag.end()
            if comment or opaque:
                end = _ENDS[comment or opaque.lower()].search(markup, at)
                at = end.end() if end else len(markup)
                if not open_names:
                    self._add(tag.start(), at)
            elif not elements:
                continue
            elif not slash:
                opened = opened if open_names else tag.start()
                open_names = [*open_names[-30:], element.lower()]
            elif element.lower() in open_names:
                open_names.remove(element.lower())
                if not open_names:
                    self._add(opened, at)
        else:
            self._add(min(opened, at) if open_names else at, len(markup))
            return
        if open_names:
            self._add(opened, len(markup))

    def _add(self, start: int, end: int) -> None:
        self._starts.append(start)
        self._ends.append(end)

    def holds(self, at: int) -> bool:
        """Tell whether the character at `at` lies in such a stretch."""
        number = bisect_right(self._starts, at) - 1
        return number >= 0 and at < self._ends[number]


_SPELLED: Final = {
    " ": r"(?:\s|&nbsp;|&#160;)+",
    "'": "(?:'|’|&#0?39;|&apos;|&rsquo;|&#8217;)",
    "’": "(?:'|’|&#0?39;|&apos;|&rsquo;|&#8217;)",
    '"': '(?:"|&quot;|&#34;)',
    "&": "(?:&amp;|&)",
    "<": "(?:<|&lt;|&#60;)",
    ">": "(?:>|&gt;|&#62;)",
}


def stands_free(markup: str, spans: QuotedSpans, trace: str) -> bool:
    """Tell whether a trace stands outside the quoted stretches, or is not found in the source."""
    spelled = "".join(_SPELLED.get(c, re.escape(c)) for c in " ".join(trace[:80].split()))
    places = list(islice(re.finditer(spelled, markup), _MOST_PLACES))
    return not places or any(not spans.holds(place.start()) for place in places)
