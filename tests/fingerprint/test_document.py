"""The fingerprint of a document; the golden values hold every stored fingerprint comparable."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from detector.fingerprint import SCHEME, fingerprint

TEXT = "the quick brown fox jumps over the lazy dog and runs on"


def test_golden_values() -> None:
    """They may change only together with the scheme's name."""
    found = fingerprint(TEXT, "en")
    assert found.scheme == SCHEME == "xxh3-128+minhash128-w5.v1"
    assert found.exact == "ef5f500dcd87574dc0d2602b1a18c12b"
    assert hashlib.sha256(found.signature).hexdigest()[:32] == "621f93acdb8662a1a030c50a5f4a857d"
    characters = fingerprint("吾輩は猫である名前はまだ無い", "ja").signature
    assert hashlib.sha256(characters).hexdigest()[:32] == "58fbc12ff2a7ec587d4d899e13e632ab"
    assert fingerprint("", "en").exact == "99aa06d3014798d86001c324468d497f"  # xxh3-128 of nothing


def test_a_text_shorter_than_a_shingle_has_an_exact_hash_alone() -> None:
    found = fingerprint("the quick brown fox", "en")
    assert found.signature == b""
    assert len(found.exact) == 32


def test_the_language_decides_the_unit_but_not_the_exact_hash() -> None:
    one, other = fingerprint(TEXT, "en"), fingerprint(TEXT, "zh")
    assert one.exact == other.exact
    assert one.signature != other.signature


def test_the_parent_of_a_scan_imports_no_compiler() -> None:
    """numba takes half a second and 100 MB, which only workers should pay."""
    code = (
        "import sys, detector.pipeline.scan\n"
        "print([m for m in ('numba', 'llvmlite') if m in sys.modules])"
    )
    repo = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=repo, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
