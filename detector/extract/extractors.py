"""Who finds the main text of a page: a small shape, and the two libraries that have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from detector.errors import UsageError


@dataclass(frozen=True, slots=True)
class Extracted:
    """The main text of a page, paragraphs on lines of their own, and its title."""

    text: str
    title: str | None


class Extractor(Protocol):
    """Finds the main text of a page.

    name: versioned ("resiliparse.v1"); the version changes when the texts may.
    """

    @property
    def name(self) -> str: ...

    def extract(self, html: str) -> Extracted:
        """Extract from a decoded page; may raise anything on pages that cannot be read."""
        ...


class _Resiliparse:
    name = "resiliparse.v1"

    def extract(self, html: str) -> Extracted:
        tree = HTMLTree.parse(html)
        text = extract_plain_text(
            tree, preserve_formatting=True, main_content=True, list_bullets=False, alt_texts=False
        )
        return Extracted(text, tree.title)


class _Trafilatura:
    name = "trafilatura.v1"

    def __init__(self) -> None:
        try:
            import trafilatura  # noqa: PLC0415  (an extra, and a second of imports)
        except ImportError as error:
            raise UsageError(
                "the extractor trafilatura is not installed:"
                " run pip install 'contamination-detector[trafilatura]'"
            ) from error
        self._bare_extraction: Any = trafilatura.bare_extraction

    def extract(self, html: str) -> Extracted:
        found = self._bare_extraction(html, include_comments=False, with_metadata=True)
        if found is None:
            return Extracted("", None)
        return Extracted(found.text or "", found.title)


def get_extractor(name: Literal["resiliparse", "trafilatura"]) -> Extractor:
    """Give the extractor of that name; UsageError when its library is not installed."""
    if name == "resiliparse":
        return _Resiliparse()
    if name == "trafilatura":
        return _Trafilatura()
    raise UsageError(f"no extractor is called {name!r}: choose resiliparse or trafilatura")
