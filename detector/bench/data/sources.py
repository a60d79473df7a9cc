"""From what a caller names, `FORMAT:PATH?options` or just a path, to sets that can be read."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl

from detector.bench.data import (
    detectrl,
    fast_detectgpt,
    ghostbuster,
    hc3,
    m4,
    mage,
    mgtbench,
    parquet,
    raid,
    tables,
)
from detector.bench.data.base import Bad, Format, Row, csv_rows, json_lines, readable
from detector.bench.data.json_files import top
from detector.bench.records import BenchText
from detector.bench.results import fitting
from detector.errors import InputError, UsageError

FORMATS: Final = MappingProxyType(
    {
        format.name: format
        for format in (
            parquet.FORMAT, raid.FORMAT, hc3.FORMAT, m4.FORMAT, mage.FORMAT, ghostbuster.FORMAT,
            detectrl.FORMAT, fast_detectgpt.FORMAT, mgtbench.FORMAT,
            tables.JSONL, tables.CSV, tables.PARQUET,
        )
    }
)  # fmt: skip
SUFFIXES: Final = (".parquet", ".jsonl", ".ndjson", ".csv", ".json")
# Given to every format: the language of texts whose format does not say it.
LANGUAGE: Final = "lang"
_NAMED: Final = re.compile(r"([a-z][a-z0-9-]*):(.+)", re.DOTALL)


# What the columns of a file say of its format.
_LINES: Final = (
    ({"human_answers", "chatgpt_answers"}, hc3.FORMAT),
    ({"human_text", "machine_text"}, m4.FORMAT),
    ({"text", "label", "model", "source"}, m4.FORMAT),
)
_CSV: Final = (
    ({"id", "adv_source_id", "generation"}, raid.FORMAT),
    ({"id", "generation"}, raid.FORMAT),
    ({"text", "label", "src"}, mage.FORMAT),
    ({"Best Answer", "Question"}, mgtbench.FORMAT),
)
_JSON: Final = (
    ({"original", "sampled"}, fast_detectgpt.FORMAT),
    ({"train", "test"}, mgtbench.FORMAT),
)


@dataclass(frozen=True, slots=True)
class Source:
    """One set: its name, what the caller wrote, where it lies and how it is read.

    format: None where it has yet to be guessed, which reading does.
    """

    name: str
    spec: str
    path: Path
    format: Format | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    def settled(self) -> Source:
        """The source with its format, guessed where the caller named none."""
        if self.path.is_file():
            readable(self.path)
        return self if self.format else replace(self, format=guess(self.path))

    def read(self) -> Iterator[BenchText | Bad]:
        """Give the set's texts in order, and what is wrong with rows that hold none.

        InputError for a file that cannot be read, or lacks what its format needs.
        """
        format = self.settled().format or guess(self.path)
        unknown = self.options.keys() - format.options - {LANGUAGE}
        if unknown:
            known = ", ".join(sorted({*format.options, LANGUAGE}))
            raise InputError(f"{self.spec}: {min(unknown)!r} is none of its options: {known}")
        language = self.options.get(LANGUAGE)
        for text in format.read(self.path, self.options):
            if language is not None and isinstance(text, BenchText):
                yield replace(text, language=language)
            else:
                yield text


def find_sources(specs: Sequence[str]) -> list[Source]:
    """Find the sets behind what a caller names, each with a name of its own.

    A spec is a path, or FORMAT:PATH, with ?option=value&... behind it. The path may be a pattern,
    or a folder of files (of one set for `ghostbuster`). A set is named after its file, with its
    format before it unless that is our own or was guessed; sets of one name get numbers. UsageError
    for an unknown format, and for a path with nothing there.
    """
    sources: list[Source] = []
    taken: set[str] = set()
    for spec in specs:
        for source in _sources(spec):
            name, number = source.name, 2
            while name in taken:
                name, number = f"{source.name}-{number}", number + 1
            taken.add(name)
            sources.append(replace(source, name=name))
    if not sources:
        raise UsageError("no data: name files with --data, see `detector bench list`")
    return sources


def _sources(spec: str) -> Iterator[Source]:
    named = _NAMED.fullmatch(spec)
    format = None
    rest = spec
    if named and not _is_there(spec):
        format, rest = FORMATS.get(named[1]), named[2]
        if format is None:
            raise UsageError(
                f"{spec!r:.80}: no format {named[1]!r}; there are {', '.join(FORMATS)}"
            )
    place, _, query = (rest, "", "") if _is_there(rest) else rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    prefix = f"{format.name}-" if format and format is not parquet.FORMAT else ""
    for path in _paths(spec, place, format):
        stem = path.stem if path.is_file() else path.resolve().name
        yield Source(fitting(f"{prefix}{stem}"), spec, path, format, options)


def _paths(spec: str, place: str, format: Format | None) -> list[Path]:
    exists = _is_there(place)
    found = [Path(name) for name in ([place] if exists else sorted(glob.glob(place)))]  # noqa: PTH207 - absolute patterns too
    if not all(_is_there(str(path)) for path in found) or not found:
        raise UsageError(f"{spec!r:.80}: there is no file or folder {place!r:.80}")
    paths = []
    for path in found:
        if path.is_file() or (format and format.folder) or _is_ghostbuster(path):
            paths.append(path)
            continue
        if not path.is_dir():  # a pipe, say, as of <(zcat ...)
            raise UsageError(
                f"{str(path)!r:.80}: is neither a file nor a folder: it is read twice, so unpack or"
                " save it first"
            )
        files = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES)
        if not files:
            raise UsageError(f"{str(path)!r:.80}: has no {', '.join(SUFFIXES)} in it")
        paths += files
    return paths


def _is_there(place: str) -> bool:
    try:
        return Path(place).exists()
    except OSError:  # too long for a name
        return False


def _is_ghostbuster(path: Path) -> bool:
    return path.is_dir() and ((path / "human").is_dir() or any(path.glob("*/human")))


def guess(path: Path) -> Format:
    """Tell a set's format by its extension and by its columns; InputError when neither says it."""
    if path.is_dir():
        return ghostbuster.FORMAT
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        ours = {*parquet.NEEDED} <= {*parquet.columns_of(path)}
        return parquet.FORMAT if ours else tables.PARQUET
    if suffix in (".jsonl", ".ndjson"):
        return _by_keys(_first(json_lines(path)), _LINES, tables.JSONL)
    if suffix == ".csv":
        return _by_keys(_first(csv_rows(path)), _CSV, tables.CSV)
    if suffix == ".json":
        keys = top(path)
        if keys is None:
            return detectrl.FORMAT
        for wanted, format in _JSON:
            if wanted <= {*keys}:
                return format
    raise InputError(f"{path}: cannot tell its format: write FORMAT:{path}, see `bench list`")


def _first(rows: Iterator[tuple[str, Row | Bad]]) -> set[str]:
    """The columns of the first sound row."""
    return next(({*row} for _, row in rows if not isinstance(row, Bad)), set())


def _by_keys(keys: set[str], known: Sequence[tuple[set[str], Format]], other: Format) -> Format:
    return next((format for wanted, format in known if wanted <= keys), other)
