"""Records are cut out of any archive, and what stays is what it was."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import InputError
from detector.read import Cutter, HeadReader, Placed
from detector.read.heads import parse_warc_head
from detector.read.naming import naming_in, naming_of, parse_naming
from detector.records import ArchiveRecord, Fault, Step
from tests.fixtures.archives import (
    COUNT,
    DAMAGED,
    FRAMES,
    MEMBERS,
    RECORDS,
    SOUND,
    gz,
    http,
    page,
    skippable,
    warc,
    zst,
)
from tests.read.sources import Bytes, steps

DRAWS = 6


class AnyPlace(Bytes):
    """An archive as a local file gives it: a few bytes anywhere."""

    random = True


def cut(data: bytes, found: Sequence[Step], gone: set[int]) -> tuple[bytes, Cutter]:
    """The archive without the records of these numbers, whichever way it is read."""
    placed = [
        Placed(at.offset, at.length, at.inner, number in gone)
        for number, at in enumerate(step.item.locator for step in found)
    ]
    cutter = Cutter(Bytes(data))
    left = b"".join(cutter.pieces(placed))
    assert b"".join(Cutter(AnyPlace(data)).pieces(placed)) == left
    return left, cutter


def masks(count: int, seed: int) -> Iterator[set[int]]:
    """All, each alone, all but each, and some at random."""
    yield set(range(count))
    for number in range(count):
        yield {number}
        yield set(range(count)) - {number}
    draw = random.Random(seed)
    for _ in range(DRAWS):
        yield {number for number in range(count) if draw.random() < 0.4}


def told(step: Step) -> tuple[object, ...]:
    """What a record says, wherever it lies."""
    item = step.item
    assert isinstance(item, ArchiveRecord)
    return item.version, item.type, item.headers, item.block, item.block_length


def kept_records(found: Sequence[Step], gone: set[int]) -> list[tuple[object, ...]]:
    return [
        told(step)
        for number, step in enumerate(found)
        if number not in gone and isinstance(step.item, ArchiveRecord)
    ]


@pytest.mark.parametrize("name", SOUND)
def test_what_stays_of_a_sound_archive_reads_as_before(name: str) -> None:
    data = SOUND[name]
    found = steps(data)
    for gone in masks(len(found), seed=1):
        left, _ = cut(data, found, gone)
        again = steps(left)
        assert not [step for step in again if isinstance(step.item, Fault)]
        assert [told(step) for step in again] == kept_records(found, gone)


@pytest.mark.parametrize("name", [*SOUND, *DAMAGED])
def test_without_anything_to_cut_every_byte_stays(name: str) -> None:
    data = SOUND[name] if name in SOUND else DAMAGED[name].data
    left, cutter = cut(data, steps(data), set())
    assert left == data
    assert cutter.rewritten == 0
    assert cutter.consumed == len(data)


@pytest.mark.parametrize("name", [*SOUND, *DAMAGED])
def test_records_by_themselves_go_with_their_bytes_and_line_ends_and_no_other(name: str) -> None:
    data = SOUND[name] if name in SOUND else DAMAGED[name].data
    found = steps(data)
    if any(step.item.locator.inner is not None for step in found):
        pytest.skip("members of several records are written anew")
    for gone in masks(len(found), seed=2):
        expected = bytearray()
        at = 0
        for step in [found[number] for number in sorted(gone)]:
            place = step.item.locator
            expected += data[at : place.offset]
            at = place.offset + place.length
            if data[place.offset : place.offset + 4] not in (
                b"\x1f\x8b\x08\x00",
                b"\x28\xb5\x2f\xfd",
            ):
                at += len(data[at:]) - len(data[at:].lstrip(b"\r\n"))
        expected += data[at:]
        assert cut(data, found, gone)[0] == bytes(expected)


@pytest.mark.parametrize("name", DAMAGED)
def test_what_stays_of_a_damaged_archive_reads_as_before(name: str) -> None:
    """Where the damage itself stays. Inside a member that is written anew it cannot: see below."""
    data = DAMAGED[name].data
    found = steps(data)
    whole = {
        number
        for number, step in enumerate(found)
        if isinstance(step.item, ArchiveRecord) and not step.item.cut
    }
    for gone in masks(len(found), seed=3):
        again = {told(step) for step in steps(cut(data, found, gone & whole)[0])
                 if isinstance(step.item, ArchiveRecord)}  # fmt: skip
        assert set(kept_records([found[number] for number in sorted(whole - gone)], set())) <= again


def test_members_of_several_records_are_written_anew_and_counted() -> None:
    data = SOUND["two-records-a-member.warc.gz"]
    left, cutter = cut(data, steps(data), {0, 2, 3})
    third = gz(RECORDS[4] + RECORDS[5])
    assert left.endswith(third)  # untouched: nothing of it goes
    assert cutter.rewritten == 1
    assert len(steps(left)) == 3


def test_a_torn_member_that_is_written_anew_keeps_the_records_before_the_damage() -> None:
    whole = gz(b"".join(RECORDS))
    data = whole[: len(whole) * 3 // 4]
    found = steps(data)
    torn = len(found) - 1
    left, _ = cut(data, found, {0, torn})
    assert [told(step) for step in steps(left)][: torn - 1] == kept_records(found, {0, torn})


def test_a_dictionary_and_padding_stay_when_all_else_goes() -> None:
    data = SOUND["dictionary.warc.zst"]
    found = steps(data)
    assert cut(data, found, set(range(COUNT)))[0] == data[: found[0].item.locator.offset]
    padded = SOUND["trailing-zeros.warc.gz"]
    assert cut(padded, steps(padded), set(range(COUNT)))[0] == bytes(4096)


def test_a_frame_written_anew_in_a_file_with_a_dictionary_is_read() -> None:
    note = skippable(b"note")
    data = note + zst(RECORDS[0] + RECORDS[1]) + note + FRAMES[2]
    found = steps(data)
    left, cutter = cut(data, found, {0})
    assert cutter.rewritten == 1
    assert left.startswith(note)
    assert left.endswith(note + FRAMES[2])
    assert [told(step) for step in steps(left)] == kept_records(found, {0})


def test_long_records_of_a_member_are_split_across_its_pieces() -> None:
    """Records larger than what a decompressor gives at a time."""
    long = [warc(n, http(page(n, words=400_000))) for n in range(3)]
    data = gz(b"".join(long))
    found = steps(data)
    for gone in ({0}, {1}, {2}, {0, 2}):
        left, _ = cut(data, found, gone)
        assert [told(step) for step in steps(left)] == kept_records(found, gone)


def test_heads_are_read_at_the_offsets_of_records() -> None:
    for name, data in SOUND.items():
        for reader in (HeadReader(Bytes(data)), HeadReader(AnyPlace(data))):
            for step in steps(data):
                item = step.item
                assert isinstance(item, ArchiveRecord)
                if item.locator.inner is None:
                    assert reader.at(item.locator.offset) == naming_of(item), name


def test_a_long_head_is_read_too() -> None:
    noise = [f"X-{n}: {random.Random(n).random()}" for n in range(1500)]
    long = gz(warc(0, b"x", extra=[*noise, "WARC-Concurrent-To: <urn:far>"]))
    head = HeadReader(Bytes(MEMBERS[0] + long)).at(len(MEMBERS[0]))
    assert head is not None
    assert head.fields[-1] == ("WARC-Concurrent-To", "<urn:far>")


NAMES = [
    "WARC-Type",
    "warc-record-id",
    "WARC-TARGET-URI",
    "WARC-Date",
    "WARC-Refers-To",
    "X",
    "",
    " ",
]
NAMES += ["WARC-Concurrent-To", "WARC-Concurrent-To-Not"]
VALUES = [
    "response",
    "<urn:a>",
    "http://a.example/ b",
    "2024-01-01T00:00:00Z",
    "ü",
    "a: b",
    "\r",
    "",
]
ENDS = ["\r\n", "\n", " \r\n", "\t\n", "\r\r\n", "\r\n folded\r\n", "\n\tfolded\n"]
LINE = st.builds(
    "{}{}:{}{}{}".format,
    st.sampled_from(NAMES),
    st.sampled_from(["", " ", "\t"]),
    st.sampled_from(["", " ", " \t", "\r"]),
    st.sampled_from(VALUES),
    st.sampled_from(ENDS),
)
LINES = st.lists(LINE, max_size=8)


@given(LINES)
def test_the_names_in_a_head_are_those_that_the_whole_head_gives(lines: list[str]) -> None:
    head = f"WARC/1.0\r\n{''.join(lines)}\r\n".encode()
    whole = parse_warc_head(head)
    named = parse_naming(head)
    assert (named.type, named.record_id, named.url, named.captured) == (
        whole.type,
        whole.record_id,
        whole.url,
        whole.captured,
    )
    assert list(named.fields) == list(naming_in(whole.headers).fields)


@pytest.mark.parametrize("data", [b"", b"rubbish", gz(b"rubbish"), MEMBERS[0][:20], MEMBERS[0][1:]])
def test_where_no_record_begins_there_is_no_head(data: bytes) -> None:
    assert HeadReader(Bytes(data)).at(0) is None


def test_a_source_that_breaks_off_is_an_input_error() -> None:
    class Broken(Bytes):
        def read_at(self, offset: int, size: int) -> bytes:
            raise InputError("gone")

    with pytest.raises(InputError):
        list(Cutter(Broken(b"".join(MEMBERS))).pieces([]))
