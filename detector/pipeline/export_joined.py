"""Attributes for Dolma documents that exist already: looked up by id, line for line."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, cast

import numpy as np
import numpy.typing as npt
import polars as pl
import xxhash

from detector.errors import InputError, UsageError
from detector.extract import normal_form
from detector.fingerprint import exact_hash
from detector.pipeline.export_dolma import SAID, Attributes, identity, json_lines, said, tree_of
from detector.pipeline.export_settings import NAME, Exported, ExportSettings
from detector.pipeline.export_tables import manifest, selected
from detector.pipeline.gather import read_columns
from detector.pipeline.progress import counted
from detector.write import disk
from detector.write.exports import ExportFolder
from detector.write.labels import Labels

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_BATCH: Final = 5_000
_PARTS_HELD: Final = 8
_ENDINGS: Final = (".jsonl", ".json", ".jsonl.gz", ".json.gz", ".jsonl.zst", ".json.zst")
_COLUMNS: Final = {
    "locator": ("file", "offset", "length", "inner"),
    "record-id": ("record_id",),
    "url": ("url",),
    "payload-digest": ("payload_digest",),
    "fingerprint": ("fingerprint",),
}


@dataclass(frozen=True, slots=True)
class _Line:
    """One Dolma document: its line in the attributes needs these."""

    id: Any
    source: Any
    text: str


def export_joined(labels: Labels, out: Path, settings: ExportSettings, shown: bool) -> Exported:
    """Write attributes for the Dolma documents below a folder, each file under its own name.

    UsageError when there are none, when one cannot be read as such, or when the scan knows none of
    them.
    """
    base = Path(str(settings.documents))
    files = _documents_below(base)
    name, kind = settings.name or NAME, settings.id or "record-id"
    root, home, trees = tree_of(out, name, write_documents=False)
    read = dict.fromkeys((*(c for c in SAID if c != "kept"), "fingerprint", *_COLUMNS[kind]))
    frames = selected(labels, settings, tuple(read))
    folder = ExportFolder(root, manifest("dolma", labels, settings), home=home, trees=trees)
    attributes, counts = Attributes(name), Counter[str]()
    try:
        known = _Known(folder.work, counted(frames, "parts", shown), kind)
        _check_known(known, base, files, kind)
        names = [f"{home}/{file.relative_to(base).as_posix()}" for file in files]
        folder.begin(names)
        for file, target in zip(files, names, strict=True):
            lines = _attributes(_lines(file), known, attributes, counts)
            folder.write({target: _packed(json_lines(lines), target)})
        found = Exported(
            out,
            "dolma",
            known.count,
            counts["rows"],
            len(files),
            unmatched=counts["unmatched"],
            other_text=counts["other_text"],
        )
        folder.finish(found.counts())
    finally:
        folder.close()
    return found


class _Known:
    """What the scan says of documents, by their id: hashes in memory, the rest on disk.

    Where several documents of the scan have one id, the first speaks for all.
    """

    def __init__(self, folder: Path, frames: Iterable[pl.DataFrame], kind: str) -> None:
        self.count = 0
        self._plain = _PLAIN.get(kind, str)
        self._folder = folder
        hashes: list[npt.NDArray[np.uint64]] = []
        places: list[npt.NDArray[np.uint64]] = []
        for number, frame in enumerate(frames):
            ids = frame.select(identity(kind)).to_series()
            keys = [None if one is None else self._plain(one) for one in ids]
            path = self._path(number)
            with disk.explained(path):
                frame.select(*SAID, "fingerprint").with_columns(
                    pl.Series("key", keys, dtype=pl.String)
                ).write_parquet(path, compression="zstd", compression_level=1)
            rows = [row for row, key in enumerate(keys) if key is not None]
            hashes.append(np.array([_hash(str(keys[row])) for row in rows], np.uint64))
            places.append(np.array(rows, np.uint64) | np.uint64(number << 32))
            self.count += len(frame)
        every = np.concatenate([np.empty(0, np.uint64), *hashes])
        order = np.argsort(every, kind="stable")
        self._hashes = every[order]
        self._places = np.concatenate([np.empty(0, np.uint64), *places])[order]
        self._part = lru_cache(_PARTS_HELD)(self._read)

    def find(self, ids: Iterable[Any]) -> list[dict[str, Any] | None]:
        """What the scan says of each of some documents, None of one that it does not know."""
        keys = [self._plain(str(one)) for one in ids]
        wanted = np.array([_hash(key) for key in keys], np.uint64)
        at = np.searchsorted(self._hashes, wanted)
        found: list[dict[str, Any] | None] = [None] * len(keys)
        for n, place in enumerate(at.tolist()):
            if place < len(self._hashes) and self._hashes[place] == wanted[n]:
                where = int(self._places[place])
                row = self._part(where >> 32)[where & 0xFFFFFFFF]
                found[n] = row if row["key"] == keys[n] else None
        return found

    def _path(self, number: int) -> Path:
        return self._folder / f"part-{number}.parquet"

    def _read(self, number: int) -> list[dict[str, Any]]:
        path = self._path(number)
        table = read_columns(path, (*SAID, "fingerprint", "key"))
        rows = zip(said(table), table["fingerprint"], table["key"], strict=True)
        return [{**row, "fingerprint": exact, "key": key} for row, exact, key in rows]


def _attributes(
    lines: Iterator[_Line], known: _Known, attributes: Attributes, counts: Counter[str]
) -> Iterator[dict[str, Any]]:
    """The attributes of each line, in order."""
    while batch := list(islice(lines, _BATCH)):
        rows = known.find(line.id for line in batch)
        for line, row in zip(batch, rows, strict=True):
            same = row is not None and _is_text_of(row, line.text)
            counts["rows"] += 1
            counts["unmatched"] += row is None
            counts["other_text"] += row is not None and not same
            made = attributes.of(row, len(line.text), spans=same)
            yield {"id": line.id, "source": line.source, "attributes": made}


def _is_text_of(row: dict[str, Any], text: str) -> bool:
    """Whether places in the judged text are places in this one."""
    return bool(row["chars"] == len(text)) and exact_hash(normal_form(text)) == row["fingerprint"]


def _check_known(known: _Known, base: Path, files: list[Path], kind: str) -> None:
    first = [line.id for line in islice(_lines(files[0]), _BATCH)]
    if first and not any(known.find(first)):
        raise UsageError(
            f"{base}: none of the first {len(first):,} documents is one of the scan by its {kind}"
            f" (the first id is {first[0]!r:.60}): choose another --id, or the scan of these"
            " documents"
        )


def _documents_below(base: Path) -> list[Path]:
    with disk.explained(base, "read"):
        found = sorted(
            path for path in base.rglob("*") if path.name.endswith(_ENDINGS) and path.is_file()
        )
    if not found:
        raise UsageError(f"{base}: no Dolma documents there: a folder with .jsonl.gz files in it")
    return found


def _lines(file: Path) -> Iterator[_Line]:
    """The documents of one file; UsageError where a line is none."""
    try:
        with _opened(file) as stream:
            for number, data in enumerate(stream, 1):
                yield _line(file, number, data)
    except (OSError, EOFError, zstd.ZstdError, zlib.error) as error:
        raise InputError(f"{file}: cannot be read ({str(error)[:100]}): restore it") from error


def _line(file: Path, number: int, data: bytes) -> _Line:
    try:
        value = json.loads(data)
        return _Line(value["id"], value.get("source"), str(value["text"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{file}: line {number:,} is no Dolma document ({error!r:.60}): it needs id and text"
        ) from error


def _opened(file: Path) -> IO[bytes]:
    if file.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(file, "rb"))
    if file.suffix == ".zst":
        return cast("IO[bytes]", zstd.open(file, "rb"))
    return file.open("rb")


def _packed(lines: Iterable[bytes], name: str) -> bytes:
    """The lines as a file of this name has them, without a time in its head."""
    packed = io.BytesIO()
    if name.endswith(".gz"):
        with gzip.GzipFile("", "wb", 6, packed, mtime=0) as stream:
            stream.writelines(lines)
    elif name.endswith(".zst"):
        with zstd.open(packed, "wb") as stream:
            stream.writelines(lines)
    else:
        packed.writelines(lines)
    return packed.getvalue()


def _hash(key: str) -> int:
    return xxhash.xxh3_64_intdigest(key.encode("utf-8", "surrogatepass"))


def _plain_record_id(text: str) -> str:
    """A record id without what only some tools write around it."""
    return text.strip("<> ").lower().removeprefix("urn:uuid:")


def _plain_digest(text: str) -> str:
    """A digest without its algorithm, in lower case: the id of `dolma warc`."""
    return text.rpartition(":")[2].lower()


_PLAIN: Final = {"record-id": _plain_record_id, "payload-digest": _plain_digest}
