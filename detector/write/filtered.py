"""The output folder of a filtering: archives, a ledger of what went, and a manifest with books.

The layout is the promise of docs/filter.md. An archive appears when it is whole; a note beside its
ledger, written after both, commits it. The manifest is written first, with the settings, and last,
with the books, when the notes go.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from detector.errors import OutputError, UsageError
from detector.write.disk import TEMPORARY
from detector.write.frames import parquet_bytes
from detector.write.manifest import COMPLETE, LOCK, MANIFEST, PARTIAL, RUNNING, as_json
from detector.write.opening import sha256
from detector.write.places import Draft, OutputPlace

KIND: Final = "detector filtered"
FILTERED_FORMAT: Final = 1

LEDGER: Final[Mapping[str, pl.DataType]] = MappingProxyType(
    {
        "file": pl.String(),
        "offset": pl.Int64(),
        "length": pl.Int64(),
        "inner": pl.Int64(),
        "ordinal": pl.Int64(),
        "kind": pl.String(),
        "record_type": pl.String(),
        "record_id": pl.String(),
        "url": pl.String(),
        "label": pl.String(),
        "code": pl.String(),
        "why": pl.String(),
        "with_ordinal": pl.Int64(),
    }
)

_OWN: Final = frozenset({MANIFEST, MANIFEST + TEMPORARY, LOCK, "ledger"})
_LEDGER_PART: Final = re.compile(r"ledger/part-([0-9]{5,})-[0-9]{4,}\.parquet(?:\.tmp)?")


@dataclass(frozen=True, slots=True)
class FilteredInput:
    """What became of one archive.

    labels: digest of the labels that decided. records = kept + all of dropped, which counts by
    reason. rewritten: kept records whose member held others that went. bytes_in, bytes_out: of the
    archive and of what was made of it; sha256: of the latter. ledger: its files, each with its
    bytes and SHA-256.
    """

    labels: str
    records: int
    kept: int
    dropped: Mapping[str, int]
    rewritten: int
    bytes_in: int
    bytes_out: int
    sha256: str
    ledger: tuple[tuple[str, int, str], ...]


class FilterFolder:
    """One filtering's output, from its making until `close`.

    settings: what the output depends on. archives: the name of each input, and of the file that is
    made of it. UsageError when the place holds anything else than a filtering with these settings;
    OutputError when it cannot be written, or was damaged.
    """

    def __init__(
        self, place: OutputPlace, settings: Mapping[str, Any], archives: Sequence[tuple[str, str]]
    ) -> None:
        self._place = place
        self._settings = dict(settings)
        self._archives = tuple(archives)
        self.finished: dict[int, FilteredInput] = {}
        self.complete = False
        for name, made in archives:
            if made.split("/")[0] in _OWN:
                raise UsageError(f"{name}: an archive of this name cannot lie in {place.name}")
        _check_ours(place)
        place.lock()
        try:
            self._take_up()
        except BaseException:
            place.close()
            raise

    def archive(self, number: int) -> Draft:
        """Begin the file that is made of an input."""
        return self._place.draft(self._archives[number][1])

    def write_ledger(self, number: int, part: int, rows: pl.DataFrame) -> tuple[str, int, str]:
        """Write rows of exactly the schema `LEDGER`; gives the file's name, bytes and SHA-256."""
        if rows.schema != pl.Schema(LEDGER):
            raise TypeError(f"not the columns of a ledger: {rows.schema}")
        name = f"ledger/part-{number:05d}-{part:04d}.parquet"
        data = parquet_bytes(rows)
        self._place.write(name, data)
        return name, len(data), sha256(data)

    def forget(self, ledger: Sequence[tuple[str, int, str]]) -> None:
        """Take files of a ledger away again, as far as that can be done."""
        with contextlib.suppress(OutputError):
            self._place.remove([name for name, _, _ in ledger])

    def commit(self, number: int, found: FilteredInput) -> None:
        """Say that an input's archive and ledger are whole."""
        self._place.write(_note(number), as_json(_written(found)))
        self.finished[number] = found

    def finish(self, failures: Mapping[int, str], totals: Mapping[str, Any]) -> None:
        """Say what was found; and, when no input failed, that everything is there."""
        inputs = [
            {
                "name": name,
                "archive": made,
                "error": failures.get(number),
                **(_written(self.finished[number]) if number in self.finished else {}),
            }
            for number, (name, made) in enumerate(self._archives)
        ]
        state = PARTIAL if failures else COMPLETE
        self._write_manifest({"state": state, "totals": dict(totals), "inputs": inputs})
        if not failures:
            self._place.remove([_note(number) for number in self.finished])
            self.complete = True

    def close(self) -> None:
        """Let the next process in."""
        self._place.close()

    def _take_up(self) -> None:
        """Find what earlier runs finished, and take away what they began."""
        names = set(self._place.names())
        if MANIFEST in names:
            self._check_same(_loaded(self._place, MANIFEST))
        else:
            self._write_manifest({"state": RUNNING})
        for number in range(len(self._archives)):
            if not self.complete and _note(number) in names:
                self.finished[number] = _read(self._place, _loaded(self._place, _note(number)))
        for number, found in self.finished.items():
            self._check_there(self._archives[number][1], found)
        stale = [name for name in names if name.endswith(TEMPORARY)]
        stale += [
            name
            for name in names
            if (part := _LEDGER_PART.fullmatch(name)) and int(part[1]) not in self.finished
        ]
        self._place.remove(sorted({*stale}))

    def _check_same(self, manifest: dict[str, Any]) -> None:
        own = {**self._settings, "archives": [list(pair) for pair in self._archives]}
        was = manifest.get("settings", {})
        changed = sorted(name for name in {*own, *was} if own.get(name) != was.get(name))
        if changed:
            lines = "".join(
                f"\n  {name}: was {was.get(name)!r:.80}, now {own.get(name)!r:.80}"
                for name in changed
            )
            raise UsageError(
                f"{self._place.name}: holds a filtering with other settings:{lines}\n"
                "Use the same settings to go on with it, or another output folder"
            )
        if manifest.get("state") == COMPLETE:
            self.complete = True
            self.finished = {
                number: _read(self._place, value)
                for number, value in enumerate(manifest.get("inputs", []))
            }

    def _check_there(self, name: str, found: FilteredInput) -> None:
        for file, size in ((name, found.bytes_out), *((n, s) for n, s, _ in found.ledger)):
            there = self._place.size(file)
            if there != size:
                state = "is missing" if there is None else f"has {there:,} bytes"
                raise OutputError(
                    f"{self._place.name}/{file}: {state}, but was finished with {size:,}: put it"
                    " back, or filter into another folder"
                )

    def _write_manifest(self, more: Mapping[str, Any]) -> None:
        settings = {**self._settings, "archives": [list(pair) for pair in self._archives]}
        value = {"kind": KIND, "format": FILTERED_FORMAT, **more, "settings": settings}
        self._place.write(MANIFEST, as_json(value))


def _note(number: int) -> str:
    return f"ledger/input-{number:05d}.json"


def _written(found: FilteredInput) -> dict[str, Any]:
    return {**asdict(found), "dropped": dict(found.dropped)}


def _loaded(place: OutputPlace, name: str) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(place.read(name))
        if name == MANIFEST and (value["kind"], value["format"]) != (KIND, FILTERED_FORMAT):
            raise UsageError(
                f"{place.name}/{name}: not of a filtering in format {FILTERED_FORMAT}: choose an"
                " empty or a new folder"
            )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(place, name, error) from error
    return value


def _read(place: OutputPlace, value: Mapping[str, Any]) -> FilteredInput:
    try:
        fields = {name: value[name] for name in FilteredInput.__slots__}
        fields["ledger"] = tuple((str(n), int(s), str(d)) for n, s, d in value["ledger"])
        return FilteredInput(**fields)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(place, MANIFEST, error) from error


def _damaged(place: OutputPlace, name: str, error: Exception) -> OutputError:
    return OutputError(
        f"{place.name}/{name}: damaged ({error!r:.60}): it was changed by something else; filter"
        " into another folder"
    )


def _check_ours(place: OutputPlace) -> None:
    names = place.names()
    if MANIFEST in names:
        _loaded(place, MANIFEST)
        return
    foreign = [name for name in names if name not in (LOCK, MANIFEST + TEMPORARY)]
    if foreign:
        shown = ", ".join(repr(name[:60]) for name in foreign[:5])
        raise UsageError(
            f"{place.name}: holds files that no filtering wrote ({shown}): choose an empty or a new"
            " folder"
        )
