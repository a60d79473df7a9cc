"""What a text can be recognised by: an exact hash and a MinHash signature."""

from detector.fingerprint.document import SCHEME, fingerprint, fingerprint_document

__all__ = ["SCHEME", "fingerprint", "fingerprint_document"]
