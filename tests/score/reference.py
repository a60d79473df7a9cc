"""The hashed n-gram detector, slow and obvious: what the kernel must agree with, bit for bit."""

from __future__ import annotations

import math
from typing import Any

MASK = (1 << 64) - 1


def mix(value: int) -> int:
    value ^= value >> 33
    value = value * 0xFF51AFD7ED558CCD & MASK
    value ^= value >> 33
    value = value * 0xC4CEB9FE1A85EC53 & MASK
    return value ^ (value >> 33)


def fold(char: str, table: Any) -> int:
    point = ord(char)
    if point < 0x3000:
        return int(table[point])
    if 0xFE00 <= point < 0x10000:
        return int(table[0x3000 + point - 0xFE00])
    if 0x1D400 <= point < 0x1D800:
        return int(table[0x3200 + point - 0x1D400])
    if point < 0x3040:
        return 0
    if point == 0x3164:
        return 1
    if point < 0x10000:
        return 123
    return 1 if 0xE0000 <= point < 0xE0200 else 0


def words_and_marks(text: str, table: Any) -> list[list[int]]:
    """Split into tokens, each a list of folded characters; an ellipsis is [2]."""
    folded = [code for char in text if (code := fold(char, table)) != 1] + [0]
    tokens: list[list[int]] = []
    word: list[int] = []
    mark = 0  # the mark that the last token is, if nothing came after it
    at = 0
    while at < len(folded):
        code = folded[at]
        following = folded[at + 1] if at + 1 < len(folded) else 0
        letter = 97 <= code <= 123 or 48 <= code <= 57
        joins = code == 39 and bool(word) and (97 <= following <= 123 or 48 <= following <= 57)
        if letter or joins:
            word.append(48 if 48 <= code <= 57 else code)
            mark = 0
        else:
            if word:
                tokens.append(word)
                word = []
            if code not in (0, 39):
                if code != mark:
                    tokens.append([code])
                    mark = code
                elif code == 46:
                    tokens[-1] = [2]
        at += 1
    return tokens


def hashes(token: list[int], common: set[int]) -> tuple[int, int]:
    """Give the plain and the masked hash of a token."""
    if not (97 <= token[0] <= 123 or 48 <= token[0] <= 57):
        return mix(token[0]), mix(token[0])
    value = 0xCBF29CE484222325
    for code in token:
        value = (value ^ code) * 0x100000001B3 & MASK
    plain = mix(value)
    if plain >> 32 in common:
        return plain, plain
    letters = [code for code in token if code != 39]
    if 48 in letters:
        return plain, mix(0x4E554D424552 + min(len(letters), 5))
    size = min((len(letters) + 1) // 3, 4)
    before = letters[-2] if len(letters) > 1 else 0
    return plain, mix(0x5348415045 + (size << 32) + letters[-1] * 256 + before)


def logit(tokens: list[int], longest: int, weights: Any, scale: float, intercept: float) -> float:
    total = count = 0
    for at in range(len(tokens)):
        chain = 1
        for back in range(at, max(0, at - longest + 1) - 1, -1):
            chain = (chain ^ tokens[back]) * 0x9E3779B97F4A7C15 & MASK
            total += int(weights[mix(chain) % len(weights)])
            count += 1
    return float(total) * scale / math.sqrt(count) + intercept


def score(text: str, arrays: Any) -> float:
    values = windows(text, arrays)
    return sum(values) / len(values) if values else math.nan


def windows(text: str, arrays: Any, most: int = 64) -> list[float]:
    common = {int(key) for key in arrays["common"] if key}
    pairs = [hashes(token, common) for token in words_and_marks(text, arrays["folding"])]
    fit = [float(value) for value in arrays["fit"]]
    values = []
    for start, stop in stretches(len(pairs), most):
        window = pairs[start:stop]
        value = logit([plain for plain, _ in window], 2, arrays["plain"], fit[0], fit[1])
        value += logit([masked for _, masked in window], 4, arrays["masked"], fit[2], fit[3])
        values.append(value / 2.0)
    return values


def stretches(tokens: int, most: int) -> list[tuple[int, int]]:
    pieces = -(-tokens // 288)
    if pieces <= most:
        return [(at * tokens // pieces, (at + 1) * tokens // pieces) for at in range(pieces)]
    starts = [at * (tokens - 288) // (most - 1) for at in range(most)]
    return [(start, start + 288) for start in starts]
