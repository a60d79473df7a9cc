"""The policy file: what is written is read, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.errors import ModelError
from detector.label import PolicyFile, encode_policy_file, read_calibration, read_policy_file
from detector.label.policy_file import check_model
from tests.label.made import stored, stored_band

POLICY = PolicyFile(
    "ab" * 32,
    "resiliparse",
    0.02,
    read_calibration(stored(stored_band([float(n) for n in range(500)]))),
    ({"language": "en", "texts": 500},),
)
DATA = encode_policy_file(POLICY)


def written(folder: Path, data: bytes) -> Path:
    path = folder / "mine.policy"
    path.write_bytes(data)
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    read = read_policy_file(written(tmp_path, DATA))
    assert read == POLICY
    assert len(read.digest) == 64
    assert encode_policy_file(read) == DATA


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(DATA) - 2), st.integers(0, 255))
def test_a_changed_byte_is_an_error_or_changes_nothing(
    tmp_path: Path, place: int, byte: int
) -> None:
    """White space between the members is the one thing that may differ."""
    path = written(tmp_path, DATA[:place] + bytes([byte]) + DATA[place + 1 :])
    try:
        read = read_policy_file(path)
    except ModelError:
        return
    assert read == POLICY


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(DATA) - 2))
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, length: int) -> None:
    with pytest.raises(ModelError, match=r"mine\.policy"):
        read_policy_file(written(tmp_path, DATA[:length]))


def changed(**members: Any) -> bytes:
    return json.dumps({**json.loads(DATA), **members}).encode()


def signed(**content: Any) -> bytes:
    """A file with another content and the digest that belongs to it."""
    from detector.label.policy_file import _digest

    whole = {**json.loads(DATA)["content"], **content}
    return changed(content=whole, digest=_digest(whole))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[]", "not a policy file"),
        (b"\x80\x04K\x01.", "not a policy file"),
        (b"[" * 100_000, "not a policy file"),
        (changed(kind="something"), "'something' of format '1'"),
        (changed(format=2), "format '2'"),
        (changed(digest="0" * 64), "it was changed"),
        (changed(content=None), "it was changed"),
        (signed(fpr=1.5), "makes no sense"),
        (signed(fpr="x"), "makes no sense"),
        (signed(calibration={}), "make the model again"),
        (DATA.replace(b'"slope":1.0', b'"slope":NaN'), "not a policy file"),
    ],
)
def test_other_files_are_refused_with_what_was_found(
    tmp_path: Path, data: bytes, said: str
) -> None:
    with pytest.raises(ModelError) as caught:
        read_policy_file(written(tmp_path, data))
    assert said in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.policy"):
        read_policy_file(tmp_path / "none.policy")


def test_a_policy_belongs_to_one_model() -> None:
    check_model(POLICY, {"test.v1": "ab" * 32, "other.v1": "cd" * 32}, "mine.policy")
    for digests in ({"test.v1": "cd" * 32}, {"other.v1": "ab" * 32}, {}):
        with pytest.raises(ModelError, match="calibrate again"):
            check_model(POLICY, digests, "mine.policy")
