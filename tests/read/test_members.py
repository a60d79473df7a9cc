"""Members inflate to what was put in, piece by piece; large archives cross all inner borders."""

from __future__ import annotations

import dataclasses
import gzip
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.read import read_record_at, read_steps
from detector.read.containers import Containers
from detector.read.members import PIECE, Member
from detector.read.window import BLOCK, Window
from detector.records import ArchiveRecord
from tests.fixtures.archives import FRAMES, MEMBERS, PAGES, RECORDS, gz, http, page, url, warc, zst
from tests.read.sources import CAP, Bytes, faults, lost, pipe, records, steps

Pack = Callable[[bytes], bytes]
packs = pytest.mark.parametrize("pack", [gz, zst])


def open_at(data: bytes, offset: int) -> Member:
    return Containers(Window(Bytes(data))).open(offset)


def drain(member: Member) -> bytes:
    parts = list(iter(member.piece, b""))
    assert all(len(part) <= PIECE for part in parts)
    return b"".join(parts)


@packs
@settings(deadline=None)
@given(st.binary(max_size=3000), st.binary(max_size=50), st.binary(max_size=50))
def test_a_member_inflates_to_what_was_put_in_and_ends_where_it_ends(
    pack: Pack, data: bytes, before: bytes, after: bytes
) -> None:
    packed = pack(data)
    member = open_at(before + packed + after, len(before))
    assert drain(member) == data
    assert (member.end, member.failed) == (len(before) + len(packed), None)


@packs
@settings(deadline=None)
@given(st.binary(min_size=1, max_size=3000), st.data())
def test_a_member_that_breaks_off_gives_a_beginning_and_neither_end_nor_failure(
    pack: Pack, data: bytes, draw: st.DataObject
) -> None:
    packed = pack(data)
    cut = draw.draw(st.integers(8, len(packed) - 1))
    member = open_at(packed[:cut], 0)
    assert data.startswith(drain(member))
    assert (member.end, member.failed) == (None, None)


@packs
@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_behind_a_magic_number_inflate_or_fail(pack: Pack, noise: bytes, at: int) -> None:
    packed = pack(b"x" * 400)
    drain(open_at(packed[: 4 + at] + noise, 0))


def test_pieces_are_bounded_however_much_a_member_inflates_to() -> None:
    assert len(drain(open_at(gz(bytes(5 << 20)), 0))) == 5 << 20
    assert len(drain(open_at(zst(bytes(5 << 20)), 0))) == 5 << 20


def test_all_up_to_the_damaged_byte_is_delivered() -> None:
    """A decompressor that fails drops the output of the failing call; here little is dropped."""
    data = b"".join(page(number) for number in range(2000))
    packed = bytearray(gz(data))
    middle = len(packed) // 2
    packed[middle : middle + 8] = b"\xff" * 8
    member = open_at(bytes(packed), 0)
    begun = drain(member)
    if member.failed:
        assert len(begun) > len(data) * 0.49
    assert begun[: int(len(data) * 0.49)] == data[: int(len(data) * 0.49)]


@given(st.binary(max_size=200), st.sampled_from([MEMBERS[0], FRAMES[0], RECORDS[0]]))
def test_the_next_sound_member_is_found_behind_anything(before: bytes, sound: bytes) -> None:
    data = before + b"\n" + sound
    assert Containers(Window(Bytes(data))).find(0) == len(before) + 1


@pytest.mark.parametrize("shift", [-60, -3, -2, -1, 0, 1, 2, 30])
@pytest.mark.parametrize("sound", [MEMBERS[0], FRAMES[0], RECORDS[0]], ids=["gz", "zst", "plain"])
def test_a_member_at_a_border_between_blocks_is_found(sound: bytes, shift: int) -> None:
    noise = random.Random(7).randbytes(BLOCK + shift - 1) + b"\n"
    data = noise + sound + MEMBERS[1]
    assert Containers(Window(Bytes(data))).find(0) == BLOCK + shift


def test_no_member_is_found_in_noise() -> None:
    noise = random.Random(8).randbytes(3 * BLOCK)
    assert Containers(Window(Bytes(noise))).find(0) is None


# Pages of random bytes: an archive of several blocks, in which records cross every inner border.
LARGE = [
    warc(n, http(PAGES[0] + random.Random(n).randbytes(150_000 + 7919 * n))) for n in range(24)
]
LARGE_FILES = {
    "plain": b"".join(LARGE),
    "gzip": b"".join(gzip.compress(record, 1, mtime=0) for record in LARGE),
    "gzip, one member": gzip.compress(b"".join(LARGE), 1, mtime=0),
    "gzip, stored": b"".join(gzip.compress(record, 0, mtime=0) for record in LARGE),
    "zstd": b"".join(map(zst, LARGE)),
    "zstd, one frame": zst(b"".join(LARGE)),
}


@pytest.mark.parametrize("name", LARGE_FILES)
def test_a_large_archive_is_read_resumed_replayed_and_piped(name: str) -> None:
    data = LARGE_FILES[name]
    walked = steps(data)
    blocks = [s.item.block for s in walked if isinstance(s.item, ArchiveRecord)]
    assert blocks == [record.partition(b"\r\n\r\n")[2][:-4] for record in LARGE]
    for number in (0, 7, 16, 22, 23):
        assert steps(data, walked[number].resume) == walked[number + 1 :]
        again = read_record_at(Bytes(data), walked[number].item.locator, block_cap=CAP)
        assert again == dataclasses.replace(walked[number].item, ordinal=0)
    assert list(read_steps(pipe(data, 65_537), block_cap=CAP)) == walked


@pytest.mark.parametrize("name", ["gzip", "zstd", "gzip, stored"])
@pytest.mark.parametrize("hit", [0, 9, 23])
def test_damage_in_a_large_archive_costs_one_member(name: str, hit: int) -> None:
    data = bytearray(LARGE_FILES[name])
    place = [step.item.locator for step in steps(bytes(data))][hit]
    middle = place.offset + place.length // 2
    data[middle : middle + 64] = bytes(64)
    broken = bytes(data)
    assert [r.url for r in records(broken)] == [url(n) for n in range(24) if n != hit]
    assert lost(broken) == [("damaged-member", place.offset, place.length)]
    assert [fault.ordinal for fault in faults(broken)] == [hit]


@pytest.mark.parametrize("name", ["gzip", "zstd", "gzip, stored"])
def test_a_cut_large_archive_gives_its_last_record_in_part(name: str) -> None:
    """The head in a member's stored bytes is not taken for another record."""
    data = LARGE_FILES[name][:-100_000]
    found = records(data)
    assert [record.url for record in found] == [url(n) for n in range(24)]
    assert [record.cut for record in found] == [False] * 23 + [True]
    assert faults(data) == []
