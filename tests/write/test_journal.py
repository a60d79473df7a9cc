"""The journal replays to the state it was written from; damage is noticed, a torn end forgiven."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detector.errors import OutputError
from detector.records import Books, Position
from detector.write.journal import (
    Part,
    StoredFile,
    header_line,
    input_line,
    part_line,
    read_journal,
    reopened_line,
)
from tests.write.made import made_settings


def made_part(number: int, part: int) -> Part:
    return Part(
        number,
        part,
        Position(part * 10 + 10, 3, part + 1),
        Books(1, 0, 1, 0),
        7,
        (StoredFile(f"documents/part-{number:05d}-{part:04d}.parquet", 1, "ab"),),
    )


LINES = [
    header_line(made_settings()),
    part_line(made_part(0, 0)),
    part_line(made_part(1, 0)),
    part_line(made_part(0, 1)),
    input_line(0, "gone"),
    reopened_line(0, 1),
    part_line(made_part(0, 1)),
    input_line(0, None),
]


def written(path: Path, data: bytes) -> Path:
    file = path / "journal.jsonl"
    file.write_bytes(data)
    return file


def test_a_journal_replays_to_the_state_it_tells_of(tmp_path: Path) -> None:
    run = read_journal(written(tmp_path, b"".join(LINES)))
    assert run.settings == made_settings()
    assert run.inputs[0].parts == [made_part(0, 0), made_part(0, 1)]
    assert (run.inputs[0].finished, run.inputs[0].error) == (True, None)
    assert run.inputs[1].parts == [made_part(1, 0)]
    assert not run.inputs[1].finished
    assert run.inputs[0].position == Position(20, 3, 2)
    assert (run.inputs[0].books, run.inputs[0].lost) == (Books(2, 0, 2, 0), 14)
    assert run.last == made_part(0, 1)


def test_every_line_is_json_for_other_readers() -> None:
    values = [json.loads(line) for line in LINES]
    assert [value["kind"] for value in values[:2]] == ["run", "part"]


@pytest.mark.parametrize("lost", range(1, len(LINES[-1]) + 1))
def test_a_line_torn_anywhere_was_never_written(tmp_path: Path, lost: int) -> None:
    whole = b"".join(LINES)
    run = read_journal(written(tmp_path, whole[:-lost]))
    assert not run.inputs[0].finished
    assert run.size == len(whole) - len(LINES[-1])


def test_a_tail_of_zero_bytes_was_never_written(tmp_path: Path) -> None:
    run = read_journal(written(tmp_path, b"".join(LINES[:2]) + bytes(512)))
    assert len(run.inputs[0].parts) == 1


@pytest.mark.parametrize("line", range(len(LINES) - 2))
@pytest.mark.parametrize("where", [0, 12, 40, -2, -1])
def test_damage_before_the_end_stops_the_run(tmp_path: Path, line: int, where: int) -> None:
    lines = [bytearray(one) for one in LINES]
    lines[line][where] ^= 1
    with pytest.raises(OutputError, match="damaged"):
        read_journal(written(tmp_path, b"".join(lines)))


@pytest.mark.parametrize(
    "lines",
    [
        LINES[:1] + LINES[3:4],  # the second part without the first
        [*LINES[:2], LINES[1]],  # a part twice
        [*LINES[:1], part_line(made_part(7, 0))],  # an input that does not exist
        [*LINES[:1], reopened_line(0, 0)],  # taken up again though it never failed
        LINES[1:],  # no settings
        [b""],
    ],
)
def test_lines_that_make_no_sense_together_stop_the_run(tmp_path: Path, lines: list[bytes]) -> None:
    with pytest.raises(OutputError, match=r"line \d+ is damaged"):
        read_journal(written(tmp_path, b"".join(lines)))
