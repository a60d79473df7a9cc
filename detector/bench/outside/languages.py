"""The languages of a detector that does not say which it is for: all of them."""

from __future__ import annotations


class _Every(frozenset[str]):
    """A set that holds every language."""

    def __contains__(self, item: object) -> bool:
        return isinstance(item, str)

    def __bool__(self) -> bool:
        return True


EVERY = _Every(("mul",))  # ISO 639-2 for multiple languages
