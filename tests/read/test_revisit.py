"""Records read again, many of one archive: the same as one by one, and in one pass."""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.read import Revisit, read_record_at
from detector.records import Fault, Locator
from tests.fixtures.archives import DAMAGED, SOUND, gz, warc
from tests.read.sources import CAP, Bytes, records, steps

SOME = {**SOUND, **{name: case.data for name, case in DAMAGED.items()}}
ALL = {name: data for name, data in SOME.items() if steps(data)}  # not those that are empty


@pytest.mark.parametrize("name", ALL)
@given(data=st.data())
def test_any_places_in_any_order_give_what_they_give_alone(name: str, data: st.DataObject) -> None:
    archive = ALL[name]
    places = [step.item.locator for step in steps(archive)]
    revisit = Revisit(Bytes(archive), block_cap=CAP)
    for place in data.draw(st.lists(st.sampled_from(places), max_size=8)):
        found = dataclasses.replace(revisit.at(place), ordinal=0)
        assert found == read_record_at(Bytes(archive), place, block_cap=CAP)


def test_a_member_of_many_records_is_inflated_once() -> None:
    rng = random.Random(5)
    archive = gz(b"".join(warc(n, rng.randbytes(20_000)) for n in range(200)))
    assert len(archive) > 3 << 20
    places = [record.locator for record in records(archive)]
    assert len(places) == 200
    assert {place.offset for place in places} == {0}
    source = Bytes(archive)
    revisit = Revisit(source, block_cap=CAP)
    found = [revisit.at(place) for place in places[::5]]
    assert [one.locator for one in found] == places[::5]
    assert len(source.asked) == len(set(source.asked)) == 4


def test_a_place_at_which_nothing_begins_is_no_record_of_it() -> None:
    archive = SOUND[next(iter(SOUND))]
    place = records(archive)[1].locator
    revisit = Revisit(Bytes(archive), block_cap=CAP)
    beside = dataclasses.replace(place, offset=place.offset + 3)
    assert revisit.at(beside) != revisit.at(place)
    beyond = revisit.at(Locator("made", len(archive) + 10, 5))
    assert isinstance(beyond, Fault)
    assert "archive ends before" in beyond.message
