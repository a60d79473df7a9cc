"""A model file is read as it was written, and any damage is refused with one clear message."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.errors import ModelError
from detector.score import weights
from detector.score.weights import Model, encode_model, load_model

MODEL = Model(
    name="x.v1",
    scheme={"kind": "x"},
    calibration={"bands": []},
    provenance={"languages": ["en"]},
    arrays={
        "a": np.array([[1, -2], [3, 4]], np.int16),
        "b": np.array([0.5, -1e300]),
        "c": np.array([1, 2, 3], np.uint8),
        "d": np.zeros(0, np.uint32),
    },
)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def resealed(content: bytes, version: int = 1) -> bytes:
    """A file whose digest is right, whatever its content."""
    digest = hashlib.sha256(content).hexdigest()
    return f"detector-model {version} {digest}\n".encode() + content


def with_header(**changes: Any) -> bytes:
    content = encode_model(MODEL).split(b"\n", 1)[1]
    line, payload = content.split(b"\n", 1)
    return resealed(json.dumps({**json.loads(line), **changes}).encode() + b"\n" + payload)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    model = load_model(write(tmp_path / "m", encode_model(MODEL)))
    assert (model.name, model.scheme, model.provenance) == ("x.v1", {"kind": "x"}, MODEL.provenance)
    for name, array in MODEL.arrays.items():
        assert model.arrays[name].dtype == array.dtype
        assert np.array_equal(model.arrays[name], array)
        assert not model.arrays[name].flags.writeable


def test_equal_models_give_equal_bytes_and_the_digest_covers_them() -> None:
    data = encode_model(MODEL)
    assert data == encode_model(MODEL)
    assert data.split()[2].decode() == hashlib.sha256(data.split(b"\n", 1)[1]).hexdigest()


def test_every_changed_byte_is_noticed(tmp_path: Path) -> None:
    data = encode_model(MODEL)
    for at in range(0, len(data), 7):
        changed = bytearray(data)
        changed[at] ^= 1
        with pytest.raises(ModelError):
            load_model(write(tmp_path / "m", bytes(changed)))


@pytest.mark.parametrize("kept", [0, 5, 20, 100, 400, -1])
def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, kept: int) -> None:
    with pytest.raises(ModelError, match=r"(?s)m'.*(name a file|again)"):
        load_model(write(tmp_path / "m", encode_model(MODEL)[:kept]))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x80\x04\x95pickle", "it is not a model file"),
        (resealed(b"{}\n", version=2), "has format b'2', this version reads format 1"),
        (resealed(b"{\n"), "header that makes no sense"),
        (resealed(b"[" * 100_000 + b"\n"), "header that makes no sense"),
        (resealed(b"\xff\xfe\n"), "header that makes no sense"),
        (with_header(arrays=[{"name": "a", "dtype": "|O", "shape": [1], "offset": 0}]), "'|O'"),
        (
            with_header(arrays=[{"name": "a", "dtype": "<i2", "shape": [9**9], "offset": 0}]),
            "sense",
        ),
        (
            with_header(arrays=[{"name": "a", "dtype": "<i2", "shape": [-1], "offset": 0}]),
            "outside",
        ),
        (
            with_header(arrays=[{"name": "a", "dtype": "<i2", "shape": [2], "offset": -4}]),
            "outside",
        ),
        (with_header(arrays=7), "sense"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(write(tmp_path / "m", data))
    assert message in str(caught.value)
    assert caught.value.exit_code == 5


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.model.*No such file.*name an existing model"):
        load_model(tmp_path / "none.model")


def test_a_file_too_large_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "LARGEST_FILE", 1 << 20)
    with pytest.raises(ModelError, match="larger than 1 MiB"):
        load_model(write(tmp_path / "m", bytes(1 << 21)))
