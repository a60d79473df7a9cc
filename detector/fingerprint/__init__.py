"""What a text can be recognised by: an exact hash and a MinHash signature.

Signatures interchange with datasketch 2, which the core does not need: its own type is one line:
`LeanMinHash(seed=1, hashvalues=np.frombuffer(signature, "<u4"), scheme="affine32")`.
"""

from detector.fingerprint.document import (
    SCHEME,
    exact_hash,
    fingerprint,
    fingerprint_document,
)

__all__ = ["SCHEME", "exact_hash", "fingerprint", "fingerprint_document"]
