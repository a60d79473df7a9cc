"""What a page may cost: cut before markup that cannot be parsed in bounded memory and time.

HTML's tree construction is not linear. The limits are far above what pages written in earnest
reach, and each stands against one way to make a small page expensive. The parser
(Lexbor 2, through resiliparse) holds about 260 bytes a node and as much an attribute.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

MOST_TAGS: Final = 200_000
MOST_DEPTH: Final = 2_000  # main-text extraction walks up from every node; Blink stops at 512
MOST_ATTRIBUTES: Final = 400_000
MOST_ATTRIBUTES_A_TAG: Final = 20_000  # each is compared with all those before it
MOST_NAMES: Final = 20_000  # Lexbor's table of names it does not know has few places
MOST_OPTIONS: Final = 10_000  # Lexbor looks through all options of a select for each
MOST_COPIES: Final = 300_000
# A page of fewer tags and characters than these cannot be dear enough to be worth a closer look.
_FEW_TAGS: Final = 12_000
_FEW_CHARACTERS: Final = 1 << 20
_FEW_FORMATTING: Final = 1_500
_LONGEST_NAME: Final = 30

_TAG: Final = re.compile(r"<(?:(!--)|[!?]|(/?)([a-zA-Z][^\s/>]{0,30}))")
# A quote that is never closed is met once at most of each kind, so this is linear.
_INSIDE: Final = re.compile(r"""=\s*(?:"[^"]*"|'[^']*'|[^\s>]*)|(>)|([^\s/>=]+)""")
_PLAIN: Final = re.compile(r'(?:\s+[\w:-]+="[^"<>]*")*\s*/?>')  # how most tags are written
_NAME: Final = re.compile('([\\w:-]+)="')
_COMMENT_END: Final = re.compile("--!?>")
# Void elements, and those that end where the next of their kind begins.
_FLAT: Final = (
    " area base basefont bgsound body br col colgroup dd dt embed frame head hr html img input"
    " keygen li link meta optgroup option p param rp rt source tbody td tfoot th thead tr track"
    " wbr "
)
_RAW: Final = {
    name: re.compile(f"</{name}", re.I) for name in ("script", "style", "textarea", "title")
}
# The set of first letters and the looks behind make this three times as fast as a plain list.
_FORMATTING: Final = re.compile(
    r"<(/?)[bcefinstuBCEFINSTU]"
    r"(?:(?<=[bisuBISU])|(?i:(?<=b)ig|(?<=c)ode|(?<=e)m|(?<=f)ont|(?<=n)obr|(?<=s)mall"
    r"|(?<=s)trike|(?<=s)trong|(?<=t)t))(?=[\s/>])"
)


def limit_page(source: str) -> tuple[str, str]:
    """Give as much of a page as stays within the limits above, and the same for the parser.

    The two differ in formatting elements alone, see `_without_formatting`. Linear time.
    """
    tags = source.count("<")
    markup = source
    if tags > _FEW_TAGS or len(source) > _FEW_CHARACTERS:
        markup = source[: _Survey(source).first_excess()]
    if tags <= _FEW_FORMATTING or len(_FORMATTING.findall(markup)) * tags <= 2 * MOST_COPIES:
        return markup, markup
    return markup, _without_formatting(markup)


def _without_formatting(markup: str) -> str:
    """Make formatting elements plain spans; the text stays the same.

    Each `<b>` left open is opened again in every later paragraph (HTML, "reconstruct the active
    formatting elements"), so that n of each make n x n nodes: 7,000 tags made 6 million.
    """
    return _FORMATTING.sub(r"<\1span", markup)


@dataclass(slots=True)
class _Survey:
    """One pass over a page's tags that ends where a limit is passed."""

    source: str
    tags: int = 0
    attributes: int = 0
    options: int = 0
    depth: int = 0
    names: set[str] = field(default_factory=set)
    open: Counter[str] = field(default_factory=Counter)

    def first_excess(self) -> int:
        """The offset of the tag that is too much, or the page's length."""
        at = 0
        while (found := _TAG.search(self.source, at)) is not None:
            comment, closing, name = found.groups()
            at = found.end()
            self.tags += 1
            if comment:
                at = self._after(_COMMENT_END, at - 2)
            elif name:
                at = self._enter(name.lower(), bool(closing), at)
            if self._too_much():
                return found.start()
        return len(self.source)

    def _enter(self, name: str, closing: bool, at: int) -> int:
        """Count a tag whose name ends at `at`; gives the place from where to go on."""
        if f" {name} " not in _FLAT:
            if not closing:
                self.open[name] += 1
                self.depth += 1
            elif self.open[name]:
                self.open[name] -= 1
                self.depth -= 1
        if closing:
            return at
        self.options += name == "option"
        at = self._after_attributes(at)
        # Inside <svg> a script is markup like any other.
        if name in _RAW and not self.open["svg"] and not self.open["math"]:
            at = self._after(_RAW[name], at)
        return at

    def _after_attributes(self, at: int) -> int:
        plain = _PLAIN.match(self.source, at)
        if plain is not None and plain.end() - at < MOST_ATTRIBUTES_A_TAG:
            names = _NAME.findall(plain[0])
            self.attributes += len(names)
            self.names.update(names)
            return plain.end()
        most = self.attributes + MOST_ATTRIBUTES_A_TAG
        for token in _INSIDE.finditer(self.source, at):
            if token[1]:
                return token.end()
            if token[2]:
                self.attributes += 1
                self.names.add(token[2][:_LONGEST_NAME])
                if self.attributes > most:
                    self.attributes = MOST_ATTRIBUTES + 1
                    break
        return len(self.source)

    def _too_much(self) -> bool:
        return (
            self.tags > MOST_TAGS
            or self.depth > MOST_DEPTH
            or self.attributes > MOST_ATTRIBUTES
            or self.options > MOST_OPTIONS
            or len(self.names) + len(self.open) > MOST_NAMES
        )

    def _after(self, pattern: re.Pattern[str], at: int) -> int:
        found = pattern.search(self.source, at)
        return len(self.source) if found is None else found.end()
