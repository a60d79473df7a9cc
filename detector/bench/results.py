"""The folder of results: what is where, and what the tables in it hold.

    manifest.json                how the run was made, its sets, what overlaps
    sets/SET.parquet             one row a text, never the text
    scores/SET/DETECTOR.parquet  its score, in the same order; null where the detector abstained
    runs/SET/DETECTOR.json       how that went, and what it took
    overlaps.parquet             near-duplicates between sets
    partial/                     what a run needs that is under way, and nobody else

docs/bench.md specifies the columns and keys.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

import polars as pl

from detector.errors import InputError

KIND: Final = "detector bench"
FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
OVERLAPS: Final = "overlaps.parquet"
LONGEST_NAME: Final = 200  # bytes of a name as it stands in a file's, which may have 255
_USER: Final = re.compile(r"(https?://)[^/@\s'\"]*@", re.IGNORECASE)  # and password

SET_SCHEMA: Final = MappingProxyType(
    {
        "doc_id": pl.String, "label": pl.String, "generator": pl.String, "domain": pl.String,
        "language": pl.String, "attack": pl.String, "pair_id": pl.String, "source": pl.String,
        "year": pl.Int32, "native": pl.Boolean, "words": pl.Int32,
    }
)  # fmt: skip
SCORES_SCHEMA: Final = MappingProxyType({"doc_id": pl.String, "score": pl.Float32})
OVERLAPS_SCHEMA: Final = MappingProxyType(
    {
        "set_a": pl.String, "doc_a": pl.String, "set_b": pl.String, "doc_b": pl.String,
        "similarity": pl.Float32, "exact": pl.Boolean,
    }
)  # fmt: skip


def quoted(name: str) -> str:
    """A name as it stands in a file's name: all but [A-Za-z0-9._-] percent-encoded.

    >>> quoted("likelihood.v1:smollm2")
    'likelihood.v1%3Asmollm2'
    """
    encoded = quote(name, safe="", errors="surrogatepass").replace("~", "%7E")
    return encoded.replace(".", "%2E") if set(encoded) <= {"."} else encoded


def without_password(text: str) -> str:
    """A text whose addresses have lost the user and password before the host.

    >>> without_password("bench run --detector https://me:secret@host/score")
    'bench run --detector https://host/score'
    """
    return _USER.sub(r"\1", text)


def fitting(name: str) -> str:
    """A name that can stand in a file's name: itself, or its beginning and a hash if it is long.

    >>> fitting("likelihood.v1"), fitting("x" * 300)[150:]
    ('likelihood.v1', 'xxxxxxxxxx-0d4e2ca9e9cb')
    """
    if len(quoted(name)) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    kept = name
    while len(quoted(kept)) > LONGEST_NAME - 40:
        kept = kept[: min(len(kept) - 1, LONGEST_NAME - 40)]
    return f"{kept}-{digest}"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the files of a folder of results are."""

    root: Path

    @property
    def manifest(self) -> Path:
        return self.root / MANIFEST

    @property
    def overlaps(self) -> Path:
        return self.root / OVERLAPS

    @property
    def partial(self) -> Path:
        return self.root / "partial"

    def table(self, name: str) -> Path:
        """The rows of a set."""
        return self.root / "sets" / f"{quoted(name)}.parquet"

    def scores(self, name: str, detector: str) -> Path:
        """The scores that a detector gave to a set."""
        return self.root / "scores" / quoted(name) / f"{quoted(detector)}.parquet"

    def run(self, name: str, detector: str) -> Path:
        """How that went."""
        return self.root / "runs" / quoted(name) / f"{quoted(detector)}.json"

    def journal(self, name: str, key: str) -> Path:
        """The batches so far of a pass over a set that is under way."""
        return self.partial / f"{quoted(name)}-{key}.jsonl"


def read_json(path: Path) -> dict[str, Any] | None:
    """Read a JSON object, None where there is no file; InputError for anything else."""
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {str(error)[:100]}: remove it") from error
    if not isinstance(value, dict):
        raise InputError(f"{path}: holds no JSON object: remove it")
    return value


def as_json(value: Mapping[str, Any]) -> bytes:
    """JSON as it stands in the folder."""
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def as_parquet(frame: pl.DataFrame) -> bytes:
    """Parquet as it stands in the folder."""
    data = io.BytesIO()
    frame.write_parquet(data, compression="zstd", statistics=False)
    return data.getvalue()
