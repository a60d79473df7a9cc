"""From the name of a detector to the detector: ours, the bench's, an outside one."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.bench.outside.command import Command
from detector.bench.outside.http import Server
from detector.bench.outside.python_file import load as load_file
from detector.bench.peers import CLASSIFIER, ENTRIES, classifier
from detector.bench.records import Family
from detector.bench.registry import Entry, Judge, Options
from detector.bench.results import fitting
from detector.errors import UsageError
from detector.score.panel import ENTRY_POINTS, SHIPPED, outside_detector
from detector.score.weights import load_model

_FILE: Final = re.compile(r"(.+\.py):([A-Za-z_][A-Za-z0-9_.]*)", re.DOTALL)
_PACKAGE: Final = "contamination-detector"
Load = Callable[[Options], Any]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What answers for one or more detectors.

    names: those that were asked for. version: of the code that scores, None where nobody can tell.
    """

    family: Family
    names: tuple[str, ...]
    version: str | None

    def close(self) -> None:
        """End what runs for it."""
        with contextlib.suppress(Exception):  # its scores are there already
            close = getattr(self.family, "close", None)
            if callable(close):
                close()


@dataclass(frozen=True, slots=True)
class Group:
    """Detectors that are loaded together: what the caller wrote, and how to load it."""

    load: Load
    specs: list[str] = field(default_factory=list)
    version: str | None = None

    def ready(self, options: Options) -> Loaded:
        """Load the group; whatever loading raises is raised."""
        made = self.load(options)
        version = self.version
        if isinstance(made, tuple):  # a file also says which bytes it had
            made, version = made
        family = as_family(made, self.specs[0])
        wanted = [n for n in family.names if n.partition(":")[0] in self.specs] or family.names
        own = getattr(made, "version", None)
        return Loaded(family, tuple(wanted), version if own is None else str(own))


class Single:
    """One detector in the shape of a family."""

    def __init__(self, detector: Judge) -> None:
        self.detector = detector
        self.names = (detector.name,)
        self.languages = detector.languages
        self.min_words = detector.min_words

    def __getattr__(self, name: str) -> Any:
        return getattr(self.detector, name)

    def columns(self, texts: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """Give the detector's scores under its name."""
        return {self.names[0]: self.detector.score(texts)}


def as_family(made: object, spec: str) -> Family:
    """Take a detector or a family for a family; UsageError for anything else."""
    whole = all(hasattr(made, name) for name in ("names", "languages", "min_words", "columns"))
    if not whole and not isinstance(made, Judge):
        raise UsageError(
            f"{spec!r:.80} gives a {type(made).__name__}, not a detector: it needs name, languages,"
            " min_words and score(texts)"
        )
    family: Family = made if whole else Single(made)  # type: ignore[assignment, arg-type]
    names, languages = family.names, family.languages
    odd = [name for name in names if not name or not isinstance(name, str)] or len({*names}) != len(
        names
    )
    if odd or not names:
        raise UsageError(
            f"{spec!r:.80} has the names {names!r:.80}: each must be a text of its own"
        )
    if long := [name for name in names if fitting(name) != name]:
        raise UsageError(f"{spec!r:.80} has a name that is too long: {long[0]!r:.60}")
    if not isinstance(languages, (set, frozenset)) or not isinstance(family.min_words, int):
        raise UsageError(
            f"{spec!r:.80} has languages {languages!r:.60} and min_words {family.min_words!r:.20}:"
            " a set of ISO 639 codes and a number of words"
        )
    return family


def find_detectors(specs: Sequence[str]) -> list[Group]:
    """Tell what each name stands for, without loading it; names that share a pass are one group.

    UsageError for a name that stands for nothing, or is given twice.
    """
    entries = {entry.name: entry for entry in known_detectors()}
    groups: dict[Any, Group] = {}
    for spec in specs:
        key, load, version = _find(spec, entries)
        group = groups.setdefault(key, Group(load, [], version))
        if spec in group.specs:
            raise UsageError(f"the detector {spec!r:.80} is given twice: give it once")
        group.specs.append(spec)
    if not groups:
        raise UsageError("no detectors: name them with --detector, see `detector bench list`")
    return list(groups.values())


def _find(spec: str, entries: Mapping[str, Entry]) -> tuple[Any, Load, str | None]:
    if spec.startswith("cmd:"):
        Command(spec[4:], 0.0)  # says at once what is no command
        return spec, lambda options: Command(spec[4:], options.timeout), None
    if spec.startswith(("http://", "https://")):
        return spec, lambda options: Server(spec, options.timeout), None
    if spec.startswith(CLASSIFIER):
        return spec, lambda options: classifier(spec, options), None
    if file := _FILE.fullmatch(spec):
        path, name = Path(file[1]), file[2]
        if not path.is_file():
            raise UsageError(f"{spec!r:.80}: there is no file {str(path)!r:.80}")
        whole = path.absolute()  # one that is loaded before may go to another folder
        return spec, lambda _: load_file(whole, name), None
    if entry := entries.get(spec):
        return entry.load, entry.load, metadata.version(_PACKAGE)
    offered = [point for point in metadata.entry_points(group=ENTRY_POINTS) if point.name == spec]
    if offered:
        dist = offered[0].dist
        return spec, lambda _: outside_detector(spec), dist.version if dist else None
    raise UsageError(
        f"no detector {spec!r:.80}: there are {', '.join(entries)}; or an entry point of"
        f" {ENTRY_POINTS}, FILE.py:CLASS, hf:MODEL, cmd:COMMAND, http://..."
    )


def known_detectors() -> list[Entry]:
    """The detectors that can be named, ours first."""
    return [
        Entry(SHIPPED.removesuffix(".model"), "", "the fast tier of this software", _fast),
        Entry("minilm.v1", "contamination-detector[deep]", "the deep tier of this software", _deep),
        *ENTRIES,
    ]


def outside_names() -> list[str]:
    """The names that other distributions offer as entry points."""
    return sorted(point.name for point in metadata.entry_points(group=ENTRY_POINTS))


def _fast(_: Options) -> Judge:
    from detector.score.detectors.hashed_ngram import HashedNgram  # noqa: PLC0415 - compiles

    with resources.as_file(resources.files("detector.score") / "models" / SHIPPED) as path:
        return HashedNgram(load_model(path))


def _deep(_: Options) -> Judge:
    from detector.pipeline.deep import shipped_deep_model  # noqa: PLC0415
    from detector.score.detectors.minilm import MiniLM  # noqa: PLC0415

    return MiniLM(shipped_deep_model())
