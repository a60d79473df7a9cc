"""`detector bench run`: detectors asked about sets of labelled texts, into a folder of results."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from detector.bench import machine
from detector.bench.data import find_sources
from detector.bench.normal import NORMAL
from detector.bench.registry import Options as BenchOptions
from detector.bench.results import (
    FORMAT,
    KIND,
    Layout,
    as_json,
    fitting,
    read_json,
    without_password,
)
from detector.bench.sets import SEED, TextSet
from detector.errors import DetectorError, InputError, UsageError
from detector.fingerprint import SCHEME
from detector.pipeline.bench_detectors import Group, Loaded, find_detectors
from detector.pipeline.bench_pass import Pass, RunInfo, finished, not_loaded, write_run
from detector.pipeline.bench_sets import Prepared, SetInfo, nothing_yet, prepare_sets
from detector.report.terminal import harmless
from detector.write import disk
from detector.write.lock import FolderLock

_PACKAGES: Final = (
    "contamination-detector", "numpy", "polars", "onnxruntime", "torch", "transformers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BenchRun:
    """What a benchmark did: the sets, a row for each detector on each set, and the overlaps.

    resumed: how many of the rows an earlier run had done. overlaps: as in the manifest.
    """

    out: Path
    sets: tuple[SetInfo, ...]
    runs: tuple[RunInfo, ...]
    resumed: int
    overlaps: dict[str, Any]

    @property
    def sound(self) -> bool:
        """Whether every set could be read and every detector scored it."""
        return {one.status for one in self.sets} | {one.status for one in self.runs} == {"ok"}


def bench_run(
    data: Sequence[str | Path] | str | Path,
    detectors: Sequence[str] | str,
    out: str | Path,
    *,
    raw: bool = False,
    limit: int | None = None,
    options: BenchOptions | None = None,
    progress: bool = False,
) -> BenchRun:
    """Ask detectors about sets of labelled texts and write what they say to a folder.

    data: paths, or FORMAT:PATH. detectors: names, FILE.py:CLASS, cmd:COMMAND or http://...; see
    docs/bench.md. raw: texts as the files have them, not normalised. limit: of texts a set; greater
    sets are sampled. options: of detectors: batch, language models, device, time. progress: a bar
    on standard error, if that is a terminal.

    What the folder has is not done again. A set that cannot be read, or a detector that fails, is a
    row that says so, and the rest goes on. UsageError for what names nothing, or a folder of other
    settings; OutputError when the folder cannot be written.
    """
    options = options or BenchOptions()
    if options.batch < 1 or (limit is not None and limit < 1) or options.timeout <= 0:
        raise UsageError("--batch, --limit and --timeout must be greater than 0")
    sources = find_sources([str(d) for d in ([data] if isinstance(data, (str, Path)) else data)])
    groups = find_detectors([detectors] if isinstance(detectors, str) else detectors)
    layout = Layout(Path(out).absolute())  # a detector may go to another folder
    with _locked(layout), tempfile.TemporaryDirectory(prefix="detector-bench-") as work:
        manifest = _manifest(layout, raw)
        if not manifest:  # before all else: what says later on that the rest is ours
            _write_manifest(layout, manifest, nothing_yet(), raw)
        known = {one["name"]: one for one in manifest.get("sets", [])}
        prepared = prepare_sets(sources, layout, Path(work), raw=raw, limit=limit, known=known)
        _write_manifest(layout, manifest, prepared, raw)
        bar = tqdm(unit=" texts", disable=None if progress else True, dynamic_ncols=True)
        with bar:
            bench = _Bench(layout, prepared.sets, options, bar)
            for group in groups:
                bench.group(group)
        _write_manifest(layout, manifest, prepared, raw)  # a library may have found a device
    return BenchRun(
        Path(out), tuple(prepared.infos), tuple(bench.runs), bench.resumed, prepared.overlaps
    )


class _Bench:
    """Brings groups of detectors and sets together, one group after the other."""

    def __init__(
        self, layout: Layout, sets: Sequence[TextSet], options: BenchOptions, bar: Any
    ) -> None:
        self.runs: list[RunInfo] = []
        self.resumed = 0
        self._layout, self._sets, self._options, self._bar = layout, sets, options, bar
        said = shlex.join(["detector", *sys.argv[1:]]) if sys.argv else ""
        self._command = without_password(said)
        self._names: set[str] = set()

    def group(self, group: Group) -> None:
        """Load a group, score every set by it, and let it go."""
        try:
            loaded = group.ready(self._options)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # loading runs code of others
            kind = "" if isinstance(error, DetectorError) else f"{type(error).__name__}: "
            self._fail(group, f"{kind}{error}"[:500])
            return
        if clash := self._names & set(loaded.names):
            loaded.close()
            self._fail(group, f"another detector of this run has the name {min(clash)!r} too")
            return
        self._names |= set(loaded.names)
        try:
            for texts in self._sets:
                self._set(loaded, texts)
        finally:
            loaded.close()

    def _set(self, loaded: Loaded, texts: TextSet) -> None:
        done = {name: finished(self._layout, texts, name, loaded.version) for name in loaded.names}
        names = [name for name, info in done.items() if info is None]
        before = [info for info in done.values() if info is not None]
        self.runs += before
        self.resumed += len(before)
        if not names:
            return
        shown = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        self._bar.set_description(harmless(f"{texts.name}: {shown}", 60), refresh=False)
        self._bar.reset(len(texts.rows))
        one = Pass(loaded, texts, self._layout, self._options, self._command, self._bar.update)
        self.runs += one.run(names)

    def _fail(self, group: Group, message: str) -> None:
        """Note for every set that a group could not be loaded; what is there already stays."""
        for texts in self._sets:
            for spec in map(fitting, group.specs):
                info = not_loaded(texts, spec, message, self._command, self._options.batch)
                if not self._layout.scores(texts.name, spec).exists():
                    write_run(self._layout, info)
                self.runs.append(info)


@contextmanager
def _locked(layout: Layout) -> Iterator[None]:
    disk.make_folder(layout.partial)
    lock = FolderLock(layout.partial / "lock")
    try:
        yield
    finally:
        lock.release()


def _manifest(layout: Layout, raw: bool) -> dict[str, Any]:
    """The manifest of an earlier run; UsageError when it is not one of these settings."""
    manifest = read_json(layout.manifest) or {}
    where = f"{layout.root}: holds"
    if not manifest:
        others = [p for p in layout.root.iterdir() if p != layout.partial]
        if others:
            raise UsageError(
                f"{where} something else ({others[0].name!r:.60}): choose another --out"
            )
        return {}
    if manifest.get("kind") != KIND or manifest.get("format") != FORMAT:
        raise UsageError(f"{where} no benchmark of format {FORMAT}: choose another --out")
    sets = manifest.get("sets")
    if not isinstance(sets, list) or not all(isinstance(s, dict) and "name" in s for s in sets):
        raise InputError(f"{layout.manifest}: its sets are damaged: choose another --out")
    if manifest.get("normalised") is raw:
        kind = "raw" if raw is False else "normalised"
        raise UsageError(
            f"{where} results of {kind} texts: choose another --out, or the same --raw"
        )
    return manifest


def _write_manifest(layout: Layout, earlier: dict[str, Any], prepared: Prepared, raw: bool) -> None:
    infos = {info.name: info for info in prepared.infos}
    others = [one for one in earlier.get("sets", []) if one["name"] not in infos]
    # A set whose texts changed stays as it was scored; its failure is told in this run's result.
    kept = {one["name"]: one for one in earlier.get("sets", []) if one.get("status") == "ok"}
    now = [
        kept[name] if info.status == "failed" and name in kept else asdict(info)
        for name, info in infos.items()
    ]
    manifest = {
        "kind": KIND,
        "format": FORMAT,
        "normalised": not raw,
        "normal_form": None if raw else NORMAL,
        "fingerprints": SCHEME,
        "seed": SEED,
        "versions": {"python": machine.python(), **_versions()},
        "machine": machine.machine(),
        "sets": [*others, *now],
        "overlaps": prepared.overlaps,
    }
    disk.write_files({layout.manifest: as_json(manifest)})


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
