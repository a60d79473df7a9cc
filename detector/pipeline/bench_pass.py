"""One pass of detectors over one set: from the journal of its batches to files of results."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detector.bench import measure
from detector.bench.journal import Journal, Progress
from detector.bench.records import Family
from detector.bench.registry import Options
from detector.bench.results import SCORES_SCHEMA, Layout, as_json, as_parquet, read_json
from detector.bench.scoring import asked_rows, neighbours, score_texts, told
from detector.bench.sets import TextSet
from detector.errors import InputError
from detector.pipeline.bench_detectors import Loaded
from detector.write import disk


@dataclass(frozen=True, slots=True)
class RunInfo:
    """How a detector did on a set, as the folder of results holds it.

    status: "ok" or "failed". message: why it failed, or what is odd about its scores. texts, words:
    of the set. asked: texts that the detector is qualified for, asked_words: their words.
    abstained: of those asked. tokens: None where it does not count them. wall_seconds, cpu_seconds:
    within the detector alone; of detectors in shared_pass each has the time of all. cpu_seconds and
    peak_rss_bytes are None where they are not those of this machine. neighbours: whether scores
    changed when a few texts were scored again, alone and in another order.
    """

    set: str
    detector: str
    status: str
    message: str
    texts: int
    words: int
    asked: int
    asked_words: int
    abstained: int
    tokens: int | None
    wall_seconds: float
    cpu_seconds: float | None
    device: str
    peak_rss_bytes: int | None
    shared_pass: list[str]
    version: str | None
    command: str
    batch: int
    neighbours: dict[str, Any] | None
    digest: str


@dataclass(frozen=True, slots=True)
class Pass:
    """Detectors and a set, and all that is needed to bring them together."""

    loaded: Loaded
    texts: TextSet
    layout: Layout
    options: Options
    command: str
    tick: Callable[[int], None]

    def run(self, names: Sequence[str]) -> list[RunInfo]:
        """Score the set by these detectors of the group, write the results, and say how it went."""
        family = self.loaded.family
        asked = asked_rows(self.texts, family)
        with disk.explained(self.layout.root):
            journal = self._journal(names)
        keep = True
        try:
            measure.reset_peak()
            before = self._usage(family)
            with disk.explained(journal.path):
                score_texts(family, self.texts, asked, journal, self.options.batch, self.tick)
            took = self._took(family, journal.progress, before)
            infos = self._finish(family, asked, journal.progress, took)
            # What a changed command or server would have said of the first texts nobody knows.
            keep = bool(journal.progress.failed) and self.loaded.version is not None
            keep = keep and not any(journal.progress.scores[n] == [] for n in names)
        finally:
            journal.close(keep=keep)
        return infos

    def _journal(self, names: Sequence[str]) -> Journal:
        key = hashlib.sha256("\n".join(names).encode("utf-8", "replace")).hexdigest()[:16]
        about = {
            "set": self.texts.name,
            "digest": self.texts.digest,
            "version": self.loaded.version,
            "options": {**asdict(self.options), "timeout": None},
        }
        return Journal(self.layout.journal(self.texts.name, key), about, names)

    @staticmethod
    def _usage(family: Family) -> tuple[float, int] | None:
        try:
            seconds, memory = told(family, "usage")()
            return float(seconds), int(memory)
        except Exception:  # none, or one of another meaning
            return None

    def _took(
        self, family: Family, progress: Progress, before: tuple[float, int] | None
    ) -> dict[str, Any]:
        device = str(told(family, "device") or "cpu")
        cpu: float | None = progress.cpu
        peak: int | None = measure.peak_rss()
        if device == "remote":
            cpu = peak = None
        elif before is not None and (after := self._usage(family)) is not None:
            cpu = (cpu or 0.0) + max(0.0, after[0] - before[0])
            peak = after[1] or None
        return {
            "tokens": progress.tokens,
            "wall_seconds": round(progress.wall, 6),
            "cpu_seconds": None if cpu is None else round(cpu, 6),
            "device": device,
            "peak_rss_bytes": peak,
        }

    def _finish(
        self,
        family: Family,
        asked: Sequence[int],
        progress: Progress,
        took: Mapping[str, Any],
    ) -> list[RunInfo]:
        """Check and write what came of the pass; the files of a detector are whole or absent."""
        good = {
            name: np.concatenate([np.empty(0, np.float32), *parts])
            for name, parts in progress.scores.items()
            if name not in progress.failed
        }
        again = neighbours(family, self.texts, asked, good)
        infos = []
        for name in progress.scores:
            scores = good.get(name)
            info = self._info(name, list(progress.scores), asked, took, again.get(name))
            if scores is None:
                info = info | {"status": "failed", "message": progress.failed[name]}
            else:
                abstained = int(np.isnan(scores).sum())
                info["abstained"] = abstained
                info["message"] = _remarks(family, len(asked), abstained, again.get(name))
            infos.append(RunInfo(**info))
            table = None if scores is None else _table(self.texts, asked, scores)
            write_run(self.layout, infos[-1], table)
        return infos

    def _info(
        self,
        name: str,
        names: list[str],
        asked: Sequence[int],
        took: Mapping[str, Any],
        again: dict[str, Any] | None,
    ) -> dict[str, Any]:
        words = self.texts.rows["words"].to_numpy()
        return {
            "set": self.texts.name,
            "detector": name,
            "status": "ok",
            "message": "",
            "texts": len(words),
            "words": int(words.sum()),
            "asked": len(asked),
            "asked_words": int(words[list(asked)].sum()) if asked else 0,
            "abstained": 0,
            **took,
            "shared_pass": names if len(names) > 1 else [],
            "version": self.loaded.version,
            "command": self.command,
            "batch": self.options.batch,
            "neighbours": again,
            "digest": self.texts.digest,
        }


def write_run(layout: Layout, info: RunInfo, table: pl.DataFrame | None = None) -> None:
    """Write how a detector did on a set, with its scores where there are any."""
    files: dict[Path, bytes] = {}
    if table is not None:
        files[layout.scores(info.set, info.detector)] = as_parquet(table)
    elif (old := layout.scores(info.set, info.detector)).exists():
        disk.remove([old])
    # Last: it is what says that the scores are there.
    files[layout.run(info.set, info.detector)] = as_json(asdict(info))
    for path in files:
        disk.make_folder(path.parent)
    disk.write_files(files)


def finished(layout: Layout, texts: TextSet, name: str, version: str | None) -> RunInfo | None:
    """What the folder has of a detector on a set, if done, and of the same texts and code."""
    try:
        value = read_json(layout.run(texts.name, name))
        if value is None or value.get("status") != "ok" or value.get("digest") != texts.digest:
            return None
        if value.get("version") != version:
            return None
        scores = pl.read_parquet(layout.scores(texts.name, name), glob=False)
        return RunInfo(**value) if scores["doc_id"].equals(texts.rows["doc_id"]) else None
    except (InputError, OSError, TypeError, pl.exceptions.PolarsError):
        return None  # damaged, or of another version of this software: made again


def not_loaded(texts: TextSet, spec: str, message: str, command: str, batch: int) -> RunInfo:
    """The row of a detector that could not be loaded, under the name the caller gave."""
    return RunInfo(
        texts.name, spec, "failed", message, len(texts.rows), int(texts.rows["words"].sum()),
        0, 0, 0, None, 0.0, 0.0, "", None, [], None, command, batch, None, texts.digest,
    )  # fmt: skip


def _table(texts: TextSet, asked: Sequence[int], scores: NDArray[np.float32]) -> pl.DataFrame:
    column = np.full(len(texts.rows), np.nan, np.float32)
    column[list(asked)] = scores
    frame = pl.DataFrame(
        {"doc_id": texts.rows["doc_id"], "score": column}, schema=dict(SCORES_SCHEMA)
    )
    return frame.with_columns(pl.col("score").fill_nan(None))


def _remarks(family: Family, asked: int, abstained: int, again: dict[str, Any] | None) -> str:
    """What a reader of the scores should know."""
    if asked == 0:
        known = ", ".join(sorted(family.languages)[:5])
        return (
            f"asked about no text: it is for the languages {known} and at least"
            f" {family.min_words} words"
        )
    said = []
    if abstained == asked:
        said.append("it abstained on every text it was asked about")
    if again and "error" in again:
        said.append(f"failed when a few texts were scored again: {again['error']}")
    elif again and again["differ"]:
        said.append(
            f"its scores depend on the other texts or on the time: {again['differ']} of"
            f" {again['checked']} differ when texts are scored again, alone or in another order,"
            f" by up to {again['largest']:.3g}"
        )
    return "; ".join(said)
