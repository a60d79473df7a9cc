"""Cyrillic and Greek letters that a reader takes for Latin ones.

The pairs are those of Unicode TR39 (confusables) that agree in common fonts, and the usual
stand-ins for letters that have no exact double.
"""

from __future__ import annotations

from typing import Final

_PAIRS: Final = (
    # Cyrillic
    ("аеорсухіјѕһԁԛԝгвкмнтбпӏѵьԍү", "aeopcyxijshdqwrbkmhtbnlvbgy"),
    ("АВЕКМНОРСТУХІЈЅԚԜӀѴЬԌҮ", "abekmhopctyxijsqwlvbgy"),
    # Greek: a capital may look like another letter than its small form does
    ("αοντρυικησχγϲϳ", "aovtpuiknoxycj"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ", "abezhikmnoptyxcj"),
    # small capitals and script letters of the Latin blocks
    ("ɑɡıɩ", "agii"),
)
LATIN_OF: Final[dict[str, str]] = {
    char: latin for chars, latins in _PAIRS for char, latin in zip(chars, latins, strict=True)
}
"""The Latin letter, in lower case, of each letter that looks like one."""
