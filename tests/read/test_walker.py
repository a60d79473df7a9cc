"""Archives of every kind give all their records; damage costs the bytes it hit and no more."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.read import READ_TYPES, read_record_at, read_steps
from detector.records import ArchiveRecord, Fault, Locator, Position, Step
from tests.fixtures.archives import (
    BLOCKS,
    COUNT,
    DAMAGED,
    MEMBERS,
    PAGES,
    RECORDS,
    SOUND,
    gz,
    url,
    warc,
    zst,
)
from tests.read.sources import CAP, Bytes, faults, lost, pipe, records, steps

sound = pytest.mark.parametrize("name", SOUND)
damaged = pytest.mark.parametrize("name", DAMAGED)
ALL = {**SOUND, **{name: case.data for name, case in DAMAGED.items()}}
every = pytest.mark.parametrize("name", ALL)


def pages(data: bytes) -> list[ArchiveRecord]:
    return [record for record in records(data) if record.type in READ_TYPES]


@sound
def test_a_sound_archive_gives_every_page_whole_and_no_fault(name: str) -> None:
    found = pages(SOUND[name])
    assert [record.url for record in found] == [url(number) for number in range(COUNT)]
    assert all(record.block.endswith(body) for record, body in zip(found, PAGES, strict=True))
    assert not any(record.cut for record in found)
    assert faults(SOUND[name]) == []


@damaged
def test_damage_costs_its_own_bytes_and_nothing_after_them(name: str) -> None:
    case = DAMAGED[name]
    found = {record.url: record for record in pages(case.data)}
    assert list(found) == [url(number) for number in sorted((*case.survives, *case.cut))]
    for number in case.survives:
        assert found[url(number)].block == BLOCKS[number]
        assert not found[url(number)].cut
    for number in case.cut:
        assert found[url(number)].cut
    assert lost(case.data) == list(case.lost)


@every
def test_ordinals_count_records_and_faults_together(name: str) -> None:
    walked = steps(ALL[name])
    assert [step.item.ordinal for step in walked] == list(range(len(walked)))
    assert [step.resume.ordinal for step in walked] == list(range(1, len(walked) + 1))


@every
def test_reading_can_be_taken_up_again_after_every_step(name: str) -> None:
    """From each resume position come the very steps that a reading from the start still had."""
    walked = steps(ALL[name])
    for number, step in enumerate(walked):
        assert steps(ALL[name], step.resume) == walked[number + 1 :]


@every
def test_a_locator_gives_the_very_record_again(name: str) -> None:
    for step in steps(ALL[name]):
        again = read_record_at(Bytes(ALL[name]), step.item.locator, block_cap=CAP)
        assert again == dataclasses.replace(step.item, ordinal=0)


@every
def test_a_locator_of_a_record_by_itself_is_its_bytes(name: str) -> None:
    """The bytes a locator names, cut out of the file, are an archive of that one record.

    Except for Zstandard frames that need the dictionary in another part of the file, and for what
    the head's length says of a block that another record begins in.
    """
    if "dictionary" in name or name.startswith("length-"):
        pytest.skip("is not readable by itself")
    data = ALL[name]
    for step in steps(data):
        place = step.item.locator
        if place.inner is None and isinstance(step.item, ArchiveRecord):
            [alone] = records(data[place.offset : place.offset + place.length])
            assert (alone.headers, alone.block) == (step.item.headers, step.item.block)


@every
@pytest.mark.parametrize("size", [1, 1000, 1 << 20])
def test_a_pipe_gives_what_a_file_gives(name: str, size: int) -> None:
    assert list(read_steps(pipe(ALL[name], size), block_cap=CAP)) == steps(ALL[name])


@every
def test_progress_never_goes_back_and_ends_within_the_file(name: str) -> None:
    consumed = [step.consumed for step in steps(ALL[name])]
    assert consumed == sorted(consumed)
    assert all(count <= len(ALL[name]) for count in consumed)


def test_a_block_over_the_cap_is_cut_and_says_so() -> None:
    [step] = steps(MEMBERS[0], cap=100)
    assert isinstance(step.item, ArchiveRecord)
    assert (step.item.block, step.item.cut) == (BLOCKS[0][:100], True)
    assert step.item.block_length == len(BLOCKS[0])


def test_blocks_of_types_that_are_never_read_are_not_kept() -> None:
    [record] = records(warc(0, b"x" * 5000, kind="metadata"))
    assert (record.type, record.block, record.block_length, record.cut) == (
        "metadata",
        b"",
        5000,
        False,
    )


def test_a_record_says_when_and_what_it_was() -> None:
    [record] = records(
        warc(7, BLOCKS[0], version="WARC/1.1", extra=["WARC-Payload-Digest: sha1:ABC"])
    )
    assert record.version == "WARC/1.1"
    assert record.captured is not None
    assert record.captured.isoformat() == "2021-03-04T05:06:07+00:00"
    assert record.record_id == "<urn:uuid:00000000-0000-4000-8000-000000000007>"
    assert record.payload_digest == "sha1:ABC"
    assert record.content_type == "application/http; msgtype=response"


def test_a_page_about_archives_does_not_end_the_record_it_is_in() -> None:
    """A true length is believed, though a record head stands inside the block."""
    quoted = b"<pre>\r\n" + RECORDS[1] + b"</pre>" + PAGES[2]
    data = warc(0, quoted) + RECORDS[3]
    assert [record.block for record in records(data)] == [quoted, BLOCKS[3]]


def test_a_member_that_ends_inside_a_record_is_joined_with_the_next() -> None:
    data = gz(RECORDS[0][:200]) + gz(RECORDS[0][200:]) + MEMBERS[1]
    first, second = records(data)
    assert (first.block, second.block) == (BLOCKS[0], BLOCKS[1])
    assert first.locator.inner == 0


def test_two_damaged_members_in_a_row_cost_only_themselves() -> None:
    broken = [bytes([*m[:200], m[200] ^ 0x55, *m[201:]]) for m in MEMBERS[1:3]]
    data = b"".join([MEMBERS[0], *broken, *MEMBERS[3:]])
    assert [record.url for record in records(data)] == [url(0), url(3), url(4), url(5)]
    assert sum(fault.lost for fault in faults(data)) == sum(map(len, broken))


def test_records_before_the_damage_in_one_large_member_are_all_read() -> None:
    whole = gz(b"".join(RECORDS))
    at = len(whole) * 2 // 3
    data = whole[:at] + b"\x00" * 40 + whole[at + 40 :] + MEMBERS[5]
    found = [record.url for record in records(data)]
    assert found[:3] == [url(0), url(1), url(2)]
    assert found[-1] == url(5)


@pytest.mark.parametrize("make", [bytes, gz, zst], ids=["plain", "gzip", "zstd"])
def test_a_head_that_never_ends_costs_one_fault_and_bounded_memory(make: object) -> None:
    assert callable(make)
    endless = b"WARC/1.0\r\nX: " + b"a" * (1 << 20)
    data = make(endless) + make(RECORDS[0])
    assert [fault.code for fault in faults(data)] == ["header-too-large"]
    assert [record.url for record in records(data)] == [url(0)]


def test_four_bytes_that_look_like_a_skippable_frame_do_not_pass_over_the_file() -> None:
    data = MEMBERS[0] + b"P*M\x18" + b"".join(MEMBERS[1:])
    assert [record.url for record in records(data)] == [url(number) for number in range(COUNT)]
    assert lost(data) == [("damaged-record", len(MEMBERS[0]), 4)]


def test_a_wrong_locator_gives_a_fault() -> None:
    item = read_record_at(Bytes(MEMBERS[0]), Locator("made", 10**9, 5), block_cap=CAP)
    assert isinstance(item, Fault)


def test_a_fault_says_how_much_was_lost() -> None:
    [fault] = faults(DAMAGED["garbage-between.warc.gz"].data)
    assert "180 bytes lost" in fault.message


def _all_in_order(walked: list[Step]) -> bool:
    offsets = [(s.item.locator.offset, s.item.locator.inner or 0) for s in walked]
    return offsets == sorted(offsets)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_damage_to_one_member_leaves_all_others(data: st.DataObject) -> None:
    """Bytes of the third member overwritten, taken out or put in: the five others survive."""
    member = MEMBERS[2]
    at = data.draw(st.integers(0, len(member) - 1))
    out = data.draw(st.integers(0, 60))
    put = data.draw(st.binary(max_size=60))
    broken = member[:at] + put + member[at + out :]
    archive = b"".join([*MEMBERS[:2], broken, *MEMBERS[3:]])
    walked = steps(archive)
    found = {s.item.url: s.item.block for s in walked if isinstance(s.item, ArchiveRecord)}
    for number in (0, 1, 3, 4, 5):
        assert found[url(number)] == BLOCKS[number]
    assert _all_in_order(walked)
    end = len(archive)
    assert all(s.item.locator.offset <= end and s.consumed <= end for s in walked)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SOUND)), st.data())
def test_no_damage_raises_or_breaks_resuming(name: str, data: st.DataObject) -> None:
    """Whatever is done to an archive, reading ends, counts right, and can be taken up again."""
    sound = SOUND[name]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(sound)))
        out = data.draw(st.integers(0, 40))
        sound = sound[:at] + data.draw(st.binary(max_size=12)) + sound[at + out :]
    walked = steps(sound)
    assert [step.item.ordinal for step in walked] == list(range(len(walked)))
    assert _all_in_order(walked)
    if walked:
        step = data.draw(st.sampled_from(walked))
        assert steps(sound, step.resume) == walked[step.item.ordinal + 1 :]
        again = read_record_at(Bytes(sound), step.item.locator, block_cap=CAP)
        assert again == dataclasses.replace(step.item, ordinal=0)


def test_a_frame_to_pass_over_is_passed_over_behind_a_stray_line_end() -> None:
    """As it is at the start of the file, so that a fault is found again where it lay."""
    broken = b"\r" + SOUND["packed-dictionary.warc.zst"]
    [step] = steps(broken)
    again = read_record_at(Bytes(broken), step.item.locator, block_cap=CAP)
    assert again == dataclasses.replace(step.item, ordinal=0)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=3000), st.integers(0, 3000))
def test_noise_never_raises(noise: bytes, offset: int) -> None:
    assert all(step.resume.offset <= len(noise) for step in steps(noise))
    steps(noise, Position(min(offset, len(noise)), 3))
