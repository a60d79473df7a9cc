"""Hashed n-grams of a text's tokens, from UTF-8 bytes to weighted sums, without Python objects.

A token is a run of letters and digits with the apostrophes inside it, or one punctuation mark.
Every code point passes a folding table first (see `detector.fit.folding`), which removes case,
accents, look-alike letters, curly quotes, dashes, markup characters and invisible characters.
White space only separates. So none of these can change a score.

Each token has two hashes. `plain` is the hash of its folded letters. `masked` is the same for the
words of the common vocabulary; any other word is known by its shape alone (length class and last
two letters), so that the topic of a text cannot stand in for its authorship.

All sums are of integers in a fixed order: the same bytes give the same result on any machine.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import float64, int16, int32, int64, types, uint8, uint32, uint64

from detector.kernels import compiled, decode_utf8

# What a folding table maps a code point to, besides the ASCII character that replaces it.
BREAK = 0  # ends a word
DROP = 1  # vanishes, and the word goes on
ELLIPSIS = 2
OTHER = 123  # a letter with no ASCII form

_FNV_BASIS = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_CHAIN = np.uint64(0x9E3779B97F4A7C15)
_S33 = np.uint64(33)
_S29 = np.uint64(29)
_S32 = np.uint64(32)
_ONE = np.uint64(1)
_SHAPE = np.uint64(0x5348415045)
_NUMBER = np.uint64(0x4E554D424552)
_APOSTROPHE = 39
_DOT = 46

LONGEST_PLAIN = 2  # plain n-grams have 1 to 2 tokens
LONGEST_MASKED = 4
WINDOW_TOKENS = 288  # about 250 words and their punctuation
MOST_WINDOWS = 64

# Numba describes its array types to no type checker.
Array: Any = types.Array
Tuple: Any = types.Tuple

_bytes = Array(uint8, 1, "C", readonly=True)
_table = Array(uint32, 1, "C", readonly=True)
_weights = Array(int16, 1, "C", readonly=True)
_hashes = Array(uint64, 1, "C")
_places = Array(int32, 1, "C")
_values = Array(float64, 1, "C")
_fit = Array(float64, 1, "C", readonly=True)


@compiled(uint64(uint64))
def _mix(value: Any) -> Any:
    """Spread a hash over all 64 bits (the finaliser of MurmurHash3)."""
    value ^= value >> _S33
    value *= _MIX_1
    value ^= value >> _S33
    value *= _MIX_2
    return value ^ (value >> _S33)


@compiled(int64(int64, _bytes))
def fold(point: Any, table: Any) -> Any:
    """Look a code point up in the folding table's three stretches.

    Of the others, CJK punctuation parts words as white space does, Hangul's filler, tags and
    variation selectors cannot be seen, and the rest below U+10000 are letters.
    """
    if point < 0x3000:
        return int64(table[point])
    if 0xFE00 <= point < 0x10000:
        return int64(table[0x3000 + point - 0xFE00])
    if 0x1D400 <= point < 0x1D800:
        return int64(table[0x3200 + point - 0x1D400])
    if point < 0x3040 or point == 0x3164:
        return int64(BREAK) if point < 0x3040 else int64(DROP)
    if point < 0x10000:
        return int64(OTHER)
    return int64(DROP) if 0xE0000 <= point < 0xE0200 else int64(BREAK)


@compiled(uint64(uint64, int64, int64, int64))
def _shape(digits: Any, length: Any, last: Any, before: Any) -> Any:
    """Hash what remains of a rare word: its length class and its last two letters."""
    if digits > 0:
        return _mix(_NUMBER + np.uint64(min(length, 5)))
    size = np.uint64(min((length + 1) // 3, 4))
    return _mix(_SHAPE + (size << _S32) + np.uint64(last * 256 + before))


@compiled(uint64(uint64, _table, uint64))
def _mask(plain: Any, common: Any, shape: Any) -> Any:
    """Give the plain hash of a common word, else its shape (`common` is an open hash table)."""
    key = uint32(plain >> _S32)
    limit = np.uint64(len(common) - 1)
    slot = plain & limit
    while common[slot] != 0:
        if common[slot] == key:
            return plain
        slot = (slot + _ONE) & limit
    return shape


@compiled(int64(_bytes, _bytes, _table, _hashes, _hashes, _places))
def tokenise(data: Any, table: Any, common: Any, plain: Any, masked: Any, begins: Any) -> Any:
    """Fill `plain` and `masked` with the token hashes of `data`; gives the number of tokens.

    data: UTF-8. begins: is filled with the byte at which each token begins. The three outputs need
    room for `len(data) + 1` tokens.
    """
    count = 0
    at = int64(0)
    end = len(data)
    hashed, length, digits = _FNV_BASIS, int64(0), int64(0)
    last, before, mark, held = int64(0), int64(0), int64(0), False
    while at <= end:
        here = at
        if at < end:
            point, at = decode_utf8(data, at)
            char = fold(point, table)
        else:
            char, at = int64(BREAK), at + 1
        if char == DROP:
            continue
        letter = 97 <= char <= OTHER
        if letter or 48 <= char <= 57:
            begins[count] = here if length == 0 else begins[count]
            if held:  # an apostrophe with letters on both sides belongs to the word
                hashed = (hashed ^ np.uint64(_APOSTROPHE)) * _FNV_PRIME
                held = False
            if not letter:
                digits += 1
                char = int64(48)
            hashed = (hashed ^ np.uint64(char)) * _FNV_PRIME
            before, last, length, mark = last, char, length + 1, int64(0)
            continue
        if char == _APOSTROPHE:
            held = bool(length > 0) and not held
            if held:
                continue
            char = int64(BREAK)
        held = False
        if length > 0:
            plain[count] = _mix(hashed)
            shape = _shape(np.uint64(digits), length, last, before)
            masked[count] = _mask(plain[count], common, shape)
            count += 1
            hashed, length, digits, last, before = (
                _FNV_BASIS,
                int64(0),
                int64(0),
                int64(0),
                int64(0),
            )
        if char == BREAK:
            continue
        if char == mark:  # a run of one mark is one token; a run of full stops is an ellipsis
            if char == _DOT:
                plain[count - 1] = _mix(np.uint64(ELLIPSIS))
                masked[count - 1] = plain[count - 1]
            continue
        plain[count] = _mix(np.uint64(char))
        masked[count] = plain[count]
        begins[count], mark = here, char
        count += 1
    return count


@compiled(int64(int64, int64))
def ngrams(tokens: Any, longest: Any) -> Any:
    """Count the n-grams (n = 1 to `longest`) of a stretch of tokens."""
    total = int64(0)
    for size in range(1, min(longest, tokens) + 1):
        total += tokens - size + 1
    return total


@compiled(int64(_hashes, int64, int64, int64, uint64, Array(uint32, 1, "C")))
def buckets_of(hashes: Any, start: Any, stop: Any, longest: Any, buckets: Any, out: Any) -> Any:
    """List the bucket of every n-gram (n = 1 to `longest`) of tokens [start, stop); gives how many.

    buckets: a power of two. out needs room for `longest * (stop - start)`.
    """
    count = 0
    for at in range(start, stop):
        chain = _ONE
        for back in range(at, max(start, at - longest + 1) - 1, -1):
            chain = (chain ^ hashes[back]) * _CHAIN
            out[count] = uint32(_mix(chain) & (buckets - _ONE))
            count += 1
    return count


@compiled(int64(_hashes, int64, int64, int64, _weights))
def weigh(hashes: Any, start: Any, stop: Any, longest: Any, weights: Any) -> Any:
    """Sum the weights of the n-grams that `buckets_of` lists; `weights` has one a bucket."""
    total = int64(0)
    last = np.uint64(len(weights) - 1)
    for at in range(start, stop):
        chain = _ONE
        for back in range(at, max(start, at - longest + 1) - 1, -1):
            chain = (chain ^ hashes[back]) * _CHAIN
            total += int64(weights[_mix(chain) & last])
    return total


@compiled(float64(_hashes, _hashes, int64, int64, _weights, _weights, _fit))
def _logit(
    plain: Any, masked: Any, start: Any, stop: Any, plain_w: Any, masked_w: Any, fit: Any
) -> Any:
    """Give the mean of the two logits of tokens [start, stop)."""
    ones = float64(weigh(plain, start, stop, LONGEST_PLAIN, plain_w))
    shapes = float64(weigh(masked, start, stop, LONGEST_MASKED, masked_w))
    value = ones * fit[0] / math.sqrt(ngrams(stop - start, LONGEST_PLAIN)) + fit[1]
    value += shapes * fit[2] / math.sqrt(ngrams(stop - start, LONGEST_MASKED)) + fit[3]
    return value / 2.0


@compiled(int64(_bytes, _bytes, _table, _weights, _weights, _fit, _places, _values))
def score_windows(
    data: Any, table: Any, common: Any, plain_w: Any, masked_w: Any, fit: Any,
    places: Any, values: Any,
) -> Any:  # fmt: skip
    """Score the windows of a text, each by the mean of two logits; gives how many there are.

    A text of up to `MOST_WINDOWS` windows is cut into as few of equal size as have at most
    `WINDOW_TOKENS` tokens each; of a longer one, as many of that size are spread evenly from its
    first token to its last. fit: scale and intercept of the plain weights, then of the masked
    weights. places: is filled with the byte where each window begins, then ends; room for two times
    `MOST_WINDOWS`. values: with the scores. No windows for a text without tokens.
    """
    plain = np.empty(len(data) + 1, np.uint64)
    masked = np.empty(len(data) + 1, np.uint64)
    begins = np.empty(len(data) + 2, np.int32)
    count = tokenise(data, table, common, plain, masked, begins)
    begins[count] = len(data)
    pieces = min((count + WINDOW_TOKENS - 1) // WINDOW_TOKENS, MOST_WINDOWS)
    whole = count <= MOST_WINDOWS * WINDOW_TOKENS
    for piece in range(pieces):
        if whole:
            start, stop = piece * count // pieces, (piece + 1) * count // pieces
        else:
            start = piece * (count - WINDOW_TOKENS) // (pieces - 1)
            stop = start + WINDOW_TOKENS
        places[2 * piece], places[2 * piece + 1] = begins[start], begins[stop]
        values[piece] = _logit(plain, masked, start, stop, plain_w, masked_w, fit)
    return pieces
