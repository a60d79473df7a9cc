"""The tables' schemas are a promise, and equal rows give equal bytes."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from detector.write import PartRows, frames
from tests.write.made import FILES, made_rows

FINDING = (
    "Struct({'code': String, 'place': String, 'start': Int64, 'end': Int64, 'excerpt': String})"
)
MATCH = (
    "Struct({'index': String, 'kind': String, 'id': String, 'similarity': Float32,"
    " 'coverage': Float32, 'start': Int64, 'end': Int64, 'date': Date})"
)
# A change here is a change of the format: it needs a new format number and a line in
# docs/formats.md.
GOLDEN = {
    "documents": [
        ("file", "String"),
        ("offset", "Int64"),
        ("length", "Int64"),
        ("inner", "Int64"),
        ("ordinal", "Int64"),
        ("record_type", "String"),
        ("record_id", "String"),
        ("url", "String"),
        ("host", "String"),
        ("domain", "String"),
        ("captured", "Datetime(time_unit='us', time_zone='UTC')"),
        ("payload_digest", "String"),
        ("media_type", "String"),
        ("status", "Int16"),
        ("charset", "String"),
        ("truncated", "Boolean"),
        ("title", "String"),
        ("language", "String"),
        ("language_confidence", "Float32"),
        ("words", "Int32"),
        ("chars", "Int32"),
        ("fingerprint", "String"),
        ("score", "Float32"),
        ("probability", "Float32"),
        ("p_value", "Float32"),
        ("scores", "List(Struct({'detector': String, 'value': Float32}))"),
        ("label", "String"),
        ("reasons", "List(String)"),
        ("findings", f"List({FINDING})"),
        ("policy", "String"),
        ("ai_fraction", "Float32"),
        (
            "spans",
            "List(Struct({'start': Int64, 'end': Int64, 'score': Float32, 'p_value': Float32}))",
        ),
        ("matches", f"List({MATCH})"),
        ("text", "String"),
    ],
    "signatures": [
        ("file", "String"),
        ("offset", "Int64"),
        ("inner", "Int64"),
        ("ordinal", "Int64"),
        ("scheme", "String"),
        ("signature", "Binary"),
    ],
    "unlabelled": [
        ("kind", "String"),
        ("code", "String"),
        ("message", "String"),
        ("file", "String"),
        ("offset", "Int64"),
        ("length", "Int64"),
        ("inner", "Int64"),
        ("ordinal", "Int64"),
        ("lost", "Int64"),
        ("record_type", "String"),
        ("url", "String"),
    ],
}
ROWS = made_rows(FILES[0], 0, 30, with_text=True)


def schema_of(data: bytes) -> list[tuple[str, str]]:
    return [(name, str(dtype)) for name, dtype in pl.read_parquet(data).schema.items()]


@pytest.mark.parametrize("rows", [ROWS, PartRows()], ids=["rows", "no rows"])
def test_the_schemas_of_the_written_tables_are_the_promised_ones(rows: PartRows) -> None:
    parts = frames.part_bytes(rows, with_text=True)
    assert {table: schema_of(data) for table, data in parts.items()} == GOLDEN


def test_without_text_the_documents_table_has_the_same_columns_but_that_one() -> None:
    rows = made_rows(FILES[0], 0, 30)
    data = frames.part_bytes(rows, with_text=False)["documents"]
    assert schema_of(data) == GOLDEN["documents"][:-1]


def test_values_come_back_as_they_went_in() -> None:
    parts = frames.part_bytes(ROWS, with_text=True)
    documents = pl.read_parquet(parts["documents"])
    assert len(documents) == len(ROWS.documents)
    row = documents.row(0, named=True)
    assert str(row["captured"]) == "2024-01-02 03:04:05.000678+00:00"
    assert row["scores"][0] == {"detector": "hashed_ngram.v2", "value": 1.5}
    assert row["scores"][1]["value"] != row["scores"][1]["value"]  # NaN: it abstained
    assert row["reasons"] == ["classifier", "artefact.oaicite"]
    assert row["findings"][0]["excerpt"] == "Some"
    assert row["ai_fraction"] == 0.75
    assert row["spans"] == [{"start": 0, "end": 3, "score": 1.5, "p_value": 0.0078125}]
    assert row["matches"] == [
        {
            "index": "old",
            "kind": "pre-llm",
            "id": "x.warc@0+9",
            "similarity": None,
            "coverage": 0.75,
            "start": 0,
            "end": 4,
            "date": date(2019, 5, 6),
        }
    ]
    signatures = pl.read_parquet(parts["signatures"])
    assert signatures["signature"].to_list() == [row[-1] for row in ROWS.signatures]
    unlabelled = pl.read_parquet(parts["unlabelled"])
    assert list(unlabelled.iter_rows()) == list(ROWS.unlabelled)


def test_lists_stay_with_their_rows_when_some_are_empty() -> None:
    schema = {
        "names": pl.List(pl.String),
        "pairs": pl.List(pl.Struct({"a": pl.Int64, "b": pl.String})),
    }
    rows = [((), ((1, "x"), (2, None))), (("n", "m"), ()), ((), ()), (("o",), ((3, "z"),))]
    table = frames.frame(rows, schema)
    assert table["names"].to_list() == [[], ["n", "m"], [], ["o"]]
    pairs = [[(item["a"], item["b"]) for item in row] for row in table["pairs"].to_list()]
    assert pairs == [[(1, "x"), (2, None)], [], [], [(3, "z")]]


def test_lists_that_are_all_empty_keep_their_type() -> None:
    schema = {"pairs": pl.List(frames.FINDING), "names": pl.List(pl.String)}
    table = frames.frame([((), ()), ((), ())], schema)
    assert dict(table.schema) == schema
    assert table["pairs"].to_list() == [[], []]


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        frames.frame([("a", 1)], {"name": pl.String()})


def test_signatures_read_into_numpy_as_they_were_made() -> None:
    """The way of docs/formats.md."""
    data = frames.part_bytes(ROWS, with_text=True)["signatures"]
    column = pl.read_parquet(data, columns=["signature"])["signature"]
    values = column.bin.reinterpret(dtype=pl.Array(pl.UInt32, 128), endianness="little").to_numpy()
    assert values.shape == (len(ROWS.signatures), 128)
    assert values.astype("<u4").tobytes() == b"".join(row[-1] for row in ROWS.signatures)


@pytest.mark.parametrize("threads", ["1", "4"])
def test_equal_rows_give_equal_bytes_in_any_process_with_any_number_of_threads(
    threads: str,
) -> None:
    program = "import hashlib; from tests.write.test_frames import digest; print(digest(), end='')"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "POLARS_MAX_THREADS": threads, "PYTHONPATH": str(root)},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == digest()


def digest() -> str:
    """Of the tables of a part with several row groups' worth of rows."""
    rows = made_rows(FILES[0], 0, 3000)
    many = PartRows(rows.documents * 20, rows.signatures, rows.unlabelled * 20)
    parts = frames.part_bytes(many, with_text=False)
    assert pl.read_parquet_metadata(io.BytesIO(parts["documents"])) is not None
    return hashlib.sha256(b"".join(parts.values())).hexdigest()
