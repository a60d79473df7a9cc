"""The fingerprint of a document: an exact hash of its normal form, and its MinHash signature."""

from __future__ import annotations

from typing import Final

import xxhash

from detector.fingerprint.minhash import signature
from detector.fingerprint.shingles import shingling
from detector.records import Document, Fingerprint

SCHEME: Final = "xxh3-128+minhash128-w5.v1"


def exact_hash(normal: str) -> str:
    """Hash a normal form by xxh3-128, 32 hexadecimal digits: equal for equal texts."""
    return xxhash.xxh3_128_hexdigest(normal.encode())


def fingerprint(normal: str, language: str) -> Fingerprint:
    """Fingerprint a text by its normal form.

    language: decides whether shingles are of words or of characters.
    """
    data = normal.encode()
    return Fingerprint(
        scheme=SCHEME,
        exact=xxhash.xxh3_128_hexdigest(data),
        signature=signature(data, shingling(language)),
    )


def fingerprint_document(document: Document) -> Fingerprint:
    """Fingerprint a document."""
    return fingerprint(document.normal, document.language)
