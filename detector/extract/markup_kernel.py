"""One compiled pass over a page's tags, which counts what makes a page dear to parse.

It follows the tokenisation of HTML (WHATWG 13.2.5) as far as counting needs: comments, quoted
values and the texts of scripts hold no tags. Linear in the page, in bounded memory.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numba import uint64

from detector.kernels import compiled

# What is counted, by its place in the tally; `limits.MOST` holds the bounds in the same order.
TAGS, ATTRIBUTES, NAMES, OPTIONS, DEPTH, FORMATTING, UNCLOSED, FOREIGN, IN_TAG = range(9)
COUNTS: Final = 9

LONGEST_NAME: Final = 31
_FNV_BASIS: Final = 0xCBF29CE484222325
_FNV_PRIME: Final = 0x100000001B3
_BASIS = np.uint64(_FNV_BASIS)
_PRIME = np.uint64(_FNV_PRIME)
_ELEMENT = np.uint64(0x9E3779B97F4A7C15)  # sets the names of elements off from attributes'

FLAT, IS_FORMATTING, RAW, OPTION, IS_FOREIGN = 1, 2, 4, 8, 16
_TRAITS: Final = (
    # Void elements, and those that end where the next of their kind begins.
    (FLAT, "area base basefont bgsound body br col colgroup dd dt embed frame head hr html img"),
    (FLAT, "input keygen li link meta optgroup option p param rp rt source tbody td tfoot th"),
    (FLAT, "thead tr track wbr"),
    (IS_FORMATTING, "b big code em font i nobr s small strike strong tt u"),
    (RAW, "script style textarea title"),
    (OPTION, "option"),
    (IS_FOREIGN, "svg math"),
)


def _hash(name: str) -> int:
    found = _FNV_BASIS
    for byte in name.encode():
        found = (found ^ byte) * _FNV_PRIME % (1 << 64)
    return found


@cache
def traits() -> npt.NDArray[np.uint64]:
    """Hashes of the elements that matter, and their traits; uint64[2, 256], open addressing."""
    table = np.zeros((2, 256), np.uint64)
    for trait, names in _TRAITS:
        for name in names.split():
            key = _hash(name)
            slot = key % 256
            while table[0, slot] not in (0, key):
                slot = (slot + 1) % 256
            table[0, slot] = key
            table[1, slot] |= np.uint64(trait)
    table.flags.writeable = False
    return table


_BYTES = "Array(uint8, 1, 'C', readonly=True)"


@compiled("boolean(uint8)")
def _is_space(byte: Any) -> Any:
    return byte == 32 or 9 <= byte <= 13


@compiled("boolean(uint8)")
def _ends_name(byte: Any) -> Any:
    """A space, or one of "/", "=" and ">"."""
    return _is_space(byte) or byte in (47, 61, 62)


@compiled("uint8(uint8)")
def _lower(byte: Any) -> Any:
    return byte + 32 if 65 <= byte <= 90 else byte


@compiled("int64(uint64, Array(uint64, 2, 'C', readonly=True))")
def _traits_of(key: Any, table: Any) -> Any:
    slot = np.int64(key % uint64(256))
    while table[0, slot] != 0:
        if table[0, slot] == key:
            return np.int64(table[1, slot])
        slot = (slot + 1) % 256
    return 0


@compiled("int64(uint64, uint64[::1], int64[::1])")
def _slot_of(key: Any, keys: Any, tally: Any) -> Any:
    """The slot of a name; a new name is counted. The limit on names keeps the table half empty."""
    slot = np.int64(key % uint64(len(keys)))
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) % len(keys)
    if keys[slot] == 0:
        keys[slot] = key
        tally[NAMES] += 1
    return slot


@compiled(f"UniTuple(uint64, 2)({_BYTES}, int64, boolean)")
def _name(data: Any, at: Any, of_element: Any) -> Any:
    """The hash of the name that begins at `at`, in lower case, and the place after it."""
    key, end = _BASIS, min(len(data), at + LONGEST_NAME)
    while at < end:
        byte = data[at]
        if _ends_name(byte) and not (byte == 61 and of_element):
            break
        key = (key ^ uint64(_lower(byte))) * _PRIME
        at += 1
    return key, uint64(at)


@compiled(f"int64({_BYTES}, int64, uint8)")
def _find(data: Any, at: Any, byte: Any) -> Any:
    while at < len(data) and data[at] != byte:
        at += 1
    return at


@compiled(f"int64({_BYTES}, int64, int64[::1])")
def _after_value(data: Any, at: Any, open_quotes: Any) -> Any:
    """The place after the value of an attribute, whose "=" stands before `at`.

    open_quotes: for each kind of quote, whether it is known to have no end from here on: so that
    each is looked for in vain only once.
    """
    while at < len(data) and _is_space(data[at]):
        at += 1
    if at < len(data) and (data[at] == 34 or data[at] == 39) and not open_quotes[data[at] & 1]:
        end = _find(data, at + 1, data[at])
        if end < len(data):
            return end + 1
        open_quotes[data[at] & 1] = 1
    while at < len(data) and data[at] != 62 and not _is_space(data[at]):
        at += 1
    return at


@compiled(f"int64({_BYTES}, int64, uint64[::1], int64[::1], int64[::1], int64[::1])")
def _after_attributes(
    data: Any, at: Any, keys: Any, tally: Any, limits: Any, open_quotes: Any
) -> Any:
    """Count the attributes of a tag; gives the place after its ">", or the end of the page."""
    tally[IN_TAG] = 0
    while at < len(data) and tally[IN_TAG] <= limits[IN_TAG] and tally[NAMES] <= limits[NAMES]:
        byte = data[at]
        if byte == 62:
            tally[IN_TAG] = 0
            return at + 1
        if byte == 61:
            at = _after_value(data, at + 1, open_quotes)
        elif byte == 47 or _is_space(byte):
            at += 1
        else:
            key, end = _name(data, at, False)
            _slot_of(key, keys, tally)
            tally[ATTRIBUTES] += 1
            tally[IN_TAG] += 1
            at = np.int64(end)
            while at < len(data) and not _ends_name(data[at]):
                at += 1
    return len(data) if at >= len(data) else at


@compiled(f"int64({_BYTES}, int64, int64, int64)")
def _after_raw(data: Any, at: Any, name: Any, end: Any) -> Any:
    """The place after the "</" and the name of data[name:end]: all before it is text."""
    while at < len(data):
        at = _find(data, at, 60)
        if at + 1 < len(data) and data[at + 1] == 47:
            same = 0
            while name + same < end and at + 2 + same < len(data):
                if _lower(data[at + 2 + same]) != _lower(data[name + same]):
                    break
                same += 1
            if name + same == end:
                return at + 2 + same
        at += 1
    return len(data)


@compiled(f"int64({_BYTES}, int64)")
def _after_comment(data: Any, at: Any) -> Any:
    """The place after a comment whose "<!--" ends at `at`; "<!-->" is one too."""
    at -= 2
    while at < len(data):
        at = _find(data, at, 45)
        if at + 2 < len(data) and data[at + 1] == 45:
            if data[at + 2] == 62:
                return at + 3
            if at + 3 < len(data) and data[at + 2] == 33 and data[at + 3] == 62:
                return at + 4
        at += 1
    return len(data)


@compiled("void(int64, boolean, int64, int64[::1], int64[::1])")
def _nest(trait: Any, closing: Any, slot: Any, opened: Any, tally: Any) -> Any:
    """Open or close an element; an end tag without a start closes nothing.

    Formatting elements are counted apart: they end with the paragraph or cell that they stand in,
    and pages of the nineties leave thousands of `<font>` to that.
    """
    change = 1
    if closing:
        change = -1 if opened[slot] > 0 else 0
    opened[slot] += change
    tally[UNCLOSED if trait & IS_FORMATTING else DEPTH] += change
    if trait & IS_FOREIGN:
        tally[FOREIGN] += change


@compiled(
    f"int64({_BYTES}, Array(uint64, 2, 'C', readonly=True), int64[::1], int64[::1], uint64[::1],"
    " int64[::1])"
)
def survey(data: Any, traits: Any, limits: Any, tally: Any, keys: Any, opened: Any) -> Any:
    """Walk a page's tags until a count passes its limit; gives the place of that tag, or the end.

    data: the page as ASCII-compatible bytes. tally: zeros, int64[COUNTS]; receives the counts.
    keys, opened: zeros, uint64[n] and int64[n], n over the limit on names.
    """
    open_quotes = np.zeros(2, np.int64)
    at = _find(data, 0, 60)
    while at < len(data):
        start, at = at, at + 1
        tally[TAGS] += 1
        closing = at < len(data) and data[at] == 47
        name = at + 1 if closing else at
        if name < len(data) and 97 <= _lower(data[name]) <= 122:
            key, after = _name(data, name, True)
            end = np.int64(after)
            trait = _traits_of(key, traits)
            if not trait & FLAT:
                slot = _slot_of(key ^ _ELEMENT, keys, tally)
                _nest(trait, closing, slot, opened, tally)
            at = end
            if not closing:
                tally[OPTIONS] += 1 if trait & OPTION else 0
                tally[FORMATTING] += 1 if trait & IS_FORMATTING else 0
                at = _after_attributes(data, end, keys, tally, limits, open_quotes)
                if trait & RAW and tally[FOREIGN] == 0:
                    at = _after_raw(data, at, name, end)
        elif at + 2 < len(data) and data[at] == 33 and data[at + 1] == 45 and data[at + 2] == 45:
            at = _after_comment(data, at + 3)
        for count in range(len(limits)):
            if tally[count] > limits[count]:
                return start
        at = _find(data, at, 60)
    return len(data)
