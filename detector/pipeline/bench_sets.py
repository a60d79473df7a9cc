"""The sets of a benchmark, made ready together: read, tabulated, compared with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from detector.bench.data import Source
from detector.bench.results import OVERLAPS_SCHEMA, Layout, as_parquet
from detector.bench.sets import TextSet, note_of, prepare
from detector.errors import InputError
from detector.extract.words import count_words
from detector.pipeline.overlaps import THRESHOLD, Fingerprints, counted, overlap_table
from detector.write import disk


@dataclass(frozen=True, slots=True)
class SetInfo:
    """A set of a run, as the manifest holds it.

    status: "ok" or "failed", then with the reason in `message`. format: how it was read. texts: in
    the run; total: before a sample was drawn. labels: texts of each label. left_out: rows that hold
    no text or no known label, by reason; first_left_out: the first of each. note: what its labels
    cannot support. digest: of all texts, ids and labels.
    """

    name: str
    spec: str
    format: str
    status: str
    message: str
    texts: int
    total: int
    words: int
    labels: dict[str, int]
    languages: dict[str, int]
    left_out: dict[str, int]
    first_left_out: dict[str, str]
    note: str
    limit: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """The sets of a run: those that can be scored, what is known of all, where they overlap."""

    sets: list[TextSet]
    infos: list[SetInfo]
    overlaps: dict[str, Any]


def prepare_sets(
    sources: Sequence[Source],
    layout: Layout,
    work: Path,
    *,
    raw: bool,
    limit: int | None,
    known: dict[str, Any],
) -> Prepared:
    """Make sets ready and write their tables and overlaps; a set that cannot be read is noted.

    work: an empty folder for texts and fingerprints. known: the `sets` of the manifest in the
    folder, by name; a set that has other texts there now is a failed one.
    """
    sets: list[TextSet] = []
    infos: list[SetInfo] = []
    with disk.explained(work):
        fingerprints = Fingerprints(work)
        for number, source in enumerate(sources):
            fingerprints.begin()
            spool = work / f"texts-{number}"
            try:
                made = prepare(
                    source, spool, raw=raw, limit=limit, words=count_words, seen=fingerprints.add
                )
                _same_as_before(made, known.get(source.name))
            except InputError as error:
                fingerprints.drop()
                spool.unlink(missing_ok=True)
                infos.append(_failed(source, str(error), limit))
                sets.append(None)  # type: ignore[arg-type]  # keeps the numbers of the others
                continue
            sets.append(made)
            infos.append(_info(made, limit))
        good = [made for made in sets if made is not None]
        overlaps = _overlaps(fingerprints, sets)
    disk.make_folder(layout.root / "sets")
    disk.write_files({layout.table(made.name): as_parquet(made.rows) for made in good})
    frame = pl.concat([_of_others(layout, {made.name for made in good}), overlaps])
    disk.write_files({layout.overlaps: as_parquet(frame)})
    return Prepared(good, infos, _summary(good, frame))


def nothing_yet() -> Prepared:
    """What a run has before its sets."""
    return Prepared([], [], _summary([], pl.DataFrame(schema=dict(OVERLAPS_SCHEMA))))


def _summary(sets: Sequence[TextSet], overlaps: pl.DataFrame) -> dict[str, Any]:
    return {
        "threshold": THRESHOLD,
        "compared": [made.name for made in sets],
        "pairs": len(overlaps),
        "exact": int(overlaps["exact"].sum()),
        "sets": counted(overlaps),
    }


def _overlaps(fingerprints: Fingerprints, sets: Sequence[TextSet | None]) -> pl.DataFrame:
    names = ["" if made is None else made.name for made in sets]
    ids = [[] if made is None else made.rows["doc_id"].to_list() for made in sets]
    return overlap_table(fingerprints.overlaps(), names, ids)


def _of_others(layout: Layout, names: set[str]) -> pl.DataFrame:
    """The overlaps in the folder between sets that this run does not have."""
    if not layout.overlaps.exists():
        return pl.DataFrame(schema=dict(OVERLAPS_SCHEMA))
    try:
        with disk.explained(layout.overlaps, "read"):
            frame = pl.read_parquet(layout.overlaps, glob=False).select(list(OVERLAPS_SCHEMA))
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"{layout.overlaps}: cannot be read as Parquet: {str(error)[:100]!r}: remove it, and"
            " give all sets of the folder again"
        ) from error
    ours = pl.col("set_a").is_in(list(names)) | pl.col("set_b").is_in(list(names))
    return frame.filter(~ours)


def _same_as_before(made: TextSet, known: dict[str, Any] | None) -> None:
    if known and known.get("status") == "ok" and known.get("digest") != made.digest:
        raise InputError(
            f"{made.source.spec}: the folder has scores of other texts of the set {made.name!r}"
            f" ({known.get('texts')} texts, --limit {known.get('limit')}; now {len(made.rows)}):"
            " give the same data and --limit, or another --out"
        )


def _info(made: TextSet, limit: int | None) -> SetInfo:
    labels = Counter(made.rows["label"].to_list())
    return SetInfo(
        name=made.name,
        spec=made.source.spec,
        format=made.source.format.name if made.source.format else "",
        status="ok",
        message="",
        texts=len(made.rows),
        total=made.total,
        words=int(made.rows["words"].sum()),
        labels=dict(sorted(labels.items())),
        languages=dict(sorted(Counter(made.rows["language"].to_list()).items())),
        left_out=dict(made.left_out.counts),
        first_left_out=made.left_out.first,
        note=note_of(labels),
        limit=limit,
        digest=made.digest,
    )


def _failed(source: Source, message: str, limit: int | None) -> SetInfo:
    format = source.format.name if source.format else ""
    return SetInfo(
        source.name, source.spec, format, "failed", message, 0, 0, 0, {}, {}, {}, {}, "", limit, ""
    )
