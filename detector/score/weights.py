"""The model file: arrays with a header and a digest, and nothing that could run.

Layout (format 1), specified in docs/model-format.md:

    detector-model 1 SHA256\\n      the digest of every byte after this line, 64 hex digits
    {...}\\n                        the header, JSON on one line, keys sorted
    bytes                          the arrays, little-endian, C order, each at its offset
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError

FORMAT: Final = 1
LARGEST_FILE: Final = 64 << 20  # bytes; the shipped models are far smaller
_MAGIC: Final = b"detector-model "
_DTYPES: Final = frozenset({"<i2", "<u4", "<f4", "<f8", "|u1", "|i1"})
_ALIGNMENT: Final = 64


@dataclass(frozen=True, slots=True)
class Model:
    """What a model file holds.

    name: the detector's versioned name. scheme: how text becomes features, for the detector to
    check. calibration: as `detector.label.calibration.read_calibration` reads it. provenance: what
    it was made from. arrays: read-only. digest: SHA-256 of the file's content, 64 hex digits.
    """

    name: str
    scheme: Mapping[str, Any]
    calibration: Mapping[str, Any]
    provenance: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    digest: str = field(default="")


def encode_model(model: Model) -> bytes:
    """Give the bytes of a model's file; equal models give equal bytes."""
    payload = bytearray()
    table = []
    for name in sorted(model.arrays):
        array = np.ascontiguousarray(model.arrays[name])
        array = array.astype(array.dtype.newbyteorder("<"))
        payload += b"\0" * (-len(payload) % _ALIGNMENT)
        entry = {
            "name": name,
            "dtype": array.dtype.str,
            "shape": list(array.shape),
            "offset": len(payload),
        }
        table.append(entry)
        payload += array.tobytes()
    header = {
        "name": model.name,
        "scheme": dict(model.scheme),
        "calibration": dict(model.calibration),
        "provenance": dict(model.provenance),
        "arrays": table,
    }
    line = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    content = line.encode("ascii") + b"\n" + bytes(payload)
    digest = hashlib.sha256(content).hexdigest()
    return _MAGIC + f"{FORMAT} {digest}\n".encode("ascii") + content


def load_model(path: Path) -> Model:
    """Read a model file and check it against its own digest.

    Raises ModelError when the file is missing, of another format, cut off or changed.
    """
    data = _read(path)
    first, _, content = data.partition(b"\n")
    digest = _check_first_line(first, path)
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ModelError(
            f"model file {str(path)!r} has the digest {found[:16]}..., its first line says"
            f" {digest[:16]}...: it was cut off or changed ({len(data)} bytes); fetch or install"
            " it again"
        )
    line, _, payload = content.partition(b"\n")
    try:
        header = json.loads(line)
        arrays = {entry["name"]: _array(entry, payload) for entry in header["arrays"]}
        return Model(
            str(header["name"]),
            header["scheme"],
            header["calibration"],
            header["provenance"],
            arrays,
            digest,
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(
            f"model file {str(path)!r} has a header that makes no sense"
            f" ({type(error).__name__}: {str(error)[:60]}): make it again with `detector fit`"
        ) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ModelError(
            f"model file {str(path)!r} cannot be read ({error.strerror}): name an existing model"
            " file, or install the package again if it is the shipped one"
        ) from error
    if len(data) > LARGEST_FILE:
        raise ModelError(
            f"model file {str(path)!r} is larger than {LARGEST_FILE >> 20} MiB: it is not one of"
            " ours; name a file made by `detector fit`"
        )
    return data


def _check_first_line(line: bytes, path: Path) -> str:
    """Give the digest that the first line states."""
    parts = line[:200].split(b" ")
    if len(parts) != 3 or parts[0] + b" " != _MAGIC:
        raise ModelError(
            f"{str(path)!r} begins with {line[:60]!r}, not with {_MAGIC.decode()!r}: it is not a"
            " model file; name a file made by `detector fit`"
        )
    if parts[1] != b"%d" % FORMAT:
        raise ModelError(
            f"model file {str(path)!r} has format {parts[1][:20]!r}, this version reads format"
            f" {FORMAT}: use the version that made it, or make it again with `detector fit`"
        )
    return parts[2].decode("ascii", "replace")


def _array(entry: Mapping[str, Any], payload: bytes) -> NDArray[Any]:
    if entry["dtype"] not in _DTYPES:
        raise ValueError(f"array of type {entry['dtype']!r}")
    shape = tuple(int(n) for n in entry["shape"])
    offset = int(entry["offset"])
    count = int(np.prod(shape, dtype=np.int64))
    if offset < 0 or min(shape, default=0) < 0:
        raise ValueError("an array outside the file")
    flat = np.frombuffer(payload, dtype=np.dtype(entry["dtype"]), count=count, offset=offset)
    array = flat.astype(flat.dtype.newbyteorder("="), copy=True).reshape(shape)
    array.flags.writeable = False
    return array
