"""Elements of the page: built as a tree, so that whatever a name holds is escaped when written."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final
from xml.etree import ElementTree as ET

LONGEST_NAME: Final = 120

# Characters that a page cannot hold, or that would turn the text around them: shown by their code.
_ODD: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
    "\ud800-\udfff]"
)


def plain(text: str) -> str:
    """Make a foreign name harmless: odd characters by their code, and at most 120 of all.

    >>> plain("a\\x00b\\u202e"), len(plain("x" * 500))
    ('a\\\\u0000b\\\\u202e', 120)
    """
    shown = _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - 1] + "…"


def element(tag: str, /, *children: ET.Element | str, **attributes: str) -> ET.Element:
    """Make an element; `class_` and `data_set` become class and data-set, "" an empty attribute.

    >>> ET.tostring(element("td", "a<b", class_="n", data_value="1"), encoding="unicode")
    '<td class="n" data-value="1">a&lt;b</td>'
    """
    made = ET.Element(tag)
    put(made, **attributes)
    for child in children:
        if not isinstance(child, str):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + plain_text(child)
        else:
            made.text = (made.text or "") + plain_text(child)
    return made


def put(into: ET.Element, **attributes: str) -> None:
    """Set attributes, named and made harmless as in `element`."""
    for name, value in attributes.items():
        into.set(name.rstrip("_").replace("_", "-"), plain_text(value))


def plain_text(text: str) -> str:
    """Make any text harmless, at any length."""
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def page(title: str, body: ET.Element, style: str, script: str) -> str:
    """Give a document whose policy lets it use this script and style, and fetch nothing."""
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'"
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        _raw("style", style),
    )
    body.append(_raw("script", script))
    root = element("html", head, body, lang="en")
    return "<!doctype html>\n" + ET.tostring(root, encoding="unicode", method="html") + "\n"


def _raw(tag: str, text: str) -> ET.Element:
    """Our own style or script, written as it is: its digest stands in the policy."""
    made = ET.Element(tag)
    made.text = text
    return made


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
