"""The traces that chat assistants leave in texts, as patterns; docs/signals.md explains each code.

A trace is looked for only where one of its needles occurs. The needles are ASCII; the patterns
are linear: no part of them can match the same characters in two ways.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SORRY = r"(?:I(?:['’]m| am) sorry|Sorry|I apologi[sz]e)"
_CANNOT = r"(?:cannot|can ?not|can['’]t|am unable to|am not able to|won['’]t)"
_MODEL = (
    r"(?:(?:an? )?(?:AI|artificial intelligence|large language|language)"
    r"(?: (?:language|text-based))?(?: model| assistant| chatbot)?"
    r"(?: (?:developed|created|trained|made) by \w{2,20})?)"
)
_HAS_NOT = (
    r"(?:can['’]?t|cannot|can ?not|do ?n['’]t|do not|am not|am unable|have no|was trained|"
    r"lack|strive|must)"
)


@dataclass(frozen=True, slots=True)
class Leak:
    """One kind of trace: where any of `needles` occurs, what `pattern` matches is one.

    wording: whether it is made of ordinary words, so that a person could have written it.
    """

    code: str
    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    wording: bool


def _tool(code: str, needles: tuple[str, ...], pattern: str) -> Leak:
    return Leak(code, needles, re.compile(pattern, re.IGNORECASE), wording=False)


def _words(code: str, needles: tuple[str, ...], pattern: str) -> Leak:
    return Leak(code, needles, re.compile(pattern, re.IGNORECASE | re.MULTILINE), wording=True)


LEAKS: Final = (
    _tool(
        "artefact.oaicite",
        ("oaicite:", "oai_citation"),
        r":{0,2}contentReference\[oaicite:\d{1,4}\](?:\{index=\d{1,4}\})?"
        r"|\[?oaicite:\d{1,4}\b|oai_citation:\d{1,4}‡?",
    ),
    _tool(
        "artefact.search-token",
        tuple(f"turn{digit}" for digit in range(10)),
        r"(?<![a-z0-9])(?:(?:file)?cite|navlist|i)?(?:turn\d{1,3}"
        r"(?:search|image|news|file|view|fetch|product|reddit|academia|forecast|finance|sports)"
        r"\d{1,3})(?![a-z0-9]*[_(])",
    ),
    _tool(
        "artefact.attributable-index",
        ("attributableindex",),
        r"\(?\{\\?[\"“]attribution\\?[\"”]:\s?\{\\?[\"“]attributableIndex\\?[\"”]:",
    ),
    _tool("artefact.cite-start", ("[cite_start]",), r"\[cite_start\]"),
    _tool("artefact.grok-card", ("<grok-card ", "grok_render_citation_card"),
          r"<grok-card [^<>]{1,200}>|\bgrok_render_citation_card_json\b"),
    _words(
        "artefact.self-reference",
        ("as an ai ", "as an ai,", "m an ai ", "s an artificial intel", "language model",
         "openai use policy"),
        rf"(?:(?<=[.!?]\s)|^|(?<=but )|(?<=but, ))As {_MODEL},? (?:and )?(?:"
        rf"(?:my (?:training|knowledge|purpose|primary))\b|I {_HAS_NOT}\b)"
        r"|(?:(?<=[.!?]\s)|^)I(?:['’]m| am) (?:just |only )?an? (?:AI|large) language model\b"
        rf"|{_SORRY},? but I {_CANNOT} [^.\n]{{1,80}}OpenAI use policy",
    ),
    _words(
        "artefact.cutoff",
        ("nowledge cut", "last knowledge", "last training", "my last update", "my latest update",
         "most recent update", "latest training", "latest knowledge", "recent training",
         "recent knowledge", "y training data", "y training cut"),
        r"\b(?:as of|up to|until|since) my (?:last |latest |most recent )?"
        r"(?:knowledge|training)(?: data)?(?: cut-?off| update)?\b"
        r"|\bas of my (?:last|latest|most recent) update,? (?:in|on|from) (?:\w+ )?20[2-3]\d\b"
        r"|\bmy (?:knowledge|training)(?: data)? (?:cut-?off|(?:only )?(?:extends|goes) (?:up )?to)"
        r"\b",
    ),
    _words(
        "artefact.assistant-phrase",
        ("certainly!", "certainly, here", "certainly, i", "sure!", "sure, here", "sure thing!",
         "absolutely!", "of course!", "of course, here", "sorry, but i ca", "sorry but i ca",
         "sorry, but i am", "ize, but i ca", "ise, but i ca", "regenerate response",
         "would you like me to", "d like me to"),
        r"^\W{0,3}(?:Certainly|Sure(?: thing)?|Absolutely|Of course)[!,.] "
        r"(?:Here(?:['’]s| is| are) (?:an?|the|your|some|my) |Below (?:is|are) "
        r"|I(?:['’]d| would) be happy to )"
        rf"|\b{_SORRY},? but I {_CANNOT} (?:fulfil+|assist with|help with|complete|comply with|"
        r"generate|provide|continue with) (?:that|this|your|the) "
        r"(?:request|prompt|task|content|information)\b"
        r"|^Regenerate response$"
        r"|(?:^|(?<=[.!?:] ))Would you like me to (?:also )?(?:expand|adjust|revise|rewrite|"
        r"refine|tailor|create|generate|make|draft|continue|elaborate|format|turn|proceed)\b"
        r"|\blet me know if you(?:['’]d| would) like me to (?:expand|adjust|revise|rewrite|refine|"
        r"tailor|add|make|change|tweak|include|elaborate|continue|modify)\b",
    ),
    _words(
        "artefact.placeholder",
        ("[your ", "[insert ", "[company ", "[client ", "[recipient", "[author ", "[business ",
         "insert_", "paste_", "-xx-xx"),
        r"\[(?:Your|Company|Client|Recipient|Author|Business)"
        r"(?:['’]s)?(?: [A-Za-z'’/-]{1,20}){1,5}\](?!\()"
        # People write "[insert bad decision here]" in jest: only what a form would ask for.
        r"|\[insert (?:[a-z'’-]{1,20} ){0,4}(?:name|date|time|link|number|location|email|address|"
        r"url|amount|detail|information|image|city|country|percentage|source)s?(?: here)?\]"
        r"|(?-i:\b(?:INSERT|PASTE)(?:_[A-Z]{2,20}){1,5}\b|\b20[2-3]\d-XX-XX\b)",
    ),
)  # fmt: skip

# U+E200 kind U+E202 references U+E201: what ChatGPT wraps its citations in.
PRIVATE_USE: Final = Leak(
    "artefact.private-use",
    (),
    re.compile("\ue200[a-z_]{2,24}\ue202[^\ue200\ue201\n]{1,200}\ue201?"),
    wording=False,
)
# A page that says it is a template has placeholders on purpose.
TEMPLATE: Final = re.compile(
    r"\b(?:templates?|sample|fill[- ]?in|placeholders?|boilerplate|form letter|worksheet|"
    r"mail merge|example (?:letter|email))\b",
    re.IGNORECASE,
)
